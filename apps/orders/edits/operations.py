"""
Draft a change to an order, look at what it does, confirm it whole or discard it.

What was bought and paid stays written as it was: units that are taken out are paid back like goods that could not be
sent, so invoices, refunds and payments keep adding up at every version. Lock order: stock levels and capacities, order,
payments, fulfilments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core import audit, locks, outbox
from apps.orders.edits import queries
from apps.orders.edits.apply import Applied, apply_change
from apps.orders.edits.errors import EditDecided, EditOutdated, EditReasonMissing, NothingChanged
from apps.orders.enums import EditState
from apps.orders.follow_ups import place as follow_ups
from apps.orders.follow_ups.place import Added
from apps.orders.models import Order, OrderEdit
from apps.orders.placement.data import Address

CHANGED = "order.changed"


@locks.retry_on_conflict()
@transaction.atomic
def draft(
    *,
    order_id: int,
    units: Mapping[int, int],
    address: Address | None,
    reason: str,
    by: str,
    at: datetime,
    adds: Sequence[Added] = (),
) -> OrderEdit:
    """
    Write down a change and what it would do; nothing of the order moves. An older draft of the order is discarded.

    units: line id → units to take out. adds: goods that are added, each at today's price or at the order's. address:
    where everything that has not left goes. by: "user:id". Done for a moment under the locks of confirming and undone,
    so what it says is what confirming does. Raises EditReasonMissing, NothingChanged, and as `confirm`.
    """
    reason = reason.strip()
    wanted = {line_id: count for line_id, count in units.items() if count}
    if not reason:
        raise EditReasonMissing
    if not wanted and address is None and not adds:
        raise NothingChanged
    expected: dict[str, Any] = {}
    with transaction.atomic():
        applied = apply_change(order_id=order_id, units=wanted, address=address, adds=adds, reason=reason, by=by, at=at)
        expected = applied.facts()
        transaction.set_rollback(True)
    OrderEdit.objects.filter(order_id=order_id, state=EditState.DRAFT).update(
        state=EditState.DISCARDED, decided_by=by, decided_at=at
    )
    return OrderEdit.objects.create(
        order_id=order_id,
        based_on=queries.version_of(order_id=order_id),
        units={str(line_id): count for line_id, count in wanted.items()},
        adds=[each.as_dict() for each in adds],
        address=asdict(address) if address else {},
        reason=reason[:200],
        expected=expected,
        created_by=by,
        created_at=at,
    )


@locks.retry_on_conflict()
@transaction.atomic
def confirm(*, edit_id: int, by: str, at: datetime) -> OrderEdit:
    """
    Do what a draft says, whole or not at all; return it as the order's new version.

    Goods are free again, their fulfilments shrink or end, what was paid for them is owed back or let go, the address
    is the new one, the promise is kept or told; what is added is an order of its own, paid with what was taken out as
    far as that goes. Audited. Publishes order.changed, refund.due. Raises EditDecided,
    EditOutdated (it would do something else by now), NotChangeable, TooFewOpen, EverythingTakenOut, AddressTooLate,
    OtherCountry, NotDeliveredThere, ChangedMeanwhile, and for what is added what `follow_ups.place` names; then nothing
    is written.
    """
    row = OrderEdit.objects.get(pk=edit_id)
    if row.state != EditState.DRAFT:
        raise EditDecided
    applied = apply_change(
        order_id=row.order_id,
        units={int(line_id): count for line_id, count in row.units.items()},
        address=Address(**row.address) if row.address else None,
        adds=[Added(**each) for each in row.adds],
        reason=row.reason,
        by=by,
        at=at,
    )
    # Decided once: from here on under the order's lock.
    row = OrderEdit.objects.get(pk=edit_id)
    if row.state != EditState.DRAFT:
        raise EditDecided
    if row.based_on != queries.version_of(order_id=row.order_id) or applied.facts() != row.expected:
        raise EditOutdated
    row.state, row.version = EditState.CONFIRMED, row.based_on + 1
    row.decided_by, row.decided_at = by, at
    row.given_back, row.follow_up = applied.given_back, applied.added
    row.outcome = queries.balance_of(order_id=row.order_id).as_dict()
    row.save()
    _tell(row=row, applied=applied, by=by, at=at)
    return row


@transaction.atomic
def discard(*, edit_id: int, by: str, at: datetime) -> None:
    """Give up a draft. Raises EditDecided."""
    done = OrderEdit.objects.filter(pk=edit_id, state=EditState.DRAFT).update(
        state=EditState.DISCARDED, decided_by=by, decided_at=at
    )
    if not done:
        raise EditDecided


def _tell(*, row: OrderEdit, applied: Applied, by: str, at: datetime) -> None:
    number = Order.objects.values_list("number", flat=True).get(pk=row.order_id)
    audit.record(
        action="order.change",
        target=audit.target_of(model="order.order", pk=row.order_id),
        actor=by,
        at=at,
        before={"version": row.based_on},
        after={
            "version": row.version,
            "units": row.units,
            "adds": row.adds,
            "has_new_address": bool(row.address),
            **row.expected,
        },
        reason=row.reason,
    )
    if applied.added is not None and not row.units:
        follow_ups.tell(order=applied.added, at=at)
    if not row.units and not row.address:
        return  # what was added is told by its own order
    payload = {"order_id": row.order_id, "edit_id": row.pk}
    if applied.given_back is not None:
        payload["return_id"] = applied.given_back.pk
    outbox.publish(topic=CHANGED, key=number, payload=payload, at=at)
