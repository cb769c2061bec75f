"""
Every change of stock: receive, count, correct, transfer, promise to an order, give back, ship.

All are atomic, lock the levels in id order, write a movement for each change and tell the catalogue when what a shopper
may be told about stock can have changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.catalog import publication
from apps.catalog.publication.build import LOW_STOCK
from apps.core import outbox
from apps.inventory import ledger, queries
from apps.inventory.allocation import Wanted, allocate
from apps.inventory.enums import MovementKind, ReservationState
from apps.inventory.errors import QuantityOutOfRange, ReasonMissing, StockPromised
from apps.inventory.models import Location, StockLevel
from apps.inventory.stock_records import ensure_stock_records

__all__ = [
    "Allocation",
    "Wanted",
    "correct",
    "count_stock",
    "ensure_stock_records",
    "receive",
    "release",
    "reserve_lines",
    "set_safety",
    "ship",
    "transfer",
]

# No shelf holds more; a larger number is a typing error or an attack on the column's range.
MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Allocation:
    """Units of a product that a location has promised."""

    product_id: int
    location_id: int
    quantity: int


# No savepoint of its own: two round trips less in every placement, and a refusal ends the placement anyway.
@transaction.atomic(savepoint=False)
def reserve_lines(
    *, lines: Sequence[Wanted], location_ids: Sequence[int], reference: str, at: datetime, by: str
) -> list[Allocation]:
    """
    Promise all lines to a reference, or none; return which location gives what.

    lines: at most one per product. location_ids: in order of preference; one location that has everything is preferred,
    else each line is filled in that order. reference: "order:<number>", used once. Two statements for any number of
    lines. Locks the levels in id order. Raises UnableToReserve naming the first line that falls short and what is left;
    the caller's whole transaction is then to be given up.
    """
    locked = ledger.lock_serving(product_ids=[line.product_id for line in lines], location_ids=location_ids)
    plan = allocate(lines=lines, levels=locked, location_ids=location_ids)
    taken = ledger.write_reservations(
        plan=[(level.id, quantity) for level, quantity in plan], reference=reference, by=by, at=at
    )
    if taken != len(plan):
        raise RuntimeError(f"{reference}: {taken} of {len(plan)} locked levels could give what was planned")
    _announce(moves=((level, level.free - quantity) for level, quantity in plan), reference=reference, at=at)
    return [Allocation(level.product_id, level.location_id, quantity) for level, quantity in plan]


def release(
    *, reference: str, at: datetime, by: str, location_id: int | None = None, reason: str = ""
) -> list[Allocation]:
    """
    Give back what a reference holds (at one location when given); return what was given back.

    Safe to repeat: what is already given back or shipped is left alone, and the second answer is empty.
    """
    return _close(
        reference=reference,
        location_id=location_id,
        state=ReservationState.RELEASED,
        kind=MovementKind.RELEASE,
        reason=reason,
        by=by,
        at=at,
    )


def ship(*, reference: str, at: datetime, by: str, location_id: int | None = None) -> list[Allocation]:
    """
    Let the goods a reference holds (at one location when given) leave; return what left.

    Safe to repeat: a reservation is shipped once, and the second answer is empty.
    """
    return _close(
        reference=reference,
        location_id=location_id,
        state=ReservationState.SHIPPED,
        kind=MovementKind.SHIP,
        reason="",
        by=by,
        at=at,
    )


@transaction.atomic
def receive(
    *, location_id: int, quantities: Mapping[int, int], reference: str, at: datetime, by: str, reason: str = ""
) -> None:
    """Add units (product id → units, each ≥ 1) that arrived at a location. Raises QuantityOutOfRange. Constant SQL."""
    for quantity in quantities.values():
        _check_units(quantity, lowest=1)
    wanted = {(product_id, location_id): quantity for product_id, quantity in quantities.items()}
    _apply(deltas=wanted, kind=MovementKind.RECEIVE, reference=reference, reason=reason, by=by, at=at)


@transaction.atomic
def take_back(
    *, location_id: int, quantities: Mapping[int, int], reference: str, at: datetime, by: str, reason: str = ""
) -> None:
    """
    Add units (product id → units, each ≥ 1) that shoppers sent back and that can be sold again.

    reference: "return:<number>". Locks the levels. Raises QuantityOutOfRange. Constant SQL.
    """
    for quantity in quantities.values():
        _check_units(quantity, lowest=1)
    wanted = {(product_id, location_id): quantity for product_id, quantity in quantities.items()}
    _apply(deltas=wanted, kind=MovementKind.RETURN, reference=reference, reason=reason, by=by, at=at)


@transaction.atomic
def count_stock(
    *, counts: Mapping[tuple[int, int], int], reference: str, at: datetime, by: str, reason: str = ""
) -> int:
    """
    Record what was found on the shelves, (product id, location id) → units; return how many levels differed.

    The movement is the difference to what was believed, so counting what is already known writes nothing.
    Raises StockPromised when fewer units were found than orders were promised, QuantityOutOfRange. Constant SQL.
    """
    for quantity in counts.values():
        _check_units(quantity, lowest=0)
    levels = ledger.lock_pairs(pairs=list(counts))
    deltas = {level: counts[level.product_id, level.location_id] - level.on_hand for level in levels}
    return _write(deltas=deltas, kind=MovementKind.COUNT, reference=reference, reason=reason, by=by, at=at)


@transaction.atomic
def correct(
    *, product_id: int, location_id: int, delta: int, reason: str, at: datetime, by: str, reference: str = ""
) -> None:
    """Add or take units (delta ≠ 0) with a reason. Raises ReasonMissing, QuantityOutOfRange, StockPromised."""
    if not reason.strip():
        raise ReasonMissing
    if delta == 0:
        raise QuantityOutOfRange(quantity=delta)
    _check_units(abs(delta), lowest=1)
    _apply(
        deltas={(product_id, location_id): delta},
        kind=MovementKind.CORRECT,
        reference=reference,
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def transfer(
    *, product_id: int, from_id: int, to_id: int, quantity: int, reference: str, at: datetime, by: str
) -> None:
    """Move units between two locations in one step. Raises QuantityOutOfRange, StockPromised."""
    _check_units(quantity, lowest=1)
    if from_id == to_id:
        raise QuantityOutOfRange(quantity=quantity)
    locked = {
        level.location_id: level for level in ledger.lock_pairs(pairs=[(product_id, from_id), (product_id, to_id)])
    }
    _write(
        deltas={locked[from_id]: -quantity},
        kind=MovementKind.TRANSFER_OUT,
        reference=reference,
        reason="",
        by=by,
        at=at,
    )
    _write(
        deltas={locked[to_id]: quantity}, kind=MovementKind.TRANSFER_IN, reference=reference, reason="", by=by, at=at
    )


@transaction.atomic
def set_safety(*, product_id: int, location_id: int, safety: int, at: datetime) -> None:
    """Keep so many units of a product at a location from being sold online. Raises QuantityOutOfRange."""
    _check_units(safety, lowest=0)
    level = ledger.lock_pairs(pairs=[(product_id, location_id)])[0]
    StockLevel.objects.filter(pk=level.id).update(safety=safety)
    publication.mark_availability(product_ids=[product_id], at=at)


@transaction.atomic
def _close(
    *, reference: str, location_id: int | None, state: str, kind: str, reason: str, by: str, at: datetime
) -> list[Allocation]:
    locked = ledger.lock_reserved(reference=reference, location_id=location_id)
    if not locked:
        return []
    leaves = kind == MovementKind.SHIP
    closed = ledger.close_reservations(
        reference=reference,
        level_ids=[level.id for level in locked],
        state=state,
        kind=kind,
        leaves=leaves,
        reason=reason,
        by=by,
        at=at,
    )
    if not leaves:
        _announce(moves=((level, level.free + closed.get(level.id, 0)) for level in locked), reference=reference, at=at)
    return [Allocation(level.product_id, level.location_id, closed[level.id]) for level in locked if level.id in closed]


def _apply(
    *, deltas: Mapping[tuple[int, int], int], kind: str, reference: str, reason: str, by: str, at: datetime
) -> int:
    levels = ledger.lock_pairs(pairs=list(deltas))
    by_level = {level: deltas[level.product_id, level.location_id] for level in levels}
    return _write(deltas=by_level, kind=kind, reference=reference, reason=reason, by=by, at=at)


def _write(
    *, deltas: Mapping[ledger.LockedLevel, int], kind: str, reference: str, reason: str, by: str, at: datetime
) -> int:
    """Write the deltas that are not zero after checking that no promise is broken; return how many."""
    changed = {level: delta for level, delta in deltas.items() if delta}
    for level, delta in changed.items():
        if level.on_hand + delta < level.reserved:
            raise StockPromised(
                sku=queries.sku_of(product_id=level.product_id),
                location=Location.objects.values_list("name", flat=True).get(pk=level.location_id),
                reserved=level.reserved,
            )
    if changed:
        ledger.write_changes(
            changes=[ledger.Change(level_id=level.id, on_hand=delta) for level, delta in changed.items()],
            kind=kind,
            reference=reference,
            reason=reason,
            by=by,
            at=at,
        )
        _tell_catalogue(((level, level.free + delta) for level, delta in changed.items()), at=at)
    return len(changed)


def _tell_catalogue(moves: Iterable[tuple[ledger.LockedLevel, int]], *, at: datetime) -> None:
    """
    Have the availability of products looked at again whose words ("in stock", "only a few left") may have changed.

    A level that was and stays above LOW_STOCK keeps its product in stock in every market it serves.
    """
    touched = [level.product_id for level, free in moves if min(level.free, free) <= LOW_STOCK]
    if touched:
        publication.mark_availability(product_ids=sorted(set(touched)), at=at)


def _announce(*, moves: Iterable[tuple[ledger.LockedLevel, int]], reference: str, at: datetime) -> None:
    """As `_tell_catalogue`, but after commit: a checkout does not wait for pages, nor pages for a checkout."""
    touched = [level.product_id for level, free in moves if min(level.free, free) <= LOW_STOCK]
    if touched:
        outbox.publish(topic="stock.moved", key=reference, payload={"product_ids": sorted(set(touched))}, at=at)


def _check_units(quantity: object, *, lowest: int) -> None:
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not lowest <= quantity <= MAX_UNITS:
        raise QuantityOutOfRange(quantity=quantity)
