"""Send back what is owed: paid too late, or for an order that was cancelled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import locks, outbox
from apps.core.errors import Refusal
from apps.orders import transitions
from apps.orders.enums import PaymentState, RefundWhy
from apps.orders.models import Order, Payment, Transition
from apps.orders.payments.gateways import registry

BY = "system:payments.refund"


class RefundByHand(Refusal):
    """Money came by transfer: a person sends it back and records it. Parameters: number."""

    code = "payment.refund_by_hand"
    message = _("The money for %(number)s came by transfer: send it back by hand, then record it.")


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
        currency=payment.currency,
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
        payload={"order_id": order_id, "payment_id": payment_id, "why": _why(payment_id=payment_id)},
        at=at,
    )


def _why(*, payment_id: int) -> RefundWhy:
    """A payment that was once good goes back only because its order was cancelled; any other came too late."""
    was_paid = Transition.objects.filter(
        machine=transitions.PAYMENT.name, subject_id=payment_id, new=PaymentState.PAID
    ).exists()
    return RefundWhy.CANCELLED if was_paid else RefundWhy.LATE
