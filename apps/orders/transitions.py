"""
The one place that moves states. Each move locks the row, checks the table of `enums`, writes the state and its history.

The database holds the same tables in triggers, so a shell, an admin form or plain SQL cannot jump either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, locks
from apps.core.errors import Refusal
from apps.orders.enums import (
    FULFILMENT_MOVES,
    ORDER_MOVES,
    PAYMENT_MOVES,
    FulfilmentState,
    OrderState,
    PaymentState,
)
from apps.orders.models import Fulfilment, Order, Payment, Transition


class IllegalMove(Refusal):
    """The table of legal moves has no such move."""

    code = "orders.illegal_move"
    message = _("This is “%(old)s” and cannot become “%(new)s”.")
    http_status = HTTPStatus.CONFLICT


@dataclass(frozen=True, kw_only=True)
class Machine:
    """
    A kind of row with states: its name in the history, its legal moves, its words and its place in the lock
    order.
    """

    name: str
    moves: Mapping[str, frozenset[str]]
    words: type[models.TextChoices]
    rank: locks.Rank


ORDER = Machine(name="order", moves=ORDER_MOVES, words=OrderState, rank=locks.Rank.ORDER)
PAYMENT = Machine(name="payment", moves=PAYMENT_MOVES, words=PaymentState, rank=locks.Rank.PAYMENT)
FULFILMENT = Machine(name="fulfilment", moves=FULFILMENT_MOVES, words=FulfilmentState, rank=locks.Rank.FULFILMENT)


@transaction.atomic
def move_order(
    *,
    order_id: int,
    to: str,
    by: str,
    at: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    locked: Order | None = None,
) -> Order:
    """
    Move an order to another state; return it, locked. `changes` are other columns written with the state.

    Locks the order, unless `locked` is its row as this transaction read it under its lock: rows of a higher rank may
    have been locked since. Raises IllegalMove naming both states. Audited when a person acts (`by` is "user:id").
    """
    order = locked or locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=ORDER.rank)
    if order.pk != order_id:
        raise ValueError(f"order {order_id} was to be moved, {order.pk} is locked")
    _move(
        machine=ORDER,
        row=order,
        order_id=order.pk,
        to=to,
        by=by,
        at=at,
        reason=reason,
        changes={**(changes or {}), "status": str(to)},
    )
    return order


@transaction.atomic
def move_payment(
    *,
    payment_id: int,
    to: str,
    by: str,
    at: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    locked: Payment | None = None,
) -> Payment:
    """
    Move a payment to another state, as `move_order` does. Locks the payment, unless `locked` is its row as this
    transaction read it under its lock; who needs its order locks that first.
    """
    payment = locked or locks.lock_row(queryset=Payment.objects.filter(pk=payment_id), rank=PAYMENT.rank)
    if payment.pk != payment_id:
        raise ValueError(f"payment {payment_id} was to be moved, {payment.pk} is locked")
    _move(
        machine=PAYMENT,
        row=payment,
        order_id=payment.order_id,
        to=to,
        by=by,
        at=at,
        reason=reason,
        changes=changes or {},
    )
    return payment


@transaction.atomic
def move_fulfilment(
    *,
    fulfilment_id: int,
    to: str,
    by: str,
    at: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    locked: Fulfilment | None = None,
) -> Fulfilment:
    """
    Move a fulfilment to another state, as `move_order` does. Locks the fulfilment, unless `locked` is its row as this
    transaction read it under its lock; its order is locked first.
    """
    fulfilment = locked or locks.lock_row(queryset=Fulfilment.objects.filter(pk=fulfilment_id), rank=FULFILMENT.rank)
    if fulfilment.pk != fulfilment_id:
        raise ValueError(f"fulfilment {fulfilment_id} was to be moved, {fulfilment.pk} is locked")
    _move(
        machine=FULFILMENT,
        row=fulfilment,
        order_id=fulfilment.order_id,
        to=to,
        by=by,
        at=at,
        reason=reason,
        changes=changes or {},
    )
    return fulfilment


def note_birth(
    *,
    machine: Machine,
    row: Fulfilment | Order | Payment,
    order_id: int,
    by: str,
    at: datetime,
    reason: str = "",
) -> None:
    """Write the first line of a row's history: from nothing to the state it was created in. One statement."""
    Transition.objects.create(
        order_id=order_id,
        machine=machine.name,
        subject_id=row.pk,
        old="",
        new=row.state,
        actor=by,
        reason=reason,
        at=at,
    )


def _move(
    *,
    machine: Machine,
    row: Any,  # noqa: ANN401 -- one of three models, told apart by `machine`
    order_id: int,
    to: str,
    by: str,
    at: datetime,
    reason: str,
    changes: Mapping[str, Any],
) -> None:
    old = row.state
    if to not in machine.moves[old]:
        raise IllegalMove(what=machine.name, old=machine.words(old).label, new=machine.words(to).label)
    row.state = str(to)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *changes])
    Transition.objects.create(
        order_id=order_id,
        machine=machine.name,
        subject_id=row.pk,
        old=old,
        new=row.state,
        actor=by,
        reason=reason[:200],
        at=at,
    )
    if by.startswith("user:"):
        audit.record(
            action=f"{machine.name}.{row.state}",
            target=audit.target_of(model=row._meta.label_lower, pk=row.pk),  # noqa: SLF001 -- Django\'s own name for it
            actor=by,
            at=at,
            before={"state": old},
            after={"state": row.state},
            reason=reason,
        )
