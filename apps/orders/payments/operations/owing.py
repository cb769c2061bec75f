"""Money that is ours to send back: say so once, and send it to where it came from."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core import outbox
from apps.orders import transitions
from apps.orders.credit import operations as credit
from apps.orders.enums import PaymentState
from apps.orders.models import Payment
from apps.orders.payments.errors import RefundByHand
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


def send_back(
    *, payment: Payment, amount_minor: int, key: str, by: str, at: datetime, record: Callable[[str], object]
) -> str:
    """
    Send money of a payment back where it came from, once per key, then `record` the reference; return it.

    A gift card or store credit gets it in one transaction with the record. A provider is asked outside any; when it
    answered and the record failed, the same key makes a repeat harmless. Raises RefundByHand for transfers, TryAgain,
    Final.
    """
    if payment.credit_account_id is not None:
        with transaction.atomic():
            reference = credit.give_back(payment=payment, amount_minor=amount_minor, key=key, by=by, at=at)
            record(reference)
        return reference
    gateway = registry.gateway_for(code=payment.gateway)
    if not gateway.is_remote:
        raise RefundByHand(number=payment.order.number)
    reference = gateway.refund(
        reference=payment.provider_reference, amount_minor=amount_minor, currency=payment.money_currency, key=key
    )
    record(reference)
    return reference
