"""Cancel an order that is paid and has not left: goods, vouchers and money go back in one transaction."""

from datetime import datetime
from http import HTTPStatus

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import locks, outbox
from apps.core.errors import Refusal
from apps.inventory import operations as inventory
from apps.orders import placement, transitions
from apps.orders.enums import ENDED_FULFILMENTS, FulfilmentState, OrderState, PaymentState, ReturnState
from apps.orders.fulfilment.making import STOP_PARTNER
from apps.orders.models import Fulfilment, Order, Payment, Return
from apps.orders.payments.operations.expire import SILENT
from apps.orders.payments.operations.owing import owe_back, owe_void
from apps.orders.payments.queries import OPEN_STATES

CANCELLABLE = frozenset({OrderState.CONFIRMED, OrderState.IN_FULFILMENT})
GONE = frozenset({FulfilmentState.SHIPPED, FulfilmentState.DELIVERED})
PAY_NOTHING = frozenset({ReturnState.CANCELLED, ReturnState.NOT_SENT, ReturnState.REFUSED})
"""Returns that ended without money."""
LEFT = frozenset({OrderState.SHIPPED, OrderState.DELIVERED})


class CancelReasonMissing(Refusal):
    """Whoever reads the history later must find why."""

    code = "order.cancel_reason_missing"
    message = _("Please say why the order is cancelled; the reason stays in its history.")


class NotPaidYet(Refusal):
    """An unpaid order ends by itself. Parameters: number."""

    code = "order.cancel_not_paid"
    message = _(
        "Order %(number)s is not paid yet, so there is nothing to send back: it ends by itself when its time is over."
    )
    http_status = HTTPStatus.CONFLICT


class GoodsHaveLeft(Refusal):
    """A parcel is on its way. Parameters: number."""

    code = "order.cancel_goods_have_left"
    message = _(
        "Goods of order %(number)s have already left, so it can no longer be cancelled. Please ask the shopper to send"
        " them back."
    )
    http_status = HTTPStatus.CONFLICT


class PartlyGivenBack(Refusal):
    """Cancelling would pay back whole what was or will be paid back in part. Parameters: number, other."""

    code = "order.cancel_partly_given_back"
    message = _(
        "Return %(other)s already pays back part of order %(number)s, so the order can no longer be cancelled whole."
        " Cancel that return first if its goods are still here, or give up the other goods one by one."
    )
    http_status = HTTPStatus.CONFLICT


@locks.retry_on_conflict()
@transaction.atomic
def cancel_order(*, order_id: int, reason: str, by: str, at: datetime) -> bool:
    """
    Cancel a paid order none of whose goods have left; return whether this call did it. Repeated, it changes nothing.

    by: "user:id", audited with the reason. Gives back stock and voucher uses, cancels the fulfilments, marks what was
    paid as to be refunded (whole; a provider is asked after commit, a transfer is sent back by a person) and ends
    other attempts to pay. Locks stock, vouchers, order, payments, fulfilments. Publishes order.cancelled and
    payment.refund_due. Raises CancelReasonMissing, NotPaidYet, GoodsHaveLeft, PartlyGivenBack, IllegalMove (expired).
    """
    return cancel_within(order_id=order_id, reason=reason, by=by, at=at)


def cancel_within(*, order_id: int, reason: str, by: str, at: datetime) -> bool:
    """Cancel as `cancel_order` does, inside a caller's transaction that holds no lock yet and retries conflicts."""
    reason = reason.strip()
    if not reason:
        raise CancelReasonMissing
    number = Order.objects.values_list("number", flat=True).get(pk=order_id)
    # Stock and vouchers are locked before orders; a refusal below undoes what was given back.
    inventory.release(reference=f"order:{number}", at=at, by=by, reason=reason)
    placement.give_back_vouchers(order_id=order_id)
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    if order.state == OrderState.CANCELLED:
        return False
    payments = locks.lock_rows(queryset=Payment.objects.filter(order_id=order_id), rank=locks.Rank.PAYMENT)
    parcels = locks.lock_rows(queryset=Fulfilment.objects.filter(order_id=order_id), rank=locks.Rank.FULFILMENT)
    if order.state == OrderState.PLACED:
        raise NotPaidYet(number=number)
    if order.state in LEFT or any(parcel.state in GONE for parcel in parcels):
        raise GoodsHaveLeft(number=number)
    # Returns begin and end under the order's lock, so none comes between.
    pays_back = Return.objects.filter(order_id=order_id).exclude(state__in=PAY_NOTHING).order_by("id").first()
    if pays_back is not None:
        raise PartlyGivenBack(number=number, other=pays_back.number)
    for payment in payments:
        _end_payment(payment=payment, number=number, reason=reason, by=by, at=at)
    for parcel in parcels:
        if parcel.state in ENDED_FULFILMENTS:
            continue
        transitions.move_fulfilment(
            fulfilment_id=parcel.pk, to=FulfilmentState.CANCELLED, by=by, at=at, reason=reason, locked=parcel
        )
        if parcel.sent_at is not None:
            outbox.publish(topic=STOP_PARTNER, key=str(parcel.pk), payload={"fulfilment_id": parcel.pk}, at=at)
    transitions.move_order(order_id=order_id, to=OrderState.CANCELLED, by=by, at=at, reason=reason, locked=order)
    outbox.publish(topic="order.cancelled", key=number, payload={"order_id": order_id}, at=at)
    return True


def _end_payment(*, payment: Payment, number: str, reason: str, by: str, at: datetime) -> None:
    """What was paid is owed back; an attempt that is still open may not be paid any more."""
    if payment.state == PaymentState.PAID and payment.captured_minor:
        owe_back(payment=payment, number=number, by=by, at=at, reason=reason)
    elif payment.state == PaymentState.AUTHORISED:
        owe_void(payment=payment, number=number, by=by, at=at, reason=reason)
    elif payment.state in OPEN_STATES:
        # A page somebody may still have open is closed by reconciliation, which asks about silent ones.
        code = SILENT if payment.provider_reference else ""
        transitions.move_payment(
            payment_id=payment.pk,
            to=PaymentState.EXPIRED,
            by=by,
            at=at,
            reason=reason,
            changes={"settled_at": at, "refusal_code": code},
            locked=payment,
        )
