"""Staff saw a transfer arrive."""

from datetime import datetime

from apps.core.money import Money
from apps.orders.enums import Answer, SettleOutcome, Source
from apps.orders.models import Payment
from apps.orders.payments.errors import TransferKnown, TransferRefused
from apps.orders.payments.gateways.bank_transfer import BankTransfer
from apps.orders.payments.gateways.base import Notice, Verdict
from apps.orders.payments.operations.settle import Settled, settle
from apps.orders.payments.queries import due_money


def record_transfer(*, payment_id: int, received: Money, reference: str, by: str, at: datetime) -> Settled:
    """
    Record that a transfer arrived for a payment; the order is confirmed, or the money is due back when it came too
    late.

    reference: the bank's own for this entry; one entry is recorded once. by: "user:id", audited.
    Raises TransferRefused for another amount or currency, TransferKnown, Payment.DoesNotExist.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id, gateway=BankTransfer.code)
    due = due_money(payment=payment)
    if received != due:
        raise TransferRefused(paid=str(received), due=str(due))
    verdict = Verdict(
        answer=Answer.YES,
        reference=reference,
        amount_minor=received.minor,
        currency=received.currency,
        order_number=payment.order.number,
    )
    notice = Notice(event_id=reference, kind="transfer.received", verdict=verdict)
    done = settle(
        gateway=payment.gateway,
        verdict=verdict,
        source=Source.STAFF,
        at=at,
        by=by,
        payment_id=payment_id,
        notice=notice,
    )
    if done.outcome == SettleOutcome.REPEATED:
        raise TransferKnown(reference=reference)
    return done
