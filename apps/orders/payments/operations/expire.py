"""Orders whose time to pay is over: ask the provider first, then give their stock back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Max

from apps.core import locks, outbox
from apps.core.errors import Final, TryAgain
from apps.inventory import operations as inventory
from apps.orders import placement, transitions
from apps.orders.enums import Answer, OrderState, PaymentState, Source
from apps.orders.models import Order, Payment
from apps.orders.payments import queries
from apps.orders.payments.errors import UnknownGateway
from apps.orders.payments.gateways import registry
from apps.orders.payments.operations.owing import owe_back
from apps.orders.payments.operations.settle import settle

logger = structlog.get_logger(__name__)

BY = "system:payments.expiry"
EXTENSION = timedelta(minutes=10)
# A provider that says nothing for so long after the deadline does not keep goods from other shoppers any more.
LONGEST_SILENCE = timedelta(hours=6)
LIMIT = 200
SILENT = "provider_silent"


class _NoLongerDue(Exception):  # noqa: N818 -- not an error: it undoes the release of stock
    """The order was paid or extended between the look and the lock."""


@dataclass(slots=True, kw_only=True)
class ExpiryReport:
    """Order numbers by what became of them."""

    expired: list[str] = field(default_factory=list)
    extended: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)


def expire_unpaid(*, at: datetime, limit: int = LIMIT) -> ExpiryReport:
    """
    Expire orders past their time, give their stock back and tell their shoppers. Safe to repeat and beside itself.

    The provider is asked first, and closes its page: an order that turns out to be paid is confirmed instead, one whose
    provider does not answer waits another EXTENSION, up to LONGEST_SILENCE in all.
    """
    report = ExpiryReport()
    due = Order.objects.filter(state=OrderState.PLACED, expires_at__lte=at).order_by("expires_at", "id")
    for order in due[:limit]:
        certain = _close_payment(order=order, at=at)
        if certain or at - _first_deadline(order=order) >= LONGEST_SILENCE:
            expired = _expire(order_id=order.pk, number=order.number, is_certain=certain, at=at)
            (report.expired if expired else report.paid).append(order.number)
        else:
            changed = Order.objects.filter(pk=order.pk, state=OrderState.PLACED, expires_at=order.expires_at).update(
                expires_at=at + EXTENSION
            )
            if changed:
                logger.warning("order_expiry_extended", order=order.number)
                report.extended.append(order.number)
    return report


def expire_order(*, order_id: int, at: datetime) -> bool:
    """Expire one order whose time is over now, as `expire_unpaid` does; tell whether this call did."""
    order = Order.objects.get(pk=order_id)
    certain = _close_payment(order=order, at=at)
    return certain and _expire(order_id=order.pk, number=order.number, is_certain=certain, at=at)


def _close_payment(*, order: Order, at: datetime) -> bool:
    """Close the open payment at its provider; tell whether it is certain what became of it."""
    payment = queries.open_payment(order_id=order.pk)
    if payment is None or not payment.provider_reference:
        # Without a reference no page was ever shown, so nobody can have paid.
        return True
    try:
        verdict = registry.gateway_for(code=payment.gateway).close(reference=payment.provider_reference)
    except (TryAgain, Final, UnknownGateway) as error:
        logger.warning("payment_not_closed", payment=payment.pk, reason=str(error))
        return False
    if verdict.answer == Answer.YES:
        settle(gateway=payment.gateway, verdict=verdict, source=Source.EXPIRY, at=at, payment_id=payment.pk)
        # A yes for another amount does not confirm; it must not keep the goods either: staff see it.
        return True
    return bool(verdict.answer == Answer.NO)


def _first_deadline(*, order: Order) -> datetime:
    """The time the order was to be paid by, before any extension."""
    latest: datetime | None = Payment.objects.filter(order_id=order.pk).aggregate(at=Max("deadline_at"))["at"]
    return latest or order.date_placed


@locks.retry_on_conflict()
def _expire(*, order_id: int, number: str, is_certain: bool, at: datetime) -> bool:
    """Expire an order under its lock; False when it was paid meanwhile."""
    try:
        with transaction.atomic():
            # Stock and vouchers are locked before orders; undone below if the order is not to expire after all.
            inventory.release(reference=f"order:{number}", at=at, by=BY, reason="not paid in time")
            placement.give_back_vouchers(order_id=order_id)
            order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
            if order.state != OrderState.PLACED or order.expires_at is None or order.expires_at > at:
                raise _NoLongerDue  # noqa: TRY301 -- it undoes the block
            payments = locks.lock_rows(queryset=Payment.objects.filter(order_id=order_id), rank=locks.Rank.PAYMENT)
            for paid in payments:
                if paid.state == PaymentState.PAID:
                    # A gift card or store credit paid its part at once, and the rest never came.
                    owe_back(payment=paid, number=number, by=BY, at=at, reason="not paid in time")
            payment = next((each for each in payments if each.state in queries.OPEN_STATES), None)
            if payment is not None:
                code = payment.refusal_code or ("" if is_certain else SILENT)
                transitions.move_payment(
                    payment_id=payment.pk,
                    to=PaymentState.EXPIRED,
                    by=BY,
                    at=at,
                    reason=code,
                    changes={"settled_at": at, "refusal_code": code},
                    locked=payment,
                )
            transitions.move_order(
                order_id=order_id, to=OrderState.EXPIRED, by=BY, at=at, reason="not paid in time", locked=order
            )
            outbox.publish(topic="order.expired", key=number, payload={"order_id": order_id}, at=at)
    except _NoLongerDue:
        return False
    return True
