"""Checkouts that keep, swap and order the same goods at once."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from apps.core import books
from apps.inventory.models import Reservation, StockLevel
from apps.orders.basket.queries import basket_view
from apps.orders.holds import operations as holds
from apps.orders.models import Order
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THREADS = 8
LATER = AT + timedelta(minutes=15)


def keeping(shop, checkout, *, at=AT):
    view = basket_view(shop=shop, basket_id=checkout.basket_id, at=at)
    return partial(holds.keep, shop=shop, basket=view, postcode="", at=at, may_start=lambda: True)


def broken(at=AT):
    return [each.invariant.name for each in books.prove(at=at).broken]


def test_last_two_units_are_kept_for_two_of_eight_checkouts():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=2)
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1)]) for _ in range(THREADS)]
    answers = race([keeping(shop, each) for each in checkouts])
    assert Counter(answers) == {LATER: 2, None: THREADS - 2}
    assert StockLevel.objects.get(product=kettle).reserved == 2
    # Everybody presses the button: those for whom the goods are kept get them, the others are told.
    placed = race([each.placing() for each in checkouts])
    by_hold = [type(answer).__name__ for answer, kept in zip(placed, answers, strict=True) if kept]
    assert by_hold == ["PlacedOrder"] * 2
    assert Counter(type(answer).__name__ for answer in placed) == {"PlacedOrder": 2, "SoldOut": THREADS - 2}
    assert broken() == []


def test_order_and_the_end_of_its_time_leave_the_goods_promised_once():
    shop = make_trading_shop()
    checkouts = [make_checkout(shop=shop, items=[(make_item(shop=shop, units=1), 1)]) for _ in range(THREADS)]
    for each in checkouts:
        keeping(shop, each)()
    actions = [each.placing(at=LATER) for each in checkouts] + [partial(holds.end_due, at=LATER)] * 4
    answers = race(actions)
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert Order.objects.count() == THREADS
    assert set(Reservation.objects.filter(state="held").values_list("quantity", flat=True)) == {1}
    assert not Reservation.objects.filter(state="held", reference__startswith="hold:").exists()
    assert broken() == []


def test_two_who_swap_what_they_keep_do_not_wait_for_each_other_for_ever():
    shop = make_trading_shop()
    goods = [make_item(shop=shop, units=2) for _ in range(6)]
    checkouts = [
        make_checkout(shop=shop, items=[(each, 1) for each in (goods if number % 2 else reversed(goods))])
        for number in range(2)
    ]
    for each in checkouts:
        keeping(shop, each)()
    answers = race([each.placing() for each in checkouts])
    assert [type(each).__name__ for each in answers] == ["PlacedOrder"] * 2
    assert broken() == []


def test_same_step_shown_in_many_tabs_keeps_the_goods_once():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop, units=20), 2)])
    answers = race([keeping(shop, checkout)] * THREADS)
    assert set(answers) == {LATER}
    assert sum(Reservation.objects.filter(state="held").values_list("quantity", flat=True)) == 2
    assert broken() == []
