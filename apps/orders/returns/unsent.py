"""Goods that cannot be sent: their fulfilment ends, their money goes back, the rest of the order goes on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, locks, outbox
from apps.core.errors import Refusal
from apps.inventory import operations as inventory
from apps.orders import cancellation, transitions
from apps.orders.enums import ENDED_FULFILMENTS, FulfilmentState, OrderState, RefundState, ReturnState
from apps.orders.fulfilment import queries
from apps.orders.fulfilment.errors import ChangedMeanwhile, NotWaiting
from apps.orders.fulfilment.promise import keep_promise
from apps.orders.fulfilment.units import by_product
from apps.orders.models import Fulfilment, FulfilmentLine, Line, Order, Payment, Return, ReturnLine
from apps.orders.returns.owed import owe
from apps.orders.returns.queries import given_back, number_of

REFUND_WITHIN = timedelta(days=14)
"""What was not delivered is paid back within fourteen days (C. conso L216-7)."""

NEVER_LEFT = "never_left"
"""Why a return ends whose goods were stopped before they left; they are paid back by a return of their own."""

GIVEN_UP = (FulfilmentState.WAITING, FulfilmentState.READY)
"""Goods nobody has, and goods nobody fetches."""


class WhyMissing(Refusal):
    """Whoever reads the history later must find why."""

    code = "fulfilment.give_up_reason_missing"
    message = _("Please say why the goods are not sent; the reason stays in the history.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


@locks.retry_on_conflict()
@transaction.atomic
def give_up(*, fulfilment_id: int, reason: str, by: str, at: datetime) -> Return | None:
    """
    Give up goods that wait for a location, or that nobody collects: they are paid back and never sent; return the
    return that owes it. Goods that lie ready are free for others.

    An order of which nothing else is left to send or was sent is cancelled whole: then None. by: "user:id" or a part of
    the system; audited. Locks what cancelling locks, or stock levels, order, payments, fulfilment. Publishes refund.due
    and order.not_sent, or order.cancelled. Raises NotWaiting, WhyMissing, ChangedMeanwhile.
    """
    reason = reason.strip()
    if not reason:
        raise WhyMissing
    row = Fulfilment.objects.select_related("order").get(pk=fulfilment_id)
    if row.state not in GIVEN_UP:
        raise NotWaiting(number=row.order.number)
    others = Fulfilment.objects.filter(order_id=row.order_id).exclude(state__in=ENDED_FULFILMENTS).exclude(pk=row.pk)
    if not others.exists() and not given_up_before(row.order_id):
        cancellation.cancel_within(order_id=row.order_id, reason=reason, by=by, at=at)
        # Only now under the order's lock: goods that were found meanwhile undo the whole of it.
        if Fulfilment.objects.values_list("state", flat=True).get(pk=row.pk) != FulfilmentState.CANCELLED:
            raise NotWaiting(number=row.order.number)
        return None
    lines = list(row.lines.select_related("line").order_by("id"))
    _put_back(row=row, lines=lines, reason=reason, by=by, at=at)
    order = locks.lock_row(
        queryset=Order.objects.select_related("market").filter(pk=row.order_id), rank=locks.Rank.ORDER
    )
    payments = locks.lock_rows(queryset=Payment.objects.filter(order_id=order.pk), rank=locks.Rank.PAYMENT)
    locked = locks.lock_row(queryset=Fulfilment.objects.filter(pk=fulfilment_id), rank=locks.Rank.FULFILMENT)
    units = {line.line_id: line.quantity for line in lines}
    carried = dict(locked.lines.values_list("line_id", "quantity"))
    if locked.state != row.state or carried != units:
        raise NotWaiting(number=order.number)
    transitions.move_fulfilment(
        fulfilment_id=locked.pk, to=FulfilmentState.CANCELLED, by=by, at=at, reason=reason, locked=locked
    )
    made = pay_back_unsent(
        order=order, units=units, payments=payments, reason=reason, by=by, at=at, topic="order.not_sent"
    )
    keep_promise(order=order, at=at)
    finish(order=order, by=by, at=at)
    return made


def _put_back(*, row: Fulfilment, lines: Sequence[FulfilmentLine], reason: str, by: str, at: datetime) -> None:
    """Free what lies ready, before anything else is locked; what waits holds nothing. Raises ChangedMeanwhile."""
    if row.location_id is None:
        return
    reference, units = f"order:{row.order.number}", by_product(lines=lines)
    given = inventory.release(
        reference=reference,
        location_id=row.location_id,
        units=units,
        reason=reason[:200],
        keeps_days=True,
        at=at,
        by=by,
    )
    if sum(each.quantity for each in given) != sum(units.values()):
        raise ChangedMeanwhile(number=row.order.number)
    inventory.free_days(reference=reference)


def given_up_before(order_id: int) -> bool:
    """Whether part of the order was paid back already: the rest then goes the same way, line by line."""
    return Return.objects.filter(order_id=order_id).exclude(state=ReturnState.CANCELLED).exists()


def pay_back_unsent(
    *,
    order: Order,
    units: Mapping[int, int],
    payments: Sequence[Payment],
    reason: str,
    by: str,
    at: datetime,
    topic: str,
) -> Return:
    """
    Owe what units (line id → units) that never left are worth; return the return that carries it.

    topic: the news the shopper is told by, "" where the caller tells, and audits. Who withdrew from them before they
    left no longer has to send them back. Under the locks of order and payments. Audited for people. Publishes
    refund.due.
    """
    made = Return.objects.create(
        order=order,
        number=number_of(order=order),
        state=ReturnState.REFUND_DUE,
        name="",
        email=order.email,
        declared_by=by,
        declared_at=at,
        send_back_by=at,
        refund_due_at=at + REFUND_WITHIN,
        inspected_at=at,
        note=reason,
    )
    transitions.note_birth(machine=transitions.RETURN, row=made, order_id=order.pk, by=by, at=at, reason=reason[:200])
    _await_less(order=order, units=units, by=by, at=at)
    back = ReturnLine.objects.bulk_create(
        [ReturnLine(parent=made, line_id=line_id, quantity=count, unsent=count) for line_id, count in units.items()]
    )
    if topic and by.startswith("user:"):
        audit.record(
            action="fulfilment.give_up",
            target=audit.target_of(model="order.return", pk=made.pk),
            actor=by,
            at=at,
            after={"number": made.number, "units": sum(line.quantity for line in back)},
            reason=reason[:200],
        )
    payload = {"order_id": order.pk, "return_id": made.pk}
    given = list(made.lines.select_related("line").order_by("id"))
    refund = owe(row=made, lines=given, payments=payments, by=by, at=at)
    if refund is None or refund.state == RefundState.SENT:
        # A gift that cost nothing, or goods that were never charged: nothing goes back.
        transitions.move_return(return_id=made.pk, to=ReturnState.REFUNDED, by=by, at=at, locked=made)
    if refund is not None:
        outbox.publish(topic="refund.due", key=order.number, payload={**payload, "refund_id": refund.pk}, at=at)
    if topic:
        outbox.publish(topic=topic, key=order.number, payload=payload, at=at)
    return made


def _await_less(*, order: Order, units: Mapping[int, int], by: str, at: datetime) -> None:
    """
    Take units out of returns that await them though they will never leave; one that awaits nothing else is closed.

    Only what would otherwise be given back twice: the shopper keeps what did leave until they send it. Audited, whoever
    stopped the goods: what somebody declared says less than it did.
    """
    given = given_back(order_id=order.pk)
    bought = dict(Line.objects.filter(pk__in=units).values_list("pk", "quantity"))
    awaited = ReturnLine.objects.filter(parent__state=ReturnState.DECLARED, parent__exchange__isnull=True)
    for line_id, count in units.items():
        twice = given.get(line_id, 0) + count - bought[line_id]
        for part in awaited.filter(line_id=line_id).order_by("-id") if twice > 0 else ():
            taken = min(twice, part.quantity)
            twice -= taken
            audit.record(
                action="return.await_less",
                target=audit.target_of(model="order.return", pk=part.parent_id),
                actor=by,
                at=at,
                before={"line": line_id, "units": part.quantity},
                after={"line": line_id, "units": part.quantity - taken},
                reason=NEVER_LEFT,
            )
            if taken < part.quantity:
                ReturnLine.objects.filter(pk=part.pk).update(quantity=part.quantity - taken)
            elif ReturnLine.objects.filter(parent_id=part.parent_id).exclude(pk=part.pk).exists():
                part.delete()
            else:
                transitions.move_return(
                    return_id=part.parent_id,
                    to=ReturnState.CANCELLED,
                    by=by,
                    at=at,
                    reason=NEVER_LEFT,
                    changes={"note": NEVER_LEFT},
                )


def finish(*, order: Order, by: str, at: datetime) -> None:
    """Move the order on when these goods were the last it waited for. Under its lock."""
    if order.state != OrderState.IN_FULFILMENT or queries.unshipped(order_id=order.pk).exists():
        return
    transitions.move_order(order_id=order.pk, to=OrderState.SHIPPED, by=by, at=at, locked=order)
    if not queries.undelivered(order_id=order.pk).exists():
        transitions.move_order(order_id=order.pk, to=OrderState.DELIVERED, by=by, at=at, locked=order)
        outbox.publish(topic="order.delivered", key=order.number, payload={"order_id": order.pk}, at=at)
