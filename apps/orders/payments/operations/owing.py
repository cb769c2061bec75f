"""Money that is ours to send back: say so once, and send it to where it came from."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.core import outbox
from apps.core.errors import TryAgain
from apps.orders import transitions
from apps.orders.credit import operations as credit
from apps.orders.enums import EXCHANGE, DisputeState, PaymentState
from apps.orders.models import Payment, PaymentDispute
from apps.orders.payments.errors import PaymentDisputed, RefundByHand
from apps.orders.payments.gateways import registry


def owe_back(
    *,
    payment: Payment,
    number: str,
    by: str,
    at: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    """
    Mark all that a locked payment captured as to be sent back, in the caller's transaction.

    number: of its order. changes: other columns written with the state. Publishes payment.refund_due. Raises
    IllegalMove.
    """
    transitions.move_payment(
        payment_id=payment.pk,
        to=PaymentState.REFUND_DUE,
        by=by,
        at=at,
        reason=reason,
        changes=changes,
        locked=payment,
    )
    payload = {"order_id": payment.order_id, "payment_id": payment.pk}
    outbox.publish(topic="payment.refund_due", key=number, payload=payload, at=at)


def owe_void(*, payment: Payment, number: str, by: str, at: datetime, reason: str) -> None:
    """
    Mark what the provider keeps aside for a locked payment as to be let go, in the caller's transaction.

    number: of its order. Publishes payment.void_due. Raises IllegalMove.
    """
    transitions.move_payment(
        payment_id=payment.pk,
        to=PaymentState.VOID_DUE,
        by=by,
        at=at,
        reason=reason,
        changes={"settled_at": payment.settled_at or at},
        locked=payment,
    )
    payload = {"order_id": payment.order_id, "payment_id": payment.pk}
    outbox.publish(topic="payment.void_due", key=number, payload=payload, at=at)


def send_back(
    *, payment: Payment, amount_minor: int, key: str, by: str, at: datetime, record: Callable[[str], object]
) -> str:
    """
    Send money of a payment back where it came from, once per key, then `record` the reference; return it.

    What a dispute has taken, or may take, is not sent back besides. A gift card or store credit gets it in one
    transaction with the record. A provider is asked outside any; when it answered and the record failed, the same key
    makes a repeat harmless. Raises RefundByHand for transfers, PaymentDisputed, TryAgain, Final.
    """
    if payment.credit_account_id is not None:
        with transaction.atomic():
            reference = credit.give_back(payment=payment, amount_minor=amount_minor, key=key, by=by, at=at)
            record(reference)
        return reference
    if payment.gateway == EXCHANGE:
        # The money came with another order; a person sends it the way that one was paid.
        raise RefundByHand(number=payment.order.number)
    gateway = registry.gateway_for(code=payment.gateway)
    if not gateway.is_remote:
        raise RefundByHand(number=payment.order.number)
    if payment.captured_minor - payment.refunded_minor - _disputed(payment) < amount_minor:
        if _disputed(payment):
            raise PaymentDisputed(number=payment.order.number)
        # Goods may come back before their own capture is through.
        raise TryAgain("not charged yet", system=payment.gateway)
    reference = gateway.refund(
        reference=payment.provider_reference, amount_minor=amount_minor, currency=payment.money_currency, key=key
    )
    record(reference)
    return reference


def _disputed(payment: Payment) -> int:
    """What of a payment a shopper's bank has taken back or may still take, in minor units."""
    held = PaymentDispute.objects.filter(payment_id=payment.pk).exclude(state=DisputeState.WON)
    return int(held.aggregate(minor=Sum("amount_minor"))["minor"] or 0)
