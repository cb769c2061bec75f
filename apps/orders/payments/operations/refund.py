"""Send back what is owed: paid too late, for an order that was cancelled, or another sum than asked for."""

from datetime import datetime
from http import HTTPStatus

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import locks, outbox
from apps.core.errors import Refusal
from apps.core.money import from_minor
from apps.orders import transitions
from apps.orders.enums import OrderState, PaymentState, RefundWhy
from apps.orders.models import Order, Payment, Transition
from apps.orders.payments.operations.owing import owe_back, send_back

BY = "system:payments.refund"


class NothingToReturn(Refusal):
    """No other sum than the one asked for came, or it was good in the end. Parameters: number."""

    code = "payment.nothing_to_return"
    message = _(
        "Nothing of order %(number)s waits to be sent back: no other sum than the one asked for is with us. Please look"
        " at the order again."
    )
    http_status = HTTPStatus.CONFLICT


@transaction.atomic
def return_wrong_sum(*, payment_id: int, by: str, at: datetime) -> bool:
    """
    Have exactly the sum that came instead of the one asked for sent back; return whether this call asked for it.

    by: "user:id", audited with both sums. The attempt is over with it; an order that still waits may be paid again.
    Repeated, it changes nothing. Locks order, then payment. Publishes payment.refund_due. Raises NothingToReturn.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    payment = locks.lock_row(queryset=Payment.objects.filter(pk=payment_id), rank=locks.Rank.PAYMENT)
    if not payment.received_minor:
        raise NothingToReturn(number=order.number)
    if payment.captured_minor:
        return False
    came = from_minor(payment.received_minor, payment.received_currency)
    asked = from_minor(payment.amount_minor, payment.currency)
    owe_back(
        payment=payment,
        number=order.number,
        by=by,
        at=at,
        reason=f"{came} came, {asked} was asked for",
        changes={"captured_minor": payment.received_minor, "settled_at": at},
    )
    return True


def refund_due(*, payment_id: int, at: datetime) -> str:
    """
    Have the provider send back all that a payment in "to be refunded" captured; return its reference of the refund.

    Outside any transaction. The key given to the provider is the payment's own, so a repeated call sends money once.
    Returns "" when it was refunded before. Raises RefundByHand for transfers, TryAgain, Final.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.state == PaymentState.REFUNDED:
        return ""
    if payment.state != PaymentState.REFUND_DUE:
        raise transitions.IllegalMove(what="payment", old=payment.get_state_display(), new=PaymentState.REFUNDED.label)
    return send_back(
        payment=payment,
        amount_minor=payment.captured_minor - payment.refunded_minor,
        key=f"{payment.idempotency_key}-refund",
        by=BY,
        at=at,
        record=lambda reference: record_refund(payment_id=payment_id, reference=reference, by=BY, at=at),
    )


@transaction.atomic
def record_refund(*, payment_id: int, reference: str, by: str, at: datetime) -> None:
    """
    Write that the money of a payment was sent back. Repeated after the first time, it changes nothing.

    Locks order, then payment. Publishes payment.refunded. Raises IllegalMove when nothing was to be refunded.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    payment = locks.lock_row(queryset=Payment.objects.filter(pk=payment_id), rank=locks.Rank.PAYMENT)
    if payment.state == PaymentState.REFUNDED:
        return
    transitions.move_payment(
        payment_id=payment_id,
        to=PaymentState.REFUNDED,
        by=by,
        at=at,
        reason=reference,
        changes={"refunded_minor": payment.captured_minor},
    )
    outbox.publish(
        topic="payment.refunded",
        key=order.number,
        payload={"order_id": order_id, "payment_id": payment_id, "why": _why(order=order, payment=payment)},
        at=at,
    )


def _why(*, order: Order, payment: Payment) -> RefundWhy:
    """A payment that was once good goes back because its order was cancelled or ended unpaid; another came too late."""
    if payment.received_minor:
        return RefundWhy.DIFFERS
    if payment.credit_account_id is not None:
        return RefundWhy.UNPAID if order.state == OrderState.EXPIRED else RefundWhy.TO_CREDIT
    was_paid = Transition.objects.filter(
        machine=transitions.PAYMENT.name, subject_id=payment.pk, new=PaymentState.PAID
    ).exists()
    return RefundWhy.CANCELLED if was_paid else RefundWhy.LATE
