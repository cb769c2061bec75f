"""Writes of fulfilments. Lock order: stock levels, then order, then fulfilment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, locks, outbox
from apps.inventory import operations as inventory
from apps.orders import transitions
from apps.orders.enums import IN_HAND, FulfilmentState, OrderState
from apps.orders.fulfilment import making, queries
from apps.orders.fulfilment.errors import (
    AllNamed,
    ChangedMeanwhile,
    NothingNamed,
    ToBeCollected,
    TooManyNamed,
    TrackingMissing,
    WithPartner,
)
from apps.orders.fulfilment.units import by_product
from apps.orders.models import DeliveryMethod, Fulfilment, FulfilmentLine, Order


def pick(*, fulfilment_id: int, by: str, at: datetime) -> None:
    """Say that the goods of a fulfilment are picked. Locks the fulfilment. Raises IllegalMove."""
    transitions.move_fulfilment(fulfilment_id=fulfilment_id, to=FulfilmentState.PICKED, by=by, at=at)


def pack(*, fulfilment_id: int, by: str, at: datetime) -> None:
    """Say that the goods of a fulfilment are in their parcel. Locks the fulfilment. Raises IllegalMove."""
    transitions.move_fulfilment(fulfilment_id=fulfilment_id, to=FulfilmentState.PACKED, by=by, at=at)


@locks.retry_on_conflict()
@transaction.atomic
def ship(
    *,
    fulfilment_id: int,
    carrier: str,
    tracking_code: str,
    by: str,
    at: datetime,
    units: Mapping[int, int] | None = None,
) -> int:
    """Let goods of a fulfilment leave, as `ship_within` says, in a transaction of its own."""
    return ship_within(
        fulfilment_id=fulfilment_id, carrier=carrier, tracking_code=tracking_code, units=units, by=by, at=at
    )


def ship_within(
    *,
    fulfilment_id: int,
    carrier: str,
    tracking_code: str,
    by: str,
    at: datetime,
    units: Mapping[int, int] | None = None,
) -> int:
    """
    Let the goods of a fulfilment leave with a carrier; return the fulfilment that left. The order is shipped with its
    last one.

    units: only these (line id → units); they become a fulfilment of their own and the rest stays. by: "user:id",
    audited. Takes the goods out of stock. Locks stock, order, fulfilment. Publishes order.shipped, once per fulfilment.
    Raises TrackingMissing, ToBeCollected, NothingNamed, TooManyNamed, ChangedMeanwhile, IllegalMove (shipped already,
    cancelled, waiting).
    """
    carrier, tracking_code = carrier.strip(), tracking_code.strip()
    if not carrier or not tracking_code:
        raise TrackingMissing
    row = Fulfilment.objects.select_related("order__market").get(pk=fulfilment_id)
    if row.order.collect_at_id is not None:
        raise ToBeCollected(number=row.order.number)
    changes = {
        "carrier": carrier[:60],
        "tracking_code": tracking_code[:80],
        "tracking_url": _tracking_url(order=row.order, code=tracking_code),
    }
    return leave(row=row, units=units, changes=changes, reason=f"{carrier} {tracking_code}", by=by, at=at)[0]


def leave(
    *,
    row: Fulfilment,
    units: Mapping[int, int] | None,
    changes: Mapping[str, Any],
    reason: str,
    by: str,
    at: datetime,
) -> tuple[int, Order]:
    """
    Take goods of a fulfilment out of stock and out of the house, as `ship_within` says; return the fulfilment that left
    and the order, locked. row: with its order and market. changes: what else is written on it.
    """
    order = row.order
    lines = _lines(row)
    wanted = _carried(lines) if units is None else named_units(lines=lines, units=units)
    left = inventory.ship(
        reference=f"order:{order.number}",
        location_id=row.location_id,
        units=by_product(lines=lines.values(), units=wanted),
        at=at,
        by=by,
    )
    locked = locks.lock_row(queryset=Order.objects.select_related("market").filter(pk=order.pk), rank=locks.Rank.ORDER)
    target = row.pk
    if wanted != _carried(lines):
        target = _part(order=locked, fulfilment_id=row.pk, units=wanted, by=by, at=at)
    transitions.move_fulfilment(
        fulfilment_id=target,
        to=FulfilmentState.SHIPPED,
        by=by,
        at=at,
        reason=reason,
        changes={**changes, "shipped_at": at},
    )
    if not _left_whole(fulfilment_id=target, units=wanted, left=left):
        raise ChangedMeanwhile(number=order.number)
    if not queries.unshipped(order_id=order.pk).exists():
        transitions.move_order(order_id=order.pk, to=OrderState.SHIPPED, by=by, at=at, locked=locked)
    outbox.publish(
        topic="order.shipped", key=order.number, payload={"order_id": order.pk, "fulfilment_id": target}, at=at
    )
    return target, locked


@transaction.atomic
def split(*, fulfilment_id: int, units: Mapping[int, int], by: str, at: datetime) -> int:
    """
    Move units (line id → units) into a fulfilment of their own at the same location; return its id.

    So part of the goods leaves now and the rest later, each with its own parcel. The new one is as far as the old.
    Audited. Locks order, then fulfilment. Raises NothingNamed, TooManyNamed, AllNamed, IllegalMove, WithPartner: a
    logistics partner splits by what it reports as shipped.
    """
    order_id = Fulfilment.objects.values_list("order_id", flat=True).get(pk=fulfilment_id)
    order = locks.lock_row(queryset=Order.objects.select_related("market").filter(pk=order_id), rank=locks.Rank.ORDER)
    row = locks.lock_row(queryset=Fulfilment.objects.filter(pk=fulfilment_id), rank=locks.Rank.FULFILMENT)
    if row.sent_at is not None:
        raise WithPartner
    return _part(order=order, fulfilment_id=fulfilment_id, units=units, by=by, at=at)


def _part(*, order: Order, fulfilment_id: int, units: Mapping[int, int], by: str, at: datetime) -> int:
    """Split under the order's lock."""
    row = locks.lock_row(queryset=Fulfilment.objects.filter(pk=fulfilment_id), rank=locks.Rank.FULFILMENT)
    if row.state not in IN_HAND:
        raise transitions.IllegalMove(what="fulfilment", old=row.get_state_display(), new=_("split"))
    lines = _lines(row)
    named = named_units(lines=lines, units=units)
    if named == _carried(lines):
        raise AllNamed
    made = making.make_one(
        order=order,
        location_id=row.location_id,
        units=named,
        day=None,
        origin=row,
        hop=row.hop,
        state=row.state,
        due_at=row.due_at,
        part_of=row,
        by=by,
        at=at,
    )
    for line_id, count in named.items():
        line = lines[line_id]
        if count == line.quantity:
            line.delete()
        else:
            line.quantity -= count
            line.save(update_fields=["quantity"])
    audit.record(
        action="fulfilment.split",
        target=audit.target_of(model="order.fulfilment", pk=fulfilment_id),
        actor=by,
        at=at,
        after={"units": {str(line_id): count for line_id, count in named.items()}, "into": made.pk},
    )
    return int(made.pk)


