"""Charge what was authorised, parcel by parcel, and let go of the rest. Lock order: order, then its payments."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from apps.core import audit, locks, outbox
from apps.core.errors import Final, TryAgain
from apps.core.money import from_minor
from apps.orders import transitions
from apps.orders.enums import CaptureState, OrderState, PaymentState, RefundWhy
from apps.orders.models import Fulfilment, Order, Payment, PaymentCapture
from apps.orders.payments import parts
from apps.orders.payments.errors import CaptureNotRefused, CaptureReferenceMissing
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import Charge
from apps.orders.payments.operations.owing import owe_back, owe_void

logger = structlog.get_logger(__name__)

BY = "system:payments.capture"
CAPTURE_DUE = "payment.capture_due"
# What was authorised is charged so long before it ends, whether its goods left or not: afterwards nobody pays them.
BEFORE_THE_END = timedelta(hours=24)
LIMIT = 200


@transaction.atomic
def ask_captures(*, fulfilment_id: int, at: datetime) -> list[int]:
    """
    Have what left with a parcel charged to the authorised payments of its order; return the ids of the captures.

    Once per parcel: repeated, it asks for nothing. Nothing is asked where gift cards cover it, or where all was charged
    before. Locks order, payments. Publishes payment.capture_due.
    """
    row = Fulfilment.objects.only("order_id", "shipped_at").get(pk=fulfilment_id)
    order, payments = _locked(row.order_id)
    if row.shipped_at is None:
        return []
    asked = []
    for payment in payments:
        if payment.state != PaymentState.AUTHORISED or payment.captures.filter(fulfilment_id=fulfilment_id).exists():
            continue
        due = parts.due_minor(order=order, payment=payment, payments=payments)
        capture = _ask(order=order, payment=payment, upto_minor=due, fulfilment_id=fulfilment_id, at=at)
        if capture is not None:
            asked.append(int(capture.pk))
    return asked


def capture_before_end(*, at: datetime, limit: int = LIMIT) -> list[str]:
    """
    Have authorisations that end within BEFORE_THE_END charged whole; return their orders' numbers. Safe to repeat.

    Goods that were not sent by then are paid back as if they had been charged with the order.
    """
    ending = Payment.objects.filter(state=PaymentState.AUTHORISED, authorised_until__lt=at + BEFORE_THE_END)
    ending = ending.exclude(captures__is_last=True).order_by("authorised_until", "id")
    done = []
    for order_id in ending.values_list("order_id", flat=True)[:limit]:
        with transaction.atomic():
            order, payments = _locked(order_id)
            for payment in payments:
                if payment.state == PaymentState.AUTHORISED:
                    most = payment.amount_minor - payment.released_minor
                    if _ask(order=order, payment=payment, upto_minor=most, fulfilment_id=None, at=at):
                        done.append(order.number)
    return done


def _ask(
    *, order: Order, payment: Payment, upto_minor: int, fulfilment_id: int | None, at: datetime
) -> PaymentCapture | None:
    """Write what is to be charged beyond what was asked before, under the order's and the payment's lock."""
    amount = upto_minor - parts.asked_minor(payment=payment)
    if amount <= 0:
        return None
    made = PaymentCapture.objects.create(
        payment=payment,
        fulfilment_id=fulfilment_id,
        amount_minor=amount,
        is_last=upto_minor + payment.released_minor == payment.amount_minor,
        asked_at=at,
    )
    outbox.publish(topic=CAPTURE_DUE, key=order.number, payload={"capture_id": made.pk}, at=at)
    return made


def capture(*, capture_id: int, at: datetime, by: str = BY) -> str:
    """
    Have the provider charge a capture that is due; return its reference, "" when that was done before.

    Outside any transaction. The key given to the provider is the capture's own, so a repeated call charges once. What
    the provider refuses is written down for staff, and nothing is raised. One whose payment is to be let go meanwhile
    is not begun. Raises TryAgain.
    """
    row = _begin(capture_id=capture_id, at=at)
    if row is None:
        return ""
    payment = row.payment
    try:
        charge = Charge(
            reference=payment.provider_reference,
            amount_minor=row.amount_minor,
            currency=payment.currency,
            is_last=row.is_last,
            key=row.key,
            at=at,
        )
        reference = registry.gateway_for(code=payment.gateway).capture(charge=charge)
    except Final as error:
        mine = PaymentCapture.objects.filter(pk=capture_id, state=CaptureState.DUE, attempt=row.attempt)
        if mine.update(state=CaptureState.REFUSED, refusal_code=error.reason[:80]):
            logger.error("capture_refused", payment=payment.pk, capture=capture_id, reason=error.reason)  # noqa: TRY400 -- foreseen
        return ""
    record_capture(capture_id=capture_id, reference=reference, by=by, at=at)
    return reference


@transaction.atomic
def _begin(*, capture_id: int, at: datetime) -> PaymentCapture | None:
    """
    Note that the provider is asked now; None where it is not to be. What was begun before is always asked again.

    The last capture lets the rest go, so it waits for those before it, however late a worker that died made them; where
    one of them was refused and may be charged again, it is not the last. Raises TryAgain.
    """
    _order, payment, row = _locked_capture(capture_id)
    if row.state != CaptureState.DUE:
        return None
    if row.is_last:
        others = payment.captures.exclude(pk=row.pk)
        if others.filter(state=CaptureState.DUE).exists():
            raise TryAgain("an earlier part is not charged yet", system=payment.gateway)
        if row.tried_at is None and others.filter(state=CaptureState.REFUSED).exists():
            row.is_last = False
    if row.tried_at is None:
        row.tried_at = at
        if payment.state != PaymentState.AUTHORISED:
            row.state, row.refusal_code = CaptureState.REFUSED, f"payment is {payment.state}"
        row.save(update_fields=["state", "refusal_code", "tried_at", "is_last"])
    row.payment = payment
    return row if row.state == CaptureState.DUE else None


@transaction.atomic
def record_capture(*, capture_id: int, reference: str, by: str, at: datetime) -> bool:
    """
    Write that a capture was charged; return whether this call did. The payment is paid with the last of it.

    by: "user:id" when a person saw the money come another way after the provider had refused; audited. Locks order,
    payments. Raises CaptureReferenceMissing, CaptureNotRefused (a person's record of what the provider still works on).
    """
    is_person = by.startswith("user:")
    reference = reference.strip()
    if not reference:
        raise CaptureReferenceMissing
    order, payment, row = _locked_capture(capture_id)
    if row.state == CaptureState.DONE:
        return False
    if is_person and row.state != CaptureState.REFUSED:
        raise CaptureNotRefused(number=order.number)
    row.state, row.reference, row.refusal_code, row.done_at = CaptureState.DONE, reference[:200], "", at
    row.save(update_fields=["state", "reference", "refusal_code", "done_at"])
    payment.captured_minor += row.amount_minor
    payment.save(update_fields=["captured_minor"])
    if is_person:
        _audit(row, action="payment.capture_recorded", by=by, at=at)
    finish(payment=payment, number=order.number, by=by, at=at)
    return True


@transaction.atomic
def ask_again(*, capture_id: int, by: str, at: datetime) -> None:
    """
    Have the provider asked once more for what it refused. by: "user:id", audited.

    Locks order, payments. Publishes payment.capture_due. Raises CaptureNotRefused.
    """
    order, _payment, row = _locked_capture(capture_id)
    if row.state != CaptureState.REFUSED:
        raise CaptureNotRefused(number=order.number)
    row.state, row.refusal_code = CaptureState.DUE, ""
    row.attempt += 1
    row.save(update_fields=["state", "refusal_code", "attempt"])
    _audit(row, action="payment.capture_again", by=by, at=at)
    outbox.publish(topic=CAPTURE_DUE, key=order.number, payload={"capture_id": row.pk}, at=at)


def release(*, payment: Payment, amount_minor: int, number: str, by: str, at: datetime) -> None:
    """Let go of part of a locked authorised payment whose goods will never be sent, in the caller's transaction."""
    payment.released_minor += amount_minor
    payment.save(update_fields=["released_minor"])
    finish(payment=payment, number=number, by=by, at=at)


def finish(*, payment: Payment, number: str, by: str, at: datetime) -> None:
    """
    End a locked authorised payment of which nothing is left to charge: paid, or the rest is to be released.

    What waits for a capture stays as it is. Publishes payment.void_due where the provider still keeps some aside.
    """
    if payment.state != PaymentState.AUTHORISED:
        return
    captures = list(payment.captures.all())
    is_open = any(each.state != CaptureState.DONE for each in captures)
    if is_open or payment.captured_minor + payment.released_minor < payment.amount_minor:
        return
    if payment.released_minor and not any(each.is_last for each in captures):
        owe_void(payment=payment, number=number, by=by, at=at, reason="nothing is left to charge")
        return
    transitions.move_payment(payment_id=payment.pk, to=PaymentState.PAID, by=by, at=at, locked=payment)


def void_due(*, payment_id: int, at: datetime) -> bool:
    """
    Have the provider let go of what a payment "to be released" still keeps aside; return whether this call did.

    Outside any transaction; safe to repeat. Raises TryAgain, also while a capture is under way, and Final.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != PaymentState.VOID_DUE:
        return False
    if payment.captures.filter(state=CaptureState.DUE).exists():
        raise TryAgain("a capture is under way", system=payment.gateway)
    key = f"{payment.idempotency_key}-void"
    registry.gateway_for(code=payment.gateway).void(reference=payment.provider_reference, key=key)
    return record_void(payment_id=payment_id, by=BY, at=at)


@transaction.atomic
def record_void(*, payment_id: int, by: str, at: datetime) -> bool:
    """
    Write that the rest of an authorised amount was let go: the payment is paid where a part was charged, else released.

    Return whether this call did. What was charged for an order that has ended is owed back. Locks order, payments.
    Publishes payment.refunded when all of it was let go because the order had ended, so that the shopper hears it, or
    payment.refund_due.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    order, payments = _locked(order_id)
    payment = next(each for each in payments if each.pk == payment_id)
    if payment.state != PaymentState.VOID_DUE:
        return False
    to = PaymentState.PAID if payment.captured_minor else PaymentState.VOIDED
    transitions.move_payment(payment_id=payment_id, to=to, by=by, at=at, locked=payment)
    if to == PaymentState.PAID and order.state in {OrderState.CANCELLED, OrderState.EXPIRED}:
        owe_back(payment=payment, number=order.number, by=by, at=at, reason=f"order is {order.state}")
    if to == PaymentState.VOIDED and not payment.released_minor:
        payload = {"order_id": order.pk, "payment_id": payment.pk, "why": RefundWhy.RELEASED}
        outbox.publish(topic="payment.refunded", key=order.number, payload=payload, at=at)
    return True


def _locked(order_id: int) -> tuple[Order, Sequence[Payment]]:
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    return order, locks.lock_rows(queryset=Payment.objects.filter(order_id=order_id), rank=locks.Rank.PAYMENT)


def _locked_capture(capture_id: int) -> tuple[Order, Payment, PaymentCapture]:
    """A capture as it stands under the locks of its order and payments."""
    order_id = PaymentCapture.objects.values_list("payment__order_id", flat=True).get(pk=capture_id)
    order, payments = _locked(order_id)
    row = PaymentCapture.objects.get(pk=capture_id)
    return order, next(each for each in payments if each.pk == row.payment_id), row


def _audit(row: PaymentCapture, *, action: str, by: str, at: datetime) -> None:
    amount = from_minor(row.amount_minor, row.payment.currency)
    audit.record(
        action=action,
        target=audit.target_of(model="order.payment", pk=row.payment_id),
        actor=by,
        at=at,
        after={"amount": str(amount), "attempt": row.attempt, "reference": row.reference},
    )
