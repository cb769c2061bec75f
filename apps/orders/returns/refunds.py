"""Send money back for a return, once to each tender, and write that it left."""

from datetime import datetime
from functools import partial

from django.db import transaction

from apps.core import locks, outbox
from apps.core.errors import GatewayError
from apps.orders import transitions
from apps.orders.enums import RefundState, ReturnState
from apps.orders.models import Order, Payment, Refund, RefundTender, Return
from apps.orders.payments.errors import PaymentDisputed, RefundByHand
from apps.orders.payments.operations.owing import send_back
from apps.orders.returns.queries import by_hand

BY = "system:returns.refund"


def send_refund(*, refund_id: int, at: datetime) -> str:
    """
    Send what is due of a refund to each of its tenders; return the references, "" when all was sent before.

    Outside any transaction. The key given to a provider is the tender's own, so a repeated call sends money once; one
    that fails keeps no other from its money. Raises RefundByHand when a transfer is left to send, TryAgain, Final.
    """
    due = RefundTender.objects.filter(refund_id=refund_id, state=RefundState.DUE).select_related("payment__order")
    references: list[str] = []
    failure: Exception | None = None
    for tender in due.order_by("id"):
        try:
            reference = send_back(
                payment=tender.payment,
                amount_minor=tender.amount_minor,
                key=tender.idempotency_key,
                by=BY,
                at=at,
                record=partial(_note, tender_id=tender.pk, by=BY, at=at),
            )
        except (RefundByHand, PaymentDisputed) as refusal:
            # Said last: what failed is tried again, and then a person is told.
            failure = failure or refusal
        except GatewayError as error:
            failure = error
        else:
            references.append(reference)
    if failure is not None:
        raise failure
    return ", ".join(references)


def record_sent(*, refund_id: int, reference: str, by: str, at: datetime) -> bool:
    """
    Write that a person sent what is due of a refund; return whether anything was. Repeated, it changes nothing.

    That is its transfers; where it has none, what a provider would not send, so that a person did it there. Gift cards
    and store credit are never meant: they are ours to pay.

    by: "user:id", audited with the return. Locks order, payment, return. The database refuses to send back more than
    was captured. Publishes return.refunded once all tenders are sent.
    """
    due = RefundTender.objects.filter(refund_id=refund_id, state=RefundState.DUE).select_related("payment")
    ours = list(due.filter(payment__credit_account__isnull=True).order_by("id"))
    sent = [each for each in ours if by_hand(each)] or ours
    done = [_note(reference, tender_id=each.pk, by=by, at=at) for each in sent]
    return any(done)


@transaction.atomic
def _note(reference: str, *, tender_id: int, by: str, at: datetime) -> bool:
    """Write that one tender has its money; the last of them ends refund and return."""
    tender = RefundTender.objects.select_related("refund__parent").get(pk=tender_id)
    refund = tender.refund
    order = locks.lock_row(queryset=Order.objects.filter(pk=refund.parent.order_id), rank=locks.Rank.ORDER)
    payment = locks.lock_row(queryset=Payment.objects.filter(pk=tender.payment_id), rank=locks.Rank.PAYMENT)
    row = locks.lock_row(queryset=Return.objects.filter(pk=refund.parent_id), rank=locks.Rank.RETURN)
    mine = RefundTender.objects.filter(pk=tender_id, state=RefundState.DUE)
    if not mine.update(state=RefundState.SENT, reference=reference[:200], sent_at=at):
        return False
    Payment.objects.filter(pk=payment.pk).update(refunded_minor=payment.refunded_minor + tender.amount_minor)
    if RefundTender.objects.filter(refund_id=refund.pk, state=RefundState.DUE).exists():
        return True
    Refund.objects.filter(pk=refund.pk).update(state=RefundState.SENT, sent_at=at)
    transitions.move_return(return_id=row.pk, to=ReturnState.REFUNDED, by=by, at=at, reason=reference, locked=row)
    payload = {"order_id": order.pk, "return_id": row.pk}
    outbox.publish(topic="return.refunded", key=order.number, payload=payload, at=at)
    return True
