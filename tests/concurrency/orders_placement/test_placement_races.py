"""Many buyers at once, in real threads on real connections. Each guard has a control that shows the race without it."""

import threading
from collections import Counter

import pytest
from django.db import OperationalError, connection, transaction

from apps.core import locks
from apps.core.idempotency import IdempotencyConflict
from apps.inventory import ledger
from apps.inventory import operations as inventory
from apps.inventory import queries as stock
from apps.inventory.models import StockLevel
from apps.orders.errors import OfferUsedUp, PriceMoved, SoldOut
from apps.orders.models import Order, Payment, VoucherSlot
from apps.orders.placement import limits
from apps.orders.placement import operations as placement
from apps.orders.placement.data import PlacedOrder
from tests.factories.orders import (
    AT,
    Checkout,
    make_checkout,
    make_item,
    make_offer,
    make_trading_shop,
    make_voucher,
)
from tests.race import meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

THREADS = 20


def in_waves(checkouts: list[Checkout]) -> Counter[str]:
    """Let all of them order, twenty at a time; count what came of it by the name of its type."""
    outcome: Counter[str] = Counter()
    for start in range(0, len(checkouts), THREADS):
        results = race([checkout.placing() for checkout in checkouts[start : start + THREADS]])
        outcome.update(type(result).__name__ for result in results)
    return outcome


def test_last_unit_sold_once_when_200_checkouts_race():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=1)
    outcome = in_waves([make_checkout(shop=shop, items=[(kettle, 1)]) for _ in range(200)])

    assert outcome == {"PlacedOrder": 1, "SoldOut": 199}
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)
    level = StockLevel.objects.get(product=kettle)
    assert (level.on_hand, level.reserved) == (1, 1)
    assert stock.check_ledger() == []


def test_last_unit_control_without_lock_and_condition_oversells(monkeypatch):
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=1)
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1)]) for _ in range(8)]
    monkeypatch.setattr(ledger, "_LOCK_SERVING", ledger._LOCK_SERVING.replace("FOR UPDATE OF level", ""))
    monkeypatch.setattr(
        ledger,
        "_RESERVE",
        ledger._RESERVE.replace(" AND level.free >= plan.quantity", ""),
    )
    monkeypatch.setattr(ledger, "lock_serving", meeting(ledger.lock_serving, parties=8))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partner_stocklevel DROP CONSTRAINT stock_level_reserved_within_on_hand")
    try:
        assert in_waves(checkouts) == {"PlacedOrder": 8}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE partner_stocklevel SET on_hand = reserved WHERE reserved > on_hand")
            cursor.execute(
                "ALTER TABLE partner_stocklevel ADD CONSTRAINT stock_level_reserved_within_on_hand"
                " CHECK (reserved <= on_hand)"
            )


def test_voucher_for_one_use_is_used_once_when_50_checkouts_race():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=100)
    make_voucher(code="ONCE")
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1)], vouchers=("ONCE",)) for _ in range(50)]

    outcome: Counter[str] = Counter(type(each).__name__ for each in race([c.placing() for c in checkouts]))

    assert outcome == {"PlacedOrder": 1, "VoucherUsedUp": 49}
    assert (Order.objects.count(), VoucherSlot.objects.count()) == (1, 1)
    assert StockLevel.objects.get(product=kettle).reserved == 1
    assert stock.check_ledger() == []


def test_voucher_control_without_the_unique_row_is_used_many_times(monkeypatch):
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=100)
    make_voucher(code="ONCE")
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1)], vouchers=("ONCE",)) for _ in range(8)]
    # Every buyer a row of its own: what a count read beforehand amounts to.
    monkeypatch.setattr(limits, "_slot", lambda *, number, **_: f"order:{number}")
    monkeypatch.setattr(placement, "price_basket", meeting(placement.price_basket, parties=8))

    assert in_waves(checkouts) == {"PlacedOrder": 8}


