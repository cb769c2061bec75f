"""Pay an order that follows with what comes back of another, and ask for the rest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.orders import confirmation, transitions
from apps.orders.enums import EXCHANGE, OrderState, PaymentState, RefundState
from apps.orders.follow_ups.place import tell
from apps.orders.models import Order, Payment, Refund, RefundTender
from apps.orders.payments.queries import OPEN_STATES, capture_policy

PAY_WITHIN = timedelta(days=5)
"""So long the goods of an order that follows are kept for what is still to be paid."""


def awaited(*, payments: Sequence[Payment]) -> Payment | None:
    """The payment of an order that waits for what comes back of another, None where it does not wait (any more)."""
    return next((each for each in payments if each.gateway == EXCHANGE and each.state in OPEN_STATES), None)


def pay_with(
    *, order: Order, payments: Sequence[Payment], refund: Refund | None, method: str, by: str, at: datetime
) -> int:
    """
    Let what is due of a refund pay an order that awaits it; return how much does, in minor units.

    The refund's tenders become the order's payment as far as the order costs; what is over goes back as it would have,
    and what is missing is asked for by `method`, within PAY_WITHIN. order, payments: its rows, locked or written in
    this transaction. What was set aside and never charged is let go, not moved: it pays nothing. Publishes
    order.confirmed, or order.follow_up where a rest is to be paid. An order that no longer waits leaves the refund as
    it is.
    """
    waiting = awaited(payments=payments)
    if waiting is None or order.state != OrderState.PLACED:
        return 0
    moved = _move(refund=refund, into=waiting, at=at) if refund is not None else 0
    left = waiting.amount_minor - moved
    if moved:
        changes = {"amount_minor": moved, "captured_minor": moved, "settled_at": at}
        to, why = PaymentState.PAID, refund.parent.number if refund else ""
    else:
        changes, to, why = {"settled_at": at}, PaymentState.EXPIRED, "nothing came back"
    transitions.move_payment(payment_id=waiting.pk, to=to, by=by, at=at, reason=why, changes=changes, locked=waiting)
    if left:
        _ask_rest(order=order, amount_minor=left, method=method, by=by, at=at)
    else:
        confirmation.confirm(order=order, by=by, at=at)
    return moved


def give_up(*, order: Order, payments: Sequence[Payment], at: datetime) -> None:
    """Let an order end whose goods to come back never came, or were refused: it expires at the next look. Locked."""
    if order.state == OrderState.PLACED and awaited(payments=payments) is not None:
        Order.objects.filter(pk=order.pk).update(expires_at=at)


def _move(*, refund: Refund, into: Payment, at: datetime) -> int:
    """Turn due tenders of a refund into a payment, as far as it asks for; return how much."""
    rest = into.amount_minor
    for tender in refund.tenders.filter(state=RefundState.DUE).order_by("id"):
        part = min(rest, tender.amount_minor)
        if not part:
            break
        rest -= part
        key = f"{tender.idempotency_key}-into"
        done = {"state": RefundState.SENT, "sent_at": at, "into": into, "reference": into.idempotency_key}
        if part == tender.amount_minor:
            RefundTender.objects.filter(pk=tender.pk).update(**done)
            continue
        RefundTender.objects.filter(pk=tender.pk).update(amount_minor=tender.amount_minor - part)
        RefundTender.objects.create(
            refund=refund, payment_id=tender.payment_id, amount_minor=part, idempotency_key=key, **done
        )
    if not refund.tenders.filter(state=RefundState.DUE).exists():
        refund.state, refund.sent_at = RefundState.SENT, at
        refund.save(update_fields=["state", "sent_at"])
    return into.amount_minor - rest


def _ask_rest(*, order: Order, amount_minor: int, method: str, by: str, at: datetime) -> None:
    until = at + PAY_WITHIN
    payment = Payment.objects.create(
        order=order,
        gateway=method,
        amount_minor=amount_minor,
        currency=order.currency,
        capture=capture_policy(market_policy=order.market.capture, gateway=method),
        idempotency_key=f"order-{order.number}-2",
        created_at=at,
        deadline_at=until,
    )
    transitions.note_birth(machine=transitions.PAYMENT, row=payment, order_id=order.pk, by=by, at=at)
    Order.objects.filter(pk=order.pk).update(expires_at=until, payment_method=method)
    tell(order=order, at=at)
