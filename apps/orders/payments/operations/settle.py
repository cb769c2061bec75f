"""The one function that turns a provider's verdict into states, whoever brings it."""

import json
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection, transaction

from apps.core import audit, locks
from apps.orders import confirmation, transitions
from apps.orders.enums import Answer, OrderState, PaymentState, SettleOutcome, Source
from apps.orders.models import Order, Payment, PaymentNotice
from apps.orders.payments.gateways.base import Notice, Verdict
from apps.orders.payments.operations.authorise import authorise
from apps.orders.payments.operations.disputes import announce
from apps.orders.payments.operations.owing import owe_back, owe_void
from apps.orders.payments.queries import MISMATCHES

logger = structlog.get_logger(__name__)

OPEN = frozenset({PaymentState.CREATED, PaymentState.PENDING})
# A row that was there before carries its outcome: none is ever committed without.
_TAKE = """
INSERT INTO order_paymentnotice (gateway, event_id, kind, body, outcome, received_at) VALUES (%s, %s, %s, %s, '', %s)
    ON CONFLICT (gateway, event_id) DO NOTHING
RETURNING id
"""
MONEY_IS_HERE = frozenset({PaymentState.PAID, PaymentState.REFUND_DUE, PaymentState.REFUNDED})
SET_ASIDE = frozenset({PaymentState.AUTHORISED, PaymentState.VOID_DUE, PaymentState.VOIDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a verdict; `payment_id` is None when it matched no payment."""

    outcome: SettleOutcome
    payment_id: int | None = None
    order_id: int | None = None


@locks.retry_on_conflict()
@transaction.atomic
def settle(
    *,
    gateway: str,
    verdict: Verdict | None,
    source: Source,
    at: datetime,
    by: str = "",
    payment_id: int | None = None,
    notice: Notice | None = None,
) -> Settled:
    """
    Apply a verdict to its payment and order, once, whatever the door and however often it comes.

    The payment is the one given, else the one with the verdict's reference or key. A yes is believed only for the
    amount, currency and order that were asked for; another sum is kept on the payment for staff to send back, or let go
    where it was only set aside. A yes for an order that no longer waits makes the money due back. A notice is marked as
    worked on in this transaction, so work that fails is not skipped when the provider repeats it.
    Locks order, then payment. Publishes order.confirmed once per order, payment.refund_due or payment.void_due once per
    payment, payment.authorised, payment.disputed.
    """
    actor = by or f"system:payments.{source}"
    notice_id = _take(notice=notice, gateway=gateway, at=at)
    if notice is not None and notice_id is None:
        return Settled(outcome=SettleOutcome.REPEATED)
    payment = None if verdict is None else _find(gateway=gateway, verdict=verdict, payment_id=payment_id)
    if notice is not None and notice.dispute is not None:
        announce(gateway=gateway, facts=notice.dispute, at=at)
        done = Settled(outcome=SettleOutcome.DISPUTED)
    elif verdict is None:
        done = Settled(outcome=SettleOutcome.IGNORED)
    elif payment is None:
        logger.warning("payment_unknown", gateway=gateway, reference=verdict.reference, source=source)
        done = Settled(outcome=SettleOutcome.UNKNOWN_PAYMENT)
    else:
        outcome = _apply(payment_id=payment.pk, order_id=payment.order_id, verdict=verdict, actor=actor, at=at)
        done = Settled(outcome=outcome, payment_id=payment.pk, order_id=payment.order_id)
    if notice_id is not None:
        PaymentNotice.objects.filter(pk=notice_id).update(outcome=done.outcome, payment_id=done.payment_id)
    return done


def _take(*, notice: Notice | None, gateway: str, at: datetime) -> int | None:
    """
    Insert the notice and return its id; None when it is known.

    Two at once: the second waits here until the first has committed.
    """
    if notice is None:
        return None
    verdict = notice.verdict
    # What we decided on, not what was sent: a full body names and addresses the shopper.
    body = (
        {}
        if verdict is None
        else {
            "answer": verdict.answer,
            "reference": verdict.reference,
            "amount_minor": verdict.amount_minor,
            "currency": verdict.currency,
            "order_number": verdict.order_number,
            "refusal_code": verdict.refusal_code,
        }
    )
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [gateway, notice.event_id, notice.kind[:80], json.dumps(body), at])
        row = cursor.fetchone()
    return None if row is None else row[0]


def _find(*, gateway: str, verdict: Verdict, payment_id: int | None) -> Payment | None:
    payments = Payment.objects.filter(gateway=gateway)
    if payment_id is not None:
        return payments.filter(pk=payment_id).first()
    found = payments.filter(provider_reference=verdict.reference).first() if verdict.reference else None
    if found is None and verdict.payment_key:
        # A notice that overtook our own write of the reference still names the key we gave.
        found = payments.filter(idempotency_key=verdict.payment_key).first()
    return found


def _apply(*, payment_id: int, order_id: int, verdict: Verdict, actor: str, at: datetime) -> SettleOutcome:
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    payment = locks.lock_row(queryset=Payment.objects.filter(pk=payment_id), rank=locks.Rank.PAYMENT)
    outcome = _unmoved(order=order, payment=payment, verdict=verdict)
    if outcome is not None:
        Payment.objects.filter(pk=payment_id).update(checked_at=at)
        if outcome in MISMATCHES:
            _report(payment=payment, verdict=verdict, mismatch=outcome, actor=actor, at=at)
        is_ours = outcome in {SettleOutcome.AMOUNT_MISMATCH, SettleOutcome.CURRENCY_MISMATCH}
        if is_ours and verdict.is_authorised and payment.state not in MONEY_IS_HERE | SET_ASIDE:
            owe_void(payment=payment, number=order.number, by=actor, at=at, reason=str(outcome))
        return outcome
    if verdict.answer == Answer.NO:
        return _no(payment=payment, verdict=verdict, actor=actor, at=at)
    if verdict.is_authorised:
        return authorise(order=order, payment=payment, verdict=verdict, by=actor, at=at)
    return _yes(order=order, payment=payment, actor=actor, at=at)


def _unmoved(*, order: Order, payment: Payment, verdict: Verdict) -> SettleOutcome | None:
    """Say what comes of a verdict that moves nothing; None for one that moves the payment."""
    if verdict.answer == Answer.UNKNOWN:
        return SettleOutcome.ALREADY_SETTLED if payment.state not in OPEN else SettleOutcome.STILL_UNKNOWN
    if verdict.answer == Answer.NO:
        lost = SettleOutcome.AUTHORISATION_LOST if payment.state == PaymentState.AUTHORISED else None
        return lost or (SettleOutcome.ALREADY_SETTLED if payment.state not in OPEN else None)
    mismatch = _mismatch(order=order, payment=payment, verdict=verdict)
    if verdict.is_authorised and payment.state in MONEY_IS_HERE | SET_ASIDE:
        # It was set aside once; what was charged or let go of it since is our own doing.
        return mismatch or SettleOutcome.ALREADY_SETTLED
    if payment.state in MONEY_IS_HERE | SET_ASIDE and mismatch != SettleOutcome.ORDER_MISMATCH:
        if (verdict.amount_minor, verdict.currency) == (payment.captured_minor, payment.money_currency):
            return SettleOutcome.ALREADY_SETTLED
        # Even the sum that was asked for is strange once another one is on its way back.
        return mismatch or SettleOutcome.AMOUNT_MISMATCH
    return mismatch


def _no(*, payment: Payment, verdict: Verdict, actor: str, at: datetime) -> SettleOutcome:
    transitions.move_payment(
        payment_id=payment.pk,
        to=PaymentState.REFUSED,
        by=actor,
        at=at,
        reason=verdict.refusal_code,
        changes={"refusal_code": verdict.refusal_code[:80], "settled_at": at, "checked_at": at},
        locked=payment,
    )
    return SettleOutcome.REFUSED


def _yes(*, order: Order, payment: Payment, actor: str, at: datetime) -> SettleOutcome:
    # What the provider said before, if it was another sum, is overtaken.
    captured = {
        "captured_minor": payment.amount_minor,
        "received_minor": 0,
        "received_currency": "",
        "settled_at": at,
        "checked_at": at,
    }
    if order.state != OrderState.PLACED or payment.state == PaymentState.EXPIRED:
        owe_back(
            payment=payment,
            number=order.number,
            by=actor,
            at=at,
            reason=f"order is {order.state}",
            changes=captured,
        )
        logger.warning("payment_late", order=order.number, payment=payment.pk, order_state=order.state)
        return SettleOutcome.REFUND_DUE
    transitions.move_payment(
        payment_id=payment.pk,
        to=PaymentState.PAID,
        by=actor,
        at=at,
        changes={**captured, "refusal_code": ""},
        locked=payment,
    )
    confirmation.confirm(order=order, by=actor, at=at)
    return SettleOutcome.PAID


def _mismatch(*, order: Order, payment: Payment, verdict: Verdict) -> SettleOutcome | None:
    if verdict.order_number and verdict.order_number != order.number:
        return SettleOutcome.ORDER_MISMATCH
    if verdict.payment_key and verdict.payment_key != payment.idempotency_key:
        return SettleOutcome.ORDER_MISMATCH
    if verdict.currency != payment.currency:
        return SettleOutcome.CURRENCY_MISMATCH
    if verdict.amount_minor != payment.amount_minor:
        return SettleOutcome.AMOUNT_MISMATCH
    return None


def _report(*, payment: Payment, verdict: Verdict, mismatch: SettleOutcome, actor: str, at: datetime) -> None:
    """Make a yes that does not match visible: what came stands on the payment, in the audit trail and in the log."""
    asked = {"amount_minor": payment.amount_minor, "currency": payment.currency}
    told = {"amount_minor": verdict.amount_minor, "currency": verdict.currency, "order_number": verdict.order_number}
    before = (payment.refusal_code, payment.received_minor, payment.received_currency)
    payment.refusal_code = mismatch
    # Whose money it is must be clear, and what is here already is counted already: then a person looks first.
    is_returnable = mismatch != SettleOutcome.ORDER_MISMATCH and payment.state not in MONEY_IS_HERE | SET_ASIDE
    came = 0 if verdict.is_authorised else verdict.amount_minor or 0
    if is_returnable and came > 0 and verdict.currency:
        payment.received_minor, payment.received_currency = came, verdict.currency
    if before != (payment.refusal_code, payment.received_minor, payment.received_currency):
        # Once, however often the provider repeats itself.
        payment.save(update_fields=["refusal_code", "received_minor", "received_currency"])
        audit.record(
            action="payment.mismatch",
            target=audit.target_of(model="order.payment", pk=payment.pk),
            actor=actor,
            at=at,
            before=asked,
            after=told,
            reason=str(mismatch),
        )
    logger.error("payment_mismatch", payment=payment.pk, outcome=mismatch, asked=asked, told=told)
