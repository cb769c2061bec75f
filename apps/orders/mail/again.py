"""Send the confirmation of an order again, because its shopper has lost it or never got it."""

from datetime import datetime
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core import audit, idempotency, locks, outbox
from apps.core.errors import Refusal
from apps.orders.enums import OrderState
from apps.orders.models import Order
from apps.orders.payments.gateways.bank_transfer import BankTransfer

SCOPE = "orders.send_confirmation_again"
ENDED = frozenset({OrderState.EXPIRED, OrderState.CANCELLED})


class NeverConfirmed(Refusal):
    """There is no confirmation yet. Parameters: number."""

    code = "order.never_confirmed"
    message = _(
        "Order %(number)s was never confirmed, because no payment has come in: there is nothing to send again. Once it"
        " is paid, the confirmation leaves by itself."
    )
    http_status = HTTPStatus.CONFLICT


class OrderEnded(Refusal):
    """A confirmation would promise goods that do not come. Parameters: number, state."""

    code = "order.confirmation_of_ended_order"
    message = _(
        "Order %(number)s has ended as “%(state)s”: its confirmation would promise goods that do not come. Please"
        " answer the shopper in your own words."
    )
    http_status = HTTPStatus.CONFLICT


def is_possible(*, order: Order) -> bool:
    """Tell whether an order has a confirmation that may be sent again. No statement."""
    return _refusal(order=order) is None


def _refusal(*, order: Order) -> Refusal | None:
    if order.state in ENDED:
        return OrderEnded(number=order.number, state=order.get_state_display())
    # One paid by transfer is confirmed when it is placed, with where to send the money.
    if order.state == OrderState.PLACED and order.payment_method != BankTransfer.code:
        return NeverConfirmed(number=order.number)
    return None


def send_confirmation_again(*, order_id: int, key: str, by: str, at: datetime) -> bool:
    """
    Have a copy of an order's confirmation sent to its address; return whether this call asked for it.

    key: of the request; the same key sends one copy however often it comes. by: "user:id", audited. An order that
    waits for its transfer gets its instructions again. Locks the order. Publishes order.confirmation_wanted.
    Raises NeverConfirmed, OrderEnded, Order.DoesNotExist.
    """

    def work() -> str:
        order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
        refusal = _refusal(order=order)
        if refusal is not None:
            raise refusal
        outbox.publish(topic="order.confirmation_wanted", key=order.number, payload={"order_id": order_id}, at=at)
        audit.record(
            action="order.send_confirmation_again",
            target=audit.target_of(model="order.order", pk=order_id),
            actor=by,
            at=at,
        )
        return order.number

    answer = idempotency.once(scope=SCOPE, key=f"{order_id}:{key}", body={"order_id": order_id}, at=at, work=work)
    return not answer.replayed