def test_offer_with_a_limit_is_given_no_more_often_when_20_checkouts_race():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=100)
    offer = make_offer(max_global_applications=3)
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1)]) for _ in range(20)]

    results = race([checkout.placing() for checkout in checkouts])

    placed = [result for result in results if isinstance(result, PlacedOrder)]
    # Those who came after the end was known see the new total; those who raced to it are told that it ended.
    assert len(placed) == 3
    assert all(isinstance(result, PlacedOrder | OfferUsedUp | PriceMoved) for result in results)
    offer.refresh_from_db()
    assert offer.num_applications == 3


def test_same_key_20_times_at_once_gives_one_order_and_20_equal_answers():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])

    results = race([checkout.placing() for _ in range(20)])

    assert len({(result.number, result.payment_id, result.token) for result in results}) == 1
    assert sum(not result.replayed for result in results) == 1
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)
    with pytest.raises(IdempotencyConflict):
        checkout.place(payment_method="bank_transfer")


def test_one_basket_in_20_tabs_with_different_keys_gives_one_order():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])

    results = race([checkout.placing(idempotency_key=f"tab-{number}") for number in range(20)])

    assert Counter(type(result).__name__ for result in results) == {"PlacedOrder": 1, "BasketNotFound": 19}
    assert Order.objects.count() == 1


def test_two_orders_of_the_same_products_in_opposite_order_do_not_deadlock(monkeypatch):
    retried = []
    monkeypatch.setattr(locks, "_pause", retried.append)
    shop = make_trading_shop()
    kettle, cup = make_item(shop=shop, units=500), make_item(shop=shop, units=500)
    there = [make_checkout(shop=shop, items=[(kettle, 1), (cup, 1)]) for _ in range(10)]
    back = [make_checkout(shop=shop, items=[(cup, 1), (kettle, 1)]) for _ in range(10)]

    outcome = in_waves([checkout for pair in zip(there, back, strict=True) for checkout in pair])

    assert outcome == {"PlacedOrder": 20}
    assert retried == []
    assert stock.check_ledger() == []


def test_winner_and_loser_of_the_last_unit_leave_the_loser_an_open_basket():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=1)
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1)]) for _ in range(2)]

    results = race([checkout.placing() for checkout in checkouts])

    loser = next(c for c, result in zip(checkouts, results, strict=True) if isinstance(result, SoldOut))
    assert Order.objects.filter(basket_id=loser.basket_id).count() == 0


def test_levels_control_locked_in_the_order_of_the_basket_deadlocks():
    """The same two products locked one by one, crosswise: PostgreSQL has to kill one of the two."""
    shop = make_trading_shop()
    products = [make_item(shop=shop, units=5).pk, make_item(shop=shop, units=5).pk]
    half_way = threading.Barrier(2)

    def lock_crosswise(order: list[int]) -> None:
        with transaction.atomic():
            StockLevel.objects.select_for_update().get(product_id=order[0])
            half_way.wait(timeout=20)
            StockLevel.objects.select_for_update().get(product_id=order[1])

    results = race([lambda: lock_crosswise(products), lambda: lock_crosswise(products[::-1])])

    assert sum(isinstance(result, OperationalError) for result in results) == 1


def test_receive_count_and_reserve_at_once_leave_an_exact_ledger():
    shop = make_trading_shop()
    kettle, cup = make_item(shop=shop, units=20), make_item(shop=shop, units=20)
    levels = {level.product_id: level for level in StockLevel.objects.all()}
    place = levels[kettle.pk].location_id
    checkouts = [make_checkout(shop=shop, items=[(kettle, 1), (cup, 1)]) for _ in range(10)]

    def receive():
        inventory.receive(
            location_id=place, quantities={cup.pk: 3, kettle.pk: 2}, reference="delivery", at=AT, by="system:test"
        )

    results = race([*[checkout.placing() for checkout in checkouts], *[receive] * 10])

    assert not [result for result in results if isinstance(result, Exception)]
    assert list(StockLevel.objects.order_by("id").values_list("on_hand", "reserved")) == [(40, 10), (50, 10)]
    assert stock.check_ledger() == []
