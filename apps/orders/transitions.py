"""
The one place that moves states. Each move locks the row, checks the table of `moves`, writes the state and its history.

The database holds the same tables in triggers, so a shell, an admin form or plain SQL cannot jump either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, locks
from apps.core.errors import Refusal
from apps.orders.enums import FulfilmentState, OrderState, PaymentState, ReturnState
from apps.orders.models import Fulfilment, Order, Payment, Return, Transition
from apps.orders.moves import FULFILMENT_MOVES, ORDER_MOVES, PAYMENT_MOVES, RETURN_MOVES

# State and history in one statement. The names are the models' own, never a caller's text.
_MOVE = """
WITH moved AS (UPDATE {table} SET {columns} WHERE id = %s RETURNING id)
INSERT INTO order_transition (order_id, machine, subject_id, old, new, actor, reason, at)
SELECT %s, %s, moved.id, %s, %s, %s, %s, %s FROM moved
"""
# The order is locked and asked again before the payment is: the condition holds when the payment is written.
_OPEN = """
WITH waiting AS (
  SELECT id FROM order_order WHERE id = %(order)s AND state = %(placed)s FOR UPDATE
), moved AS (
  UPDATE order_payment payment
     SET state = %(pending)s, provider_reference = %(reference)s, redirect_url = %(url)s
    FROM waiting
   WHERE payment.id = %(payment)s AND payment.order_id = waiting.id AND payment.state = %(created)s
  RETURNING payment.id, payment.order_id
)
INSERT INTO order_transition (order_id, machine, subject_id, old, new, actor, reason, at)
SELECT moved.order_id, 'payment', moved.id, %(created)s, %(pending)s, %(by)s, '', %(at)s FROM moved
"""


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
RETURN = Machine(name="return", moves=RETURN_MOVES, words=ReturnState, rank=locks.Rank.RETURN)


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
def open_payment(*, payment_id: int, order_id: int, reference: str, redirect_url: str, by: str, at: datetime) -> bool:
    """
    Move a payment that was just created to pending with the provider's page, if its order still waits; say whether.

    One statement that locks order, then payment. False changes nothing. by: a part of the system; what a person moves
    is audited, by `move_payment`.
    """
    locks.note(rank=ORDER.rank)
    locks.note(rank=PAYMENT.rank)
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "order": order_id,
                "payment": payment_id,
                "placed": OrderState.PLACED.value,
                "created": PaymentState.CREATED.value,
                "pending": PaymentState.PENDING.value,
                "reference": reference,
                "url": redirect_url,
                "by": by,
                "at": at,
            },
        )
        return bool(cursor.rowcount == 1)


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


@transaction.atomic
def move_return(
    *,
    return_id: int,
    to: str,
    by: str,
    at: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    locked: Return | None = None,
) -> Return:
    """
    Move a return to another state, as `move_order` does. Locks the return, unless `locked` is its row as this
    transaction read it under its lock; its order and payments are locked first.
    """
    row = locked or locks.lock_row(queryset=Return.objects.filter(pk=return_id), rank=RETURN.rank)
    if row.pk != return_id:
        raise ValueError(f"return {return_id} was to be moved, {row.pk} is locked")
    _move(
        machine=RETURN,
        row=row,
        order_id=row.order_id,
        to=to,
        by=by,
        at=at,
        reason=reason,
        changes=changes or {},
    )
    return row


def note_birth(
    *,
    machine: Machine,
    row: Fulfilment | Order | Payment | Return,
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
    row: Any,  # noqa: ANN401 -- one of four models, told apart by `machine`
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
    fields = [row._meta.get_field(name) for name in ("state", *changes)]  # noqa: SLF001 -- Django's public options
    columns = ", ".join(f"{field.column} = %s" for field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    step = [order_id, machine.name, old, row.state, by, reason[:200], at]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(table=row._meta.db_table, columns=columns), [*values, row.pk, *step])  # noqa: SLF001
        if cursor.rowcount != 1:
            raise row.DoesNotExist(f"{machine.name} {row.pk} is gone")
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
