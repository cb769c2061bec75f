import pytest

from bench import assortment
from bench.figures import Target, median, percentile, ratio, requests_for
from bench.targets import verdicts


@pytest.mark.parametrize(("values", "expected"), [([3], 3), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5)])
def test_median_is_the_middle_or_the_mean_of_both_middle_values(values, expected):
    assert median(values) == expected


def test_median_of_nothing_is_refused():
    with pytest.raises(ValueError, match="needs values"):
        median([])


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.5, 50), (0.95, 95), (1, 100)])
def test_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile(list(range(1, 101)), share) == expected


def test_ratio_without_one_side_is_no_figure():
    assert ratio(theirs=200, ours=4) == 50
    assert ratio(theirs=None, ours=4) is None
    assert ratio(theirs=200, ours=0) is None


@pytest.mark.parametrize(("latency", "expected"), [(0.01, 100), (5, 20), (1e-9, 1500)])
def test_requests_fill_the_time_within_bounds(latency, expected):
    assert requests_for(latency_s=latency, seconds=1, lowest=20, highest=1500) == expected


def test_target_is_met_on_its_limit_and_unknown_without_a_figure():
    assert Target("CPU", 4).is_met(4) is True
    assert Target("CPU", 4).is_met(4.1) is False
    assert Target("rate", 300, at_most=False).is_met(299) is False
    assert Target("rate", 300).is_met(None) is None


def test_verdicts_of_a_list_hold_cpu_statements_and_ratio_against_the_targets():
    page = {"ours": {"cpu_ms": 4.0, "statements": 2.0}, "theirs": {"cpu_ms": 160.0}}
    found = {each.target.words: (each.value, each.met) for each in verdicts({"pages": {"leaf category": page}})}
    assert found == {
        "leaf category: CPU of the server, built anew": (4.0, True),
        "leaf category: statements": (2.0, True),
        "leaf category: times less CPU than stock Oscar": (40.0, False),
    }


def test_verdicts_of_nothing_measured_are_none():
    assert verdicts({}) == []


def test_assortment_is_the_same_in_every_run_and_spreads_its_words():
    first, again = list(assortment.items(2000)), list(assortment.items(2000))
    assert first == again
    assert len({item.slug for item in first}) == 2000
    assert {item.leaf for item in first} == set(range(40))
    share = sum(item.name.startswith("Vase ") for item in first) / 2000
    assert 0.035 < share < 0.065
