"""From a paid order to a delivered one."""

from datetime import timedelta

import pytest

from apps.core.models import AuditEvent, OutboxEvent
from apps.core.testing import drain_outbox
from apps.inventory import operations as inventory
from apps.inventory.models import StockLevel
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders.fulfilment import making, operations, queries
from apps.orders.fulfilment.errors import TrackingMissing
from apps.orders.models import DeliveryMethod, Fulfilment, FulfilmentLine, MailLog
from apps.orders.transitions import IllegalMove
from tests.factories.orders import AT, make_checkout, make_item, make_location, make_stock
from tests.factories.payments import Waiting, make_waiting_order, pay

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


def prepared(**changes):
    waiting = make_waiting_order(method="bank_transfer", **changes)
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    return waiting, Fulfilment.objects.get(order_id=waiting.order_id)


def ship(fulfilment, **changes):
    values = {"carrier": "Colissimo", "tracking_code": "8R 42/é", "by": "user:9", "at": LATER, **changes}
    operations.ship(fulfilment_id=fulfilment.pk, **values)


def two_places():
    """An order of 3 of which one location has 2 and the other 1."""
    waiting = make_waiting_order(method="bank_transfer", quantity=1, units=3)
    Market.objects.update(stock_location_codes=["main", "second"])
    forget_snapshot()
    shop = shop_for_market(market_code=waiting.shop.market.code, language="fr")
    product = make_item(shop=shop, units=2)
    make_stock(product=product, location=make_location(code="second"), units=1)
    placed = make_checkout(shop=shop, items=[(product, 3)]).place(payment_method="bank_transfer")
    return Waiting(
        shop=shop,
        product=product,
        order_id=placed.order_id,
        payment_id=placed.payment_id,
        number=placed.number,
        expires_at=AT,
    )


def test_confirmed_order_gets_one_fulfilment_with_its_lines():
    waiting, fulfilment = prepared()
    assert waiting.order.state == "in_fulfilment"
    assert [(each.line.product_id, each.quantity) for each in fulfilment.lines.all()] == [(waiting.product.pk, 2)]
    assert fulfilment.due_at.date() == fulfilment.created_at.date()


def test_create_fulfilments_twice_makes_them_once():
    waiting, fulfilment = prepared()
    assert making.create_fulfilments(order_id=waiting.order_id, at=LATER) == [fulfilment.pk]


def test_order_from_two_places_gets_two_fulfilments_and_is_shipped_with_the_last():
    waiting = two_places()
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    first, second = Fulfilment.objects.filter(order_id=waiting.order_id).order_by("id")
    quantities = FulfilmentLine.objects.filter(fulfilment__order_id=waiting.order_id).order_by("id")
    assert sorted(quantities.values_list("quantity", flat=True)) == [1, 2]
    ship(first)
    assert waiting.order.state == "in_fulfilment"
    ship(second)
    assert waiting.order.state == "shipped"
    assert OutboxEvent.objects.filter(topic="order.shipped", key=waiting.number).count() == 2
    assert set(StockLevel.objects.filter(product=waiting.product).values_list("on_hand", "reserved")) == {(0, 0)}


def test_create_fulfilments_without_promised_goods_refuses_and_stays_visible():
    waiting = make_waiting_order(method="bank_transfer")
    inventory.release(reference=f"order:{waiting.number}", at=AT, by="system:test")
    pay(waiting, at=LATER)
    drained = drain_outbox(at=LATER, fail_on_error=False)
    assert "NothingReserved" in drained.errors["orders.create_fulfilments"]
    assert waiting.order.state == "confirmed"


def test_ship_takes_goods_out_of_stock_and_says_where_the_parcel_is():
    waiting = make_waiting_order(method="bank_transfer")
    DeliveryMethod.objects.update(tracking_url_template="https://track.example/?c={code}")
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    fulfilment = Fulfilment.objects.get()
    operations.pick(fulfilment_id=fulfilment.pk, by="user:9", at=LATER)
    ship(fulfilment)
    fulfilment.refresh_from_db()
    assert fulfilment.tracking_url == "https://track.example/?c=8R%2042%2F%C3%A9"
    level = StockLevel.objects.get(product=waiting.product)
    assert (level.on_hand, level.reserved) == (8, 0)
    assert waiting.order.state == "shipped"
    assert AuditEvent.objects.filter(actor="user:9", action="fulfilment.shipped").count() == 1


def test_ship_twice_is_refused_and_ships_once():
    waiting, fulfilment = prepared()
    ship(fulfilment)
    with pytest.raises(IllegalMove):
        ship(fulfilment)
    assert StockLevel.objects.get(product=waiting.product).on_hand == 8
    assert OutboxEvent.objects.filter(topic="order.shipped").count() == 1


@pytest.mark.parametrize("missing", [{"carrier": " "}, {"tracking_code": ""}])
def test_ship_without_carrier_or_code_is_refused(missing):
    _waiting, fulfilment = prepared()
    with pytest.raises(TrackingMissing):
        ship(fulfilment, **missing)


def test_deliver_ends_the_order():
    waiting, fulfilment = prepared()
    ship(fulfilment)
    operations.deliver(fulfilment_id=fulfilment.pk, by="user:9", at=LATER)
    assert waiting.order.state == "delivered"
    assert OutboxEvent.objects.filter(topic="order.delivered", key=waiting.number).count() == 1


def test_correct_tracking_changes_and_audits():
    _waiting, fulfilment = prepared()
    ship(fulfilment)
    operations.correct_tracking(fulfilment_id=fulfilment.pk, carrier="DHL", tracking_code="1", by="user:9", at=LATER)
    event = AuditEvent.objects.get(action="fulfilment.correct_tracking")
    assert (event.before["carrier"], event.after["carrier"]) == ("Colissimo", "DHL")


def test_overdue_lists_what_should_have_left():
    _waiting, fulfilment = prepared()
    assert list(queries.overdue(at=LATER)) == []
    assert list(queries.overdue(at=fulfilment.due_at + timedelta(seconds=1))) == [fulfilment]


def test_order_that_is_paid_days_later_is_promised_from_then_and_nobody_is_told_of_a_delay():
    waiting = make_waiting_order(method="bank_transfer")
    promised = dict(waiting.order.delivery_promise)
    at = AT + timedelta(days=7)  # a Wednesday again
    pay(waiting, at=at)
    drain_outbox(at=at)
    now = waiting.order.delivery_promise
    assert promised["ships_on"] == "2026-11-18"
    assert now["at_checkout"] == promised["latest"]
    assert (now["ships_on"], now["earliest"], now["latest"]) == ("2026-11-26", "2026-11-30", "2026-12-01")
    assert not MailLog.objects.filter(kind="promise_moved").exists()
