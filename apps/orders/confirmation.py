"""The moment an order is good: everything it costs is here."""

from datetime import datetime

from apps.core import outbox
from apps.orders import transitions
from apps.orders.enums import OrderState
from apps.orders.fulfilment.promise import promise_from_now
from apps.orders.models import Order


def confirm(*, order: Order, by: str, at: datetime) -> None:
    """
    Confirm a placed order that is paid in full, in the transaction that took the last of its money.

    order: its row under the lock of this transaction. Where it was paid after the day its goods were to leave, its
    promise is counted from now. Publishes order.confirmed. Raises IllegalMove.
    """
    promise_from_now(order=order, at=at)
    transitions.move_order(
        order_id=order.pk, to=OrderState.CONFIRMED, by=by, at=at, changes={"expires_at": None}, locked=order
    )
    outbox.publish(topic="order.confirmed", key=order.number, payload={"order_id": order.pk}, at=at)
