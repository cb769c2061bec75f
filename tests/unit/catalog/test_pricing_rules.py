"""The price rules themselves, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.pricing.choose import judge
from apps.catalog.pricing.prior import prior_price
from apps.catalog.pricing.types import Candidate, Lost

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
MARKET = SimpleNamespace(currency="EUR", prices_include_tax=True, rounding_level="line", rounding_mode="half_up")
TAX = {"standard": Decimal(20)}


def _candidate(**fields) -> Candidate:
    values = {
        "product_id": 1, "list_id": 1, "list_code": "base", "kind": "base", "precedence": 0, "customer_group": "",
        "currency": "EUR", "includes_tax": True, "is_active": True, "list_from": None, "list_to": None, "price_id": 1,
        "min_quantity": 1, "amount_minor": 1000, "price_from": None, "price_to": None,
        "tax_class": "standard", **fields,
    }  # fmt: skip
    return Candidate(**values)


def _judge(candidates, *, quantity=1, group="", at=AT):
    return judge(candidates=candidates, market=MARKET, tax_percent=TAX, quantity=quantity, at=at, customer_group=group)


@st.composite
def _candidates(draw):
    lists = draw(
        st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from(["", "pro"])), min_size=1, max_size=4)
    )
    entries = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(lists) - 1), st.integers(1, 5), st.integers(0, 50),
                st.sampled_from([None, -5, -1, 3]), st.sampled_from([None, -1, 5]),
            ),
            max_size=8,
        )
    )  # fmt: skip
    return [
        _candidate(
            list_id=index,
            list_code=f"list-{index}",
            precedence=lists[index][0],
            includes_tax=lists[index][1],
            customer_group=lists[index][2],
            price_id=number,
            min_quantity=minimum,
            amount_minor=amount,
            price_from=None if start is None else AT + timedelta(days=start),
            price_to=None if end is None else AT + timedelta(days=end),
        )
        for number, (index, minimum, amount, start, end) in enumerate(entries, start=1)
    ]


@given(candidates=_candidates(), quantity=st.integers(1, 6), group=st.sampled_from(["", "pro"]), data=st.data())
def test_judge_any_order_of_rows_gives_the_same_verdicts(candidates, quantity, group, data):
    shuffled = data.draw(st.permutations(candidates))

    assert _judge(shuffled, quantity=quantity, group=group) == _judge(candidates, quantity=quantity, group=group)


@given(candidates=_candidates(), quantity=st.integers(1, 6))
def test_judge_every_candidate_gets_one_verdict_and_at_most_one_wins(candidates, quantity):
    judged = _judge(candidates, quantity=quantity)

    assert sorted(item.candidate.price_id for item in judged) == [item.price_id for item in candidates]
    assert [item.lost for item in judged].count(None) == (1 if judged and judged[0].lost is None else 0)


@given(
    amounts=st.lists(st.integers(1, 10_000), min_size=1, max_size=5), low=st.integers(1, 30), more=st.integers(0, 30)
)
def test_judge_more_pieces_never_cost_more_each_when_breaks_fall(amounts, low, more):
    falling = sorted(amounts, reverse=True)
    candidates = [
        _candidate(price_id=index + 1, min_quantity=index * 5 + 1, amount_minor=amount)
        for index, amount in enumerate(falling)
    ]

    assert _judge(candidates, quantity=low + more)[0].shown_minor <= _judge(candidates, quantity=low)[0].shown_minor


def test_judge_precedence_beats_amount():
    base = _candidate(price_id=1, amount_minor=500)
    promotion = _candidate(price_id=2, list_id=2, precedence=10, amount_minor=900)

    judged = _judge([base, promotion])

    assert [(item.candidate.price_id, item.lost) for item in judged] == [(2, None), (1, Lost.PRECEDENCE)]


def test_judge_same_precedence_lowest_amount_then_lowest_id_wins():
    entries = [
        _candidate(price_id=3, list_id=3, amount_minor=700),
        _candidate(price_id=1, list_id=1, amount_minor=900),
        _candidate(price_id=2, list_id=2, amount_minor=700),
    ]

    judged = _judge(entries)

    assert [(item.candidate.price_id, item.lost) for item in judged] == [(2, None), (3, Lost.ID), (1, Lost.AMOUNT)]


def test_judge_validity_end_is_excluded_and_start_included():
    starts = _candidate(price_id=1, list_id=1, price_from=AT)
    ended = _candidate(price_id=2, list_id=2, price_to=AT)

    assert [(item.candidate.price_id, item.lost) for item in _judge([starts, ended])] == [(1, None), (2, Lost.OVER)]


def test_judge_dated_entry_replaces_the_undated_one_of_its_list():
    undated = _candidate(price_id=1, amount_minor=500)
    dated = _candidate(price_id=2, amount_minor=900, price_from=AT - timedelta(days=1))

    assert [(item.candidate.price_id, item.lost) for item in _judge([undated, dated])] == [
        (2, None),
        (1, Lost.REPLACED),
    ]


def test_judge_net_list_in_a_gross_market_shows_the_amount_with_tax():
    assert _judge([_candidate(includes_tax=False, amount_minor=1000)])[0].shown_minor == 1200


def test_judge_list_of_another_group_or_currency_does_not_apply():
    entries = [
        _candidate(price_id=1, list_id=1, customer_group="pro"),
        _candidate(price_id=2, list_id=2, currency="GBP"),
    ]

    assert [item.lost for item in _judge(entries)] == [Lost.OTHER_GROUP, Lost.CURRENCY]
    assert _judge(entries, group="pro")[0].lost is None


def _day(number: int) -> datetime:
    return AT + timedelta(days=number)


def test_prior_price_is_the_lowest_of_the_30_days_before():
    seen = [(_day(-90), 9000, False), (_day(-20), 10000, False), (_day(-10), 9500, False), (_day(0), 8000, True)]

    assert prior_price(seen=seen, valid_from=_day(0), at=_day(1)).amount_minor == 9000


def test_prior_price_successive_reductions_keep_the_price_before_the_first():
    seen = [(_day(-60), 10000, False), (_day(-5), 8000, True), (_day(-2), 7000, True)]

    found = prior_price(seen=seen, valid_from=_day(-2), at=_day(0))

    assert (found.amount_minor, found.reduction_began) == (10000, _day(-5))


def test_prior_price_counts_an_earlier_operation_inside_the_window():
    # 100, then 80 for ten days, then 100, then a promotion at 90: the prior price is 80, so no "-10 %" may be shown.
    seen = [(_day(-60), 10000, False), (_day(-20), 8000, True), (_day(-10), 10000, False), (_day(0), 9000, True)]

    assert prior_price(seen=seen, valid_from=_day(0), at=_day(0)).amount_minor == 8000


def test_prior_price_of_a_young_product_is_the_lowest_since_launch():
    seen = [(_day(-20), 10000, False), (_day(0), 9000, True)]

    assert prior_price(seen=seen, valid_from=None, at=_day(0)).amount_minor == 10000


def test_prior_price_of_a_product_launched_in_promotion_is_unknown():
    assert prior_price(seen=[(_day(0), 9000, True)], valid_from=_day(0), at=_day(3)).amount_minor is None


def test_prior_price_not_shown_yet_begins_with_its_validity():
    seen = [(_day(-40), 10000, False), (_day(-35), 12000, False)]

    found = prior_price(seen=seen, valid_from=_day(-1), at=_day(0))

    assert (found.amount_minor, found.reduction_began) == (12000, _day(-1))


@given(
    steps=st.lists(st.tuples(st.integers(-120, -1), st.integers(1, 100), st.booleans()), min_size=1, max_size=8),
    data=st.data(),
)
def test_prior_price_does_not_depend_on_the_order_of_the_history(steps, data):
    seen = [(_day(day), amount, reduced) for day, amount, reduced in {step[0]: step for step in steps}.values()]
    shuffled = data.draw(st.permutations(seen))

    assert prior_price(seen=shuffled, valid_from=None, at=AT) == prior_price(seen=seen, valid_from=None, at=AT)
