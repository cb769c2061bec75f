"""Send back what is owed: paid too late, for an order that was cancelled, or another sum than asked for."""

from datetime import datetime
from http import HTTPStatus

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import locks, outbox
from apps.core.errors import Refusal
from apps.core.money import from_minor
from apps.orders import transitions
from apps.orders.enums import PaymentState, RefundWhy
from apps.orders.models import Order, Payment, Transition
from apps.orders.payments.gateways import registry

BY = "system:payments.refund"


class RefundByHand(Refusal):
    """Money came by transfer: a person sends it back and records it. Parameters: number."""

    code = "payment.refund_by_hand"
    message = _("The money for %(number)s came by transfer: send it back by hand, then record it.")


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
    transitions.move_payment(
        payment_id=payment_id,
        to=PaymentState.REFUND_DUE,
        by=by,
        at=at,
        reason=f"{came} came, {asked} was asked for",
        changes={"captured_minor": payment.received_minor, "settled_at": at},
        locked=payment,
    )
    outbox.publish(
        topic="payment.refund_due", key=order.number, payload={"order_id": order_id, "payment_id": payment_id}, at=at
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
    gateway = registry.gateway_for(code=payment.gateway)
    if not gateway.is_remote:
        raise RefundByHand(number=payment.order.number)
    reference = gateway.refund(
        reference=payment.provider_reference,
        amount_minor=payment.captured_minor - payment.refunded_minor,
        currency=payment.money_currency,
        key=f"{payment.idempotency_key}-refund",
    )
    record_refund(payment_id=payment_id, reference=reference, by=BY, at=at)
    return reference


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
        payload={"order_id": order_id, "payment_id": payment_id, "why": _why(payment=payment)},
        at=at,
    )


def _why(*, payment: Payment) -> RefundWhy:
    """A payment that was once good goes back only because its order was cancelled; another came too late."""
    if payment.received_minor:
        return RefundWhy.DIFFERS
    was_paid = Transition.objects.filter(
        machine=transitions.PAYMENT.name, subject_id=payment.pk, new=PaymentState.PAID
    ).exists()
    return RefundWhy.CANCELLED if was_paid else RefundWhy.LATE
