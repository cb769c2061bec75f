"""Send money back for a return, once, and write that it left."""

from datetime import datetime

from django.db import transaction

from apps.core import locks, outbox
from apps.orders import transitions
from apps.orders.enums import RefundState, ReturnState
from apps.orders.models import Order, Payment, Refund, Return
from apps.orders.payments.gateways import registry
from apps.orders.payments.operations.refund import RefundByHand

BY = "system:returns.refund"


def send_refund(*, refund_id: int, at: datetime) -> str:
    """
    Have the provider send a refund; return its reference of it, "" when it was sent before.

    Outside any transaction. The key given to the provider is the refund's own, so a repeated call sends money once.
    Raises RefundByHand for transfers, TryAgain, Final.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=refund_id)
    if refund.state == RefundState.SENT:
        return ""
    gateway = registry.gateway_for(code=refund.payment.gateway)
    if not gateway.is_remote:
        raise RefundByHand(number=refund.payment.order.number)
    reference = gateway.refund(
        reference=refund.payment.provider_reference,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        key=refund.idempotency_key,
    )
    record_sent(refund_id=refund_id, reference=reference, by=BY, at=at)
    return reference


@transaction.atomic
def record_sent(*, refund_id: int, reference: str, by: str, at: datetime) -> bool:
    """
    Write that the money of a refund left; return whether this call did. Repeated, it changes nothing.

    by: "user:id" for a transfer a person sent, audited with the return. Locks order, payment, return. The database
    refuses to send back more than was captured. Publishes return.refunded.
    """
    refund = Refund.objects.select_related("parent").get(pk=refund_id)
    order = locks.lock_row(queryset=Order.objects.filter(pk=refund.parent.order_id), rank=locks.Rank.ORDER)
    payment = locks.lock_row(queryset=Payment.objects.filter(pk=refund.payment_id), rank=locks.Rank.PAYMENT)
    row = locks.lock_row(queryset=Return.objects.filter(pk=refund.parent_id), rank=locks.Rank.RETURN)
    if row.state == ReturnState.REFUNDED:
        return False
    Refund.objects.filter(pk=refund_id).update(state=RefundState.SENT, reference=reference[:200], sent_at=at)
    Payment.objects.filter(pk=payment.pk).update(refunded_minor=payment.refunded_minor + refund.amount_minor)
    transitions.move_return(return_id=row.pk, to=ReturnState.REFUNDED, by=by, at=at, reason=reference, locked=row)
    outbox.publish(
        topic="return.refunded", key=order.number, payload={"order_id": order.pk, "return_id": row.pk}, at=at
    )
    return True
