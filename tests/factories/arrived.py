"""Orders of several goods that are paid, sent and have arrived."""

from datetime import datetime, timedelta

from apps.catalog.models import Product
from apps.core.testing import drain_outbox
from apps.markets.context import Shop
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import Fulfilment, Order
from tests.factories.orders import AT, make_checkout
from tests.factories.payments import Waiting, pay

LATER = AT + timedelta(hours=1)


def make_arrived(*, shop: Shop, items: list[tuple[Product, int]], at: datetime = LATER) -> Order:
    """Return an order paid by transfer whose parcels were all delivered at a time."""
    placed = make_checkout(shop=shop, items=items).place(payment_method="bank_transfer")
    pay(Waiting(shop, None, placed.order_id, placed.payment_id, placed.number, AT), at=at)
    drain_outbox(at=at)
    for row in Fulfilment.objects.filter(order_id=placed.order_id):
        fulfilments.ship(fulfilment_id=row.pk, carrier="Demo Post", tracking_code="X1", by="user:9", at=at)
        fulfilments.deliver(fulfilment_id=row.pk, by="user:9", at=at)
    drain_outbox(at=at)
    return Order.objects.get(pk=placed.order_id)
