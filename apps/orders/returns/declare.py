"""Take a declaration of withdrawal, from the shop's function or as staff read it in a letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from apps.catalog.enums import NO_WITHDRAWAL
from apps.core import audit, idempotency, locks, outbox
from apps.markets.enums import LEGAL_WITHDRAWAL_DAYS
from apps.orders import cancellation, transitions
from apps.orders.edits.apply import apply_change
from apps.orders.edits.errors import EverythingTakenOut, NotChangeable, TooFewOpen
from apps.orders.edits.queries import open_units
from apps.orders.enums import ReturnState
from apps.orders.fulfilment.errors import ChangedMeanwhile
from apps.orders.models import Line, Order, Return, ReturnLine
from apps.orders.returns import queries, window
from apps.orders.returns.errors import (
    NoDropOff,
    NothingBought,
    NothingChosen,
    NotWithdrawable,
    TooMany,
    WindowOver,
    WindowOverFor,
)

SHOPPER = "shopper"
SCOPE = "returns.declare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A statement as it was made: units and reasons by line, where the goods are brought, who and where to answer."""

    units: Mapping[int, int]
    reasons: Mapping[int, str]
    drop_off_id: int | None
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Units by line that never left, and the return that pays them back."""

    return_id: int
    units: Mapping[int, int]


@locks.retry_on_conflict()
@transaction.atomic
def declare_withdrawal(
    *,
    order_id: int,
    units: Mapping[int, int],
    name: str,
    email: str,
    by: str,
    at: datetime,
    reasons: Mapping[int, str] | None = None,
    drop_off_id: int | None = None,
    idempotency_key: str = "",
) -> Return:
    """
    Write a declaration of withdrawal from units of lines (line id → units) and have its receipt acknowledged.

    by: SHOPPER or "user:id" (audited). An order of which nothing has left is cancelled when all of it is withdrawn
    from: then there is nothing to send back. Units nobody prepares yet are taken out and paid back at once, by a return
    of their own; the one for the rest is returned where there is a rest. Locks what cancelling or taking out locks,
    then the order. Publishes return.declared for each.
    reasons: line id → ReturnReason, where one was given. drop_off_id: the store the goods are brought to; None: they
    are sent. idempotency_key: the same statement sent again under it returns the first return. Raises NothingBought,
    WindowOver, WindowOverFor, NothingChosen, TooMany, NotWithdrawable (SHOPPER; staff may take anything back),
    NoDropOff, IdempotencyConflict; then nothing is written.
    """
    wanted = Declared(
        units={line_id: count for line_id, count in units.items() if count > 0},
        reasons=reasons or {},
        drop_off_id=drop_off_id,
        name=name.strip()[:120],
        email=email,
    )

    def work() -> int:
        return _declare(order_id=order_id, said=wanted, only_sent=False, by=by, at=at)

    if not idempotency_key:
        return Return.objects.get(pk=work())
    body = [order_id, sorted(units.items()), name, email, sorted((reasons or {}).items()), drop_off_id]
    answer = idempotency.once(scope=SCOPE, key=idempotency_key, body=body, at=at, work=work)
    return Return.objects.get(pk=answer.value)


def declare_sent(*, order_id: int, said: Declared, by: str, at: datetime) -> Return:
    """
    Await units of goods that left, as the caller has made sure, in the caller's transaction; nothing is cancelled or
    taken out. Locks the order. Publishes return.declared. Raises as `declare_withdrawal` does.
    """
    return Return.objects.get(pk=_declare(order_id=order_id, said=said, only_sent=True, by=by, at=at))


def _declare(*, order_id: int, said: Declared, only_sent: bool, by: str, at: datetime) -> int:
    orders = Order.objects.select_related("market").filter(pk=order_id)
    order = orders.get()
    wanted = said.units
    if by == SHOPPER:
        _check_right(order_id=order_id, wanted=wanted)
    if said.drop_off_id is not None and not queries.drop_offs(order=order).filter(pk=said.drop_off_id).exists():
        raise NoDropOff
    # Cancelling and taking out lock the order among all the rest; without them only the order is locked.
    is_unsent = not only_sent and _cancel_if_unsent(order=order, wanted=wanted, by=by, at=at)
    if not is_unsent:
        taken_out = None if only_sent else _take_out(order=order, said=said, by=by, at=at)
        if taken_out is None:
            order = locks.lock_row(queryset=orders, rank=locks.Rank.ORDER)
        else:
            order = orders.get()  # locked by then, with its payments and fulfilments
            wanted = {line_id: count - taken_out.units.get(line_id, 0) for line_id, count in wanted.items()}
            wanted = {line_id: count for line_id, count in wanted.items() if count}
            if not wanted:
                return taken_out.return_id
        _check(order=order, state=order.state, wanted=wanted, at=at)
    # To send the goods back, and to pay (C. conso L221-23, L221-24), whatever longer time there was to withdraw.
    due = at + timedelta(days=LEGAL_WITHDRAWAL_DAYS)
    made = Return.objects.create(
        order=order,
        number=queries.number_of(order=order),
        state=ReturnState.NOT_SENT if is_unsent else ReturnState.DECLARED,
        name=said.name,
        email=said.email,
        drop_off_id=None if is_unsent else said.drop_off_id,
        declared_by=by,
        declared_at=at,
        send_back_by=due,
        refund_due_at=due,
    )
    ReturnLine.objects.bulk_create(
        [
            ReturnLine(parent=made, line_id=line_id, quantity=count, reason=said.reasons.get(line_id, ""))
            for line_id, count in sorted(wanted.items())
        ]
    )
    transitions.note_birth(machine=transitions.RETURN, row=made, order_id=order_id, by=by, at=at)
    _audit(made, units=wanted, by=by, at=at)
    outbox.publish(
        topic="return.declared", key=order.number, payload={"order_id": order_id, "return_id": made.pk}, at=at
    )
    return int(made.pk)


def _cancel_if_unsent(*, order: Order, wanted: Mapping[int, int], by: str, at: datetime) -> bool:
    """Cancel an order that is withdrawn from whole before anything left; goods that leave meanwhile win."""
    if order.state not in cancellation.CANCELLABLE:
        return False
    bought = dict(Line.objects.filter(order_id=order.pk).values_list("pk", "quantity"))
    if wanted != bought:
        return False
    try:
        with transaction.atomic():
            cancellation.cancel_within(order_id=order.pk, reason="withdrawal", by=by, at=at)
    except (cancellation.GoodsHaveLeft, cancellation.PartlyGivenBack):
        return False
    return True


def _take_out(*, order: Order, said: Declared, by: str, at: datetime) -> TakenOut | None:
    """
    Take out of an order what nobody prepares yet; return what that was. Locks it as changing an order does.

    None where there is nothing of the kind, or somebody begins with it meanwhile: then it is awaited back. Its receipt
    is acknowledged like any other, by a mail of its own.
    """
    _check(order=order, state=order.state, wanted=said.units, at=at)
    most = open_units(order_id=order.pk)
    units = {line_id: min(count, most.get(line_id, 0)) for line_id, count in said.units.items()}
    units = {line_id: count for line_id, count in units.items() if count}
    if not units:
        return None
    try:
        with transaction.atomic():
            done = apply_change(order_id=order.pk, units=units, address=None, reason="withdrawal", by=by, at=at)
    except (ChangedMeanwhile, EverythingTakenOut, NotChangeable, TooFewOpen):
        return None
    made = done.given_back
    if made is None:
        return None
    Return.objects.filter(pk=made.pk).update(name=said.name, email=said.email)
    for line in made.lines.all():
        ReturnLine.objects.filter(pk=line.pk).update(reason=said.reasons.get(line.line_id, ""))
    _audit(made, units=units, by=by, at=at)
    payload = {"order_id": order.pk, "return_id": made.pk}
    outbox.publish(topic="return.declared", key=order.number, payload=payload, at=at)
    return TakenOut(int(made.pk), units)


def _audit(made: Return, *, units: Mapping[int, int], by: str, at: datetime) -> None:
    if by.startswith("user:"):
        audit.record(
            action="return.declare",
            target=audit.target_of(model="order.return", pk=made.pk),
            actor=by,
            at=at,
            after={"number": made.number, "units": sum(units.values())},
        )


def _check_right(*, order_id: int, wanted: Mapping[int, int]) -> None:
    """Refuse what the law excepts from the right to withdraw, as it was when the order was placed."""
    excepted = Line.objects.filter(order_id=order_id, pk__in=wanted, withdrawal_exception__in=NO_WITHDRAWAL)
    line = excepted.order_by("position").first()
    if line is not None:
        raise NotWithdrawable(name=line.title, why=line.get_withdrawal_exception_display())


def _check(*, order: Order, state: str, wanted: Mapping[int, int], at: datetime) -> None:
    if state not in queries.BOUGHT:
        raise NothingBought(number=order.number)
    if not wanted:
        raise NothingChosen
    choices = {choice.line.pk: choice for choice in queries.right_of(order=order).choices}
    if all(choice.is_over(at=at) for choice in choices.values()):
        last = max(choice.ends_at for choice in choices.values() if choice.ends_at)
        raise WindowOver(number=order.number, day=window.last_day(order=order, ends_at=last))
    for line_id, count in wanted.items():
        choice = choices.get(line_id)
        if choice is None:
            raise NothingChosen
        line = choice.line
        if choice.ends_at is not None and choice.is_over(at=at):
            raise WindowOverFor(name=line.title, day=window.last_day(order=order, ends_at=choice.ends_at))
        if count > choice.left:
            raise TooMany(name=line.title, left=choice.left)