def named_units(*, lines: Mapping[int, FulfilmentLine], units: Mapping[int, int]) -> dict[int, int]:
    """The units that were named of a fulfilment's lines, none of them zero. Raises NothingNamed, TooManyNamed."""
    named = {line_id: count for line_id, count in units.items() if count}
    if not named or not named.keys() <= lines.keys() or min(named.values()) < 0:
        raise NothingNamed
    for line_id, count in named.items():
        if count > lines[line_id].quantity:
            raise TooManyNamed(name=lines[line_id].line.title, left=lines[line_id].quantity)
    return named


@transaction.atomic
def deliver(*, fulfilment_id: int, by: str, at: datetime) -> None:
    """
    Say that the goods of a fulfilment arrived. The order is delivered when all are.

    Locks order, then fulfilment. Publishes order.delivered when the whole order is. Raises IllegalMove.
    """
    order_id = Fulfilment.objects.values_list("order_id", flat=True).get(pk=fulfilment_id)
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    arrive(order=order, fulfilment_id=fulfilment_id, by=by, at=at)


def arrive(*, order: Order, fulfilment_id: int, by: str, at: datetime) -> None:
    """Do what `deliver` says, under the order's lock."""
    transitions.move_fulfilment(
        fulfilment_id=fulfilment_id, to=FulfilmentState.DELIVERED, by=by, at=at, changes={"delivered_at": at}
    )
    if not queries.undelivered(order_id=order.pk).exists():
        transitions.move_order(order_id=order.pk, to=OrderState.DELIVERED, by=by, at=at, locked=order)
        outbox.publish(topic="order.delivered", key=order.number, payload={"order_id": order.pk}, at=at)


def correct_tracking(*, fulfilment_id: int, carrier: str, tracking_code: str, by: str, at: datetime) -> None:
    """Correct a mistyped carrier or code of a shipped fulfilment; audited. Raises TrackingMissing, IllegalMove."""
    carrier, tracking_code = carrier.strip(), tracking_code.strip()
    if not carrier or not tracking_code:
        raise TrackingMissing
    with transaction.atomic():
        rows = Fulfilment.objects.select_related("order__market").filter(pk=fulfilment_id)
        fulfilment = locks.lock_row(queryset=rows, rank=locks.Rank.FULFILMENT)
        if fulfilment.state != FulfilmentState.SHIPPED:
            raise transitions.IllegalMove(
                what="fulfilment", old=fulfilment.get_state_display(), new=FulfilmentState.SHIPPED.label
            )
        before = {"carrier": fulfilment.carrier, "tracking_code": fulfilment.tracking_code}
        fulfilment.carrier, fulfilment.tracking_code = carrier[:60], tracking_code[:80]
        fulfilment.tracking_url = _tracking_url(order=fulfilment.order, code=tracking_code)
        fulfilment.save(update_fields=["carrier", "tracking_code", "tracking_url"])
        audit.record(
            action="fulfilment.correct_tracking",
            actor=by,
            at=at,
            before=before,
            target=audit.target_of(model="order.fulfilment", pk=fulfilment_id),
            after={"carrier": fulfilment.carrier, "tracking_code": fulfilment.tracking_code},
        )


def _left_whole(*, fulfilment_id: int, units: Mapping[int, int], left: Sequence[inventory.Allocation]) -> bool:
    """
    Whether what left is what the fulfilment carries, asked again under its lock.

    A line that was split off or rejected meanwhile stays with whoever has it now.
    """
    rows = FulfilmentLine.objects.filter(fulfilment_id=fulfilment_id).values_list("line_id", "quantity")
    return dict(units) == dict(rows) and sum(each.quantity for each in left) == sum(units.values())


def _lines(row: Fulfilment) -> dict[int, FulfilmentLine]:
    """The lines of a fulfilment by the order's line. One statement."""
    return {line.line_id: line for line in row.lines.select_related("line").order_by("line__position", "id")}


def _carried(lines: Mapping[int, FulfilmentLine]) -> dict[int, int]:
    return {line_id: line.quantity for line_id, line in lines.items()}


def _tracking_url(*, order: Order, code: str) -> str:
    template = (
        DeliveryMethod.objects.filter(market_id=order.market_id, code=order.shipping_code)
        .values_list("tracking_url_template", flat=True)
        .first()
    )
    return template.replace("{code}", quote(code, safe="")) if template else ""
