"""The rules of docs/rules/sourcing.md, with its worked numbers."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.inventory.sourcing.data import DEFAULT_RULES, Calendar, Need, Place, Rule, Wanted
from apps.inventory.sourcing.days import ships_on
from apps.inventory.sourcing.distance import km_between
from apps.inventory.sourcing.engine import decide

AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday, 11:00 in Paris
PARIS = ZoneInfo("Europe/Paris")
TODAY, TOMORROW, MONDAY = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 23)
LYON, PARIS_CITY, LILLE = (45.76, 4.84), (48.86, 2.35), (50.63, 3.06)
KETTLE, CUP, POT, LID = 1, 2, 3, 4


def place(number, code, **fields):
    values = {
        "name": code.title(),
        "kind": "warehouse",
        "group": "",
        "country": "FR",
        "point": None,
        "ships_on": frozenset(range(5)),
        "cutoff": None,
        "handling_days": 0,
        "daily_capacity": None,
        "closures": (),
        **fields,
    }
    return Place(id=number, code=code, **values)


DEPOT = place(1, "depot", point=LYON)
PARTNER = place(2, "partner", kind="partner", point=PARIS_CITY)
MARAIS = place(3, "marais", kind="store", group="franchise", point=PARIS_CITY)
GRAND_PLACE = place(4, "grand-place", kind="store", point=LILLE)
ALL = (DEPOT, PARTNER, MARAIS, GRAND_PLACE)


def ask(wanted, stock, rules=DEFAULT_RULES, places=ALL, calendar=None, **need):
    """Decide for units by product, with stock by (product, place)."""
    lines = tuple(Wanted(product, units, f"SKU{product}", 1000) for product, units in wanted.items())
    return decide(
        need=Need(market="halles-fr", lines=lines, at=need.pop("at", AT), **need),
        rules=rules,
        places=places,
        stock={(product, where.id): units for (product, where), units in stock.items()},
        calendar=calendar or Calendar(zone=PARIS),
    )


def taken(decision):
    return {parcel.code: dict(parcel.units) for parcel in decision.parcels}


def outcomes(decision):
    return [step["outcome"] for step in decision.trace]


def reasons(decision, step=0):
    return {told["place"]: told["why_not"] for told in decision.trace[step]["places"]}


def test_one_place_that_has_everything_is_one_parcel_though_an_earlier_one_has_some():
    decision = ask({KETTLE: 1, CUP: 1}, {(KETTLE, DEPOT): 5, (KETTLE, MARAIS): 1, (CUP, MARAIS): 1})

    assert taken(decision) == {"marais": {KETTLE: 1, CUP: 1}}
    assert outcomes(decision) == ["filled"]


def test_without_such_a_place_the_fewest_parcels_are_made():
    stock = {
        (KETTLE, DEPOT): 1,
        (CUP, PARTNER): 1,
        (POT, MARAIS): 1,
        (CUP, GRAND_PLACE): 1,
        (POT, GRAND_PLACE): 1,
    }
    decision = ask({KETTLE: 1, CUP: 1, POT: 1}, stock)

    assert taken(decision) == {"depot": {KETTLE: 1}, "grand-place": {CUP: 1, POT: 1}}
    assert outcomes(decision) == ["too_many_parcels", "filled"]


def test_four_lines_are_split_between_warehouse_partner_and_two_stores():
    stock = {(KETTLE, DEPOT): 2, (CUP, PARTNER): 2, (POT, MARAIS): 2, (LID, GRAND_PLACE): 2}
    decision = ask({KETTLE: 1, CUP: 1, POT: 1, LID: 1}, stock)

    assert taken(decision) == {
        "depot": {KETTLE: 1},
        "partner": {CUP: 1},
        "marais": {POT: 1},
        "grand-place": {LID: 1},
    }


def test_more_units_than_one_place_has_are_taken_from_several():
    decision = ask({KETTLE: 5}, {(KETTLE, DEPOT): 3, (KETTLE, MARAIS): 4})

    assert taken(decision) == {"depot": {KETTLE: 3}, "marais": {KETTLE: 2}}


def test_lines_of_the_same_product_count_together():
    lines = (Wanted(KETTLE, 2, "A"), Wanted(KETTLE, 2, "A"))
    need = Need(market="m", lines=lines, at=AT)
    stock = {(KETTLE, DEPOT.id): 3}
    decision = decide(need=need, rules=DEFAULT_RULES, places=ALL, stock=stock, calendar=Calendar(zone=PARIS))

    assert (taken(decision), dict(decision.missing), decision.is_whole) == ({}, {KETTLE: 4}, False)


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        (Rule(name="r", kinds=("store",)), {"depot": "kind", "partner": "kind", "marais": "", "grand-place": ""}),
        (Rule(name="r", groups=("franchise",)), {"depot": "group", "partner": "group", "grand-place": "group"}),
        (Rule(name="r", max_distance_km=100), {"depot": "too_far", "grand-place": "too_far", "marais": ""}),
    ],
)
def test_filter_says_why_each_place_does_not_pass(rule, refused):
    stock = {(KETTLE, where): 9 for where in ALL}
    decision = ask({KETTLE: 1}, stock, rules=[rule], target=PARIS_CITY)

    assert refused.items() <= reasons(decision).items()
    assert not refused.get(decision.parcels[0].code)


def test_distance_not_known_does_not_pass_a_limit():
    decision = ask({KETTLE: 1}, {(KETTLE, DEPOT): 1}, rules=[Rule(name="near", max_distance_km=900)])

    assert reasons(decision)["depot"] == "distance_unknown"
    assert dict(decision.missing) == {KETTLE: 1}


def test_place_that_said_no_is_not_asked_again():
    stock = {(KETTLE, DEPOT): 9, (KETTLE, MARAIS): 1}
    decision = ask({KETTLE: 1}, stock, excluded=frozenset({DEPOT.id}))

    assert taken(decision) == {"marais": {KETTLE: 1}}
    assert reasons(decision)["depot"] == "said_no"


@pytest.mark.parametrize(
    ("sorts", "first"),
    [
        ((), "depot"),
        (("nearest",), "grand-place"),
        (("most_stock",), "partner"),
        (("soonest",), "marais"),
        (("least_busy", "nearest"), "grand-place"),
    ],
)
def test_sort_decides_among_places_that_all_could(sorts, first):
    places = (
        place(1, "depot", point=LYON, handling_days=2),
        place(2, "partner", kind="partner", point=PARIS_CITY, handling_days=1),
        place(3, "marais", point=PARIS_CITY, daily_capacity=4),
        place(4, "grand-place", point=LILLE, handling_days=3),
    )
    stock = {(KETTLE, each): 2 for each in places} | {(KETTLE, places[1]): 3}
    calendar = Calendar(zone=PARIS, taken={(3, TODAY): 3})
    decision = ask({KETTLE: 3 if sorts == ("most_stock",) else 1}, stock, rules=[Rule(name="r", sorts=sorts)],
                   places=places, calendar=calendar, target=LILLE)  # fmt: skip

    assert decision.parcels[0].code == first


def test_parcel_limit_counts_the_parcels_of_the_order_and_lets_the_next_rule_decide():
    stock = {(KETTLE, DEPOT): 1, (CUP, MARAIS): 1}
    rules = [Rule(name="one", max_parcels=1), Rule(name="two", max_parcels=2)]

    assert outcomes(ask({KETTLE: 1, CUP: 1}, stock, rules=rules)) == ["too_many_parcels", "filled"]
    assert outcomes(ask({KETTLE: 1, CUP: 1}, stock, rules=rules, parcels_before=1)) == ["too_many_parcels"] * 2


def test_parcel_worth_less_than_the_rule_asks_is_not_made():
    stock = {(KETTLE, DEPOT): 3, (CUP, MARAIS): 1}
    rules = [Rule(name="worth", min_parcel_minor=2000)]

    assert outcomes(ask({KETTLE: 3, CUP: 1}, stock, rules=rules)) == ["parcel_too_small"]
    # A single parcel is sent whatever it is worth.
    assert outcomes(ask({KETTLE: 1}, stock, rules=rules)) == ["filled"]


def test_part_takes_what_it_finds_and_the_next_rule_the_rest():
    stock = {(KETTLE, MARAIS): 1, (KETTLE, DEPOT): 5}
    rules = [Rule(name="stores", kinds=("store",), action="part"), Rule(name="rest")]
    decision = ask({KETTLE: 3}, stock, rules=rules)

    assert taken(decision) == {"marais": {KETTLE: 1}, "depot": {KETTLE: 2}}
    assert outcomes(decision) == ["filled_in_part", "filled"]
    assert {parcel.code: parcel.rule for parcel in decision.parcels} == {"marais": "stores", "depot": "rest"}


def test_rule_for_another_method_is_passed_over():
    rules = [Rule(name="express", delivery_code="express"), Rule(name="all")]
    decision = ask({KETTLE: 1}, {(KETTLE, DEPOT): 1}, rules=rules, delivery_code="home")

    assert outcomes(decision) == ["other_method", "filled"]


@pytest.mark.parametrize(
    ("action", "days", "until"), [("queue", None, None), ("wait", 10, datetime(2026, 11, 28, 10, 0, tzinfo=UTC))]
)
def test_goods_wait_only_where_the_order_stands_already(action, days, until):
    rules = [Rule(name="all"), Rule(name="later", action=action, wait_days=days)]
    at_checkout = ask({KETTLE: 1}, {}, rules=rules)
    afterwards = ask({KETTLE: 1}, {}, rules=rules, may_wait=True)

    assert (at_checkout.waits, outcomes(at_checkout)) == (False, ["not_enough", "not_now"])
    assert (afterwards.waits, afterwards.until) == (True, until)


def test_place_leaves_too_late_for_the_rule():
    rules = [Rule(name="today", max_wait_days=0), Rule(name="any")]
    late = place(1, "depot", cutoff=time(10, 30))
    decision = ask({KETTLE: 1}, {(KETTLE, late): 1}, rules=rules, places=(late,))

    assert outcomes(decision) == ["not_enough", "filled"]
    assert (reasons(decision)["depot"], decision.parcels[0].ships_on) == ("too_late", TOMORROW)


def ships(at=AT, calendar=None, **fields):
    return ships_on(place=place(1, "depot", **fields), calendar=calendar or Calendar(zone=PARIS), at=at)


@pytest.mark.parametrize(
    ("fields", "calendar", "day"),
    [
        ({}, {}, TODAY),
        ({"cutoff": time(11, 0)}, {}, TOMORROW),
        ({"cutoff": time(14, 0)}, {"cutoff": time(10, 0)}, TOMORROW),
        ({"handling_days": 2}, {}, date(2026, 11, 20)),
        ({"handling_days": 3}, {}, MONDAY),
        ({"ships_on": frozenset({5})}, {}, date(2026, 11, 21)),
        ({"ships_on": frozenset()}, {}, None),
        ({"closures": ((TODAY, TOMORROW),)}, {}, date(2026, 11, 20)),
        ({}, {"holidays": {"FR": frozenset({TODAY}), "DE": frozenset({TOMORROW})}}, TOMORROW),
        ({}, {"full": frozenset({(1, TODAY), (1, TOMORROW), (2, date(2026, 11, 20))})}, date(2026, 11, 20)),
    ],
)
def test_day_goods_leave(fields, calendar, day):
    assert ships(calendar=Calendar(zone=PARIS, **calendar), **fields) == day


def test_day_begins_by_the_markets_clock():
    # 23:30 UTC on Tuesday is Wednesday in Paris.
    assert ships(at=datetime(2026, 11, 17, 23, 30, tzinfo=UTC)) == TODAY


@pytest.mark.parametrize(("one", "other", "km"), [(PARIS_CITY, LYON, 392), (PARIS_CITY, LILLE, 203), (LYON, LYON, 0)])
def test_distance_is_the_great_circle(one, other, km):
    assert km_between(one, other) == km


UNITS = st.integers(min_value=0, max_value=4)


@settings(max_examples=300)
@given(
    stock=st.dictionaries(st.tuples(st.sampled_from((1, 2, 3, 4)), st.sampled_from(ALL)), UNITS, max_size=16),
    wanted=st.dictionaries(st.sampled_from((1, 2, 3, 4)), st.integers(1, 5), min_size=1),
    rules=st.lists(
        st.builds(
            Rule,
            name=st.just("r"),
            kinds=st.sampled_from(((), ("store",), ("warehouse", "partner"))),
            sorts=st.sampled_from(((), ("nearest",), ("most_stock",), ("soonest", "nearest"))),
            max_parcels=st.sampled_from((None, 1, 2, 3)),
            min_parcel_minor=st.sampled_from((0, 2000)),
            action=st.sampled_from(("allocate", "part")),
        ),
        max_size=4,
    ),
    seed=st.randoms(use_true_random=False),
)
def test_decision_gives_what_was_asked_within_stock_and_limits_whatever_the_order_of_lines(stock, wanted, rules, seed):
    decision = ask(wanted, stock, rules=rules, target=LILLE)

    given_units = {}
    for parcel in decision.parcels:
        for product, units in parcel.units.items():
            assert 0 < units <= stock.get((product, next(each for each in ALL if each.id == parcel.location_id)), 0)
            given_units[product] = given_units.get(product, 0) + units
    for product, units in wanted.items():
        assert given_units.get(product, 0) + decision.missing.get(product, 0) == units
    shuffled = list(wanted.items())
    seed.shuffle(shuffled)
    assert ask(dict(shuffled), stock, rules=rules, target=LILLE) == decision
    limits = [rule.max_parcels for rule in rules]
    if rules and all(limits):
        assert len(decision.parcels) <= max(limits)


def test_need_and_rules_survive_their_json():
    need = Need(market="m", lines=(Wanted(1, 2, "A", 3),), at=AT, target=LILLE, excluded=frozenset({4}), may_wait=True)
    rule = Rule(name="r", kinds=("store",), sorts=("nearest",), max_parcels=2, action="wait", wait_days=3)

    assert Need.from_dict(need.as_dict()) == need
    assert Rule.from_dict(rule.as_dict()) == rule
