"""What a yes that only sets an amount aside does, and what a notice does not say of it."""

from datetime import datetime, timedelta

from apps.core import outbox
from apps.markets.enums import CapturePolicy
from apps.orders import confirmation, transitions
from apps.orders.enums import OrderState, PaymentState, SettleOutcome
from apps.orders.models import Order, Payment
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import Verdict
from apps.orders.payments.operations.owing import owe_void

AUTHORISED = "payment.authorised"
# Where a provider does not say how long it sets an amount aside: shorter than any we know of.
AUTHORISED_FOR = timedelta(days=5)


def authorise(*, order: Order, payment: Payment, verdict: Verdict, by: str, at: datetime) -> SettleOutcome:
    """
    Take it that an amount is set aside for a locked payment: its locked order is good, and charged as it leaves.

    Too late, it is let go again. Publishes order.confirmed, or payment.void_due; payment.authorised where the verdict
    leaves something to ask.
    """
    if order.state != OrderState.PLACED or payment.state == PaymentState.EXPIRED:
        owe_void(payment=payment, number=order.number, by=by, at=at, reason=f"order is {order.state}")
        return SettleOutcome.VOID_DUE
    transitions.move_payment(
        payment_id=payment.pk,
        to=PaymentState.AUTHORISED,
        by=by,
        at=at,
        changes={
            "settled_at": at,
            "checked_at": at,
            "refusal_code": "",
            "received_minor": 0,
            "received_currency": "",
            "authorised_until": verdict.authorised_until or at + AUTHORISED_FOR,
            "capture": _capture_of(payment=payment, verdict=verdict),
        },
        locked=payment,
    )
    confirmation.confirm(order=order, by=by, at=at)
    if verdict.authorised_until is None or verdict.in_parts is None:
        payload = {"order_id": order.pk, "payment_id": payment.pk}
        outbox.publish(topic=AUTHORISED, key=order.number, payload=payload, at=at)
    return SettleOutcome.AUTHORISED


def learn_authorisation(*, payment_id: int, at: datetime) -> None:
    """
    Ask the provider how long an authorised amount is set aside, and whether it is charged in parts; write it down.

    A notice does not say it. Safe to repeat. Raises TryAgain, Final.
    """
    payment = Payment.objects.get(pk=payment_id)
    verdict = registry.gateway_for(code=payment.gateway).fetch(reference=payment.provider_reference)
    if verdict.is_authorised:
        Payment.objects.filter(pk=payment_id, state=PaymentState.AUTHORISED).update(
            authorised_until=verdict.authorised_until or payment.authorised_until,
            capture=_capture_of(payment=payment, verdict=verdict),
            checked_at=at,
        )


def _capture_of(*, payment: Payment, verdict: Verdict) -> str:
    """When an authorised payment is charged: as its market said, whole where its provider charges once only."""
    if verdict.in_parts is False:
        return CapturePolicy.AT_FIRST_SHIPMENT
    return CapturePolicy.AT_SHIPMENT if payment.capture == CapturePolicy.AT_ONCE else payment.capture
