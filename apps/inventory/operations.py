"""
Every change of stock but promises: receive, count, correct, transfer, give back, ship. `sourcing` promises.

All are atomic, lock the levels in id order, write a movement for each change and tell the catalogue when what a shopper
may be told about stock can have changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.catalog import publication
from apps.core import audit
from apps.inventory import ledger, queries
from apps.inventory.enums import MovementKind, ReservationState
from apps.inventory.errors import QuantityOutOfRange, ReasonMissing, StockPromised
from apps.inventory.models import Location, StockLevel
from apps.inventory.news import announce, tell_catalogue
from apps.inventory.sourcing import queries as sourcing
from apps.inventory.sourcing.operations import give_days_back
from apps.inventory.stock_records import ensure_stock_records
from apps.markets.context import MarketInfo

__all__ = [
    "Allocation",
    "check_units",
    "correct",
    "count_stock",
    "ensure_stock_records",
    "free_days",
    "lock_products",
    "lock_serving",
    "pause",
    "receive",
    "release",
    "set_safety",
    "set_share",
    "ship",
    "take_back",
    "take_missing",
    "transfer",
    "write_deltas",
]

# No shelf holds more; a larger number is a typing error or an attack on the column's range.
MAX_UNITS = 1_000_000
MAX_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Allocation:
    """Units of a product that a location has promised."""

    product_id: int
    location_id: int
    quantity: int


@transaction.atomic
def release(
    *,
    reference: str,
    at: datetime,
    by: str,
    location_id: int | None = None,
    units: Mapping[int, int] | None = None,
    reason: str = "",
    keeps_days: bool = False,
) -> list[Allocation]:
    """
    Give back what a reference holds; return what was given back. Frees the locations' capacity it no longer needs.

    location_id: only there. units: at most so many of each product (product id → units), all of it without. keeps_days:
    the caller frees capacity itself, after it has locked more levels. Safe to repeat: what is already given back or
    shipped is left alone, and the second answer is empty.
    """
    given = _close(
        reference=reference,
        location_id=location_id,
        units=units,
        state=ReservationState.RELEASED,
        kind=MovementKind.RELEASE,
        reason=reason,
        by=by,
        at=at,
    )
    if given and not keeps_days:
        free_days(reference=reference)
    return given


def free_days(*, reference: str) -> None:
    """Free the capacity of the locations at which a reference holds nothing any more. Two statements."""
    give_days_back(reference=reference, but=sorted(ledger.still_holding(reference=reference)))


@transaction.atomic
def ship(
    *, reference: str, at: datetime, by: str, location_id: int | None = None, units: Mapping[int, int] | None = None
) -> list[Allocation]:
    """
    Let the goods a reference holds leave; return what left.

    location_id and units: as in `release`. Safe to repeat: what has left is held no more.
    """
    return _close(
        reference=reference,
        location_id=location_id,
        units=units,
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
        check_units(quantity, lowest=1)
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
        check_units(quantity, lowest=1)
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
        check_units(quantity, lowest=0)
    levels = ledger.lock_pairs(pairs=list(counts))
    deltas = {level: counts[level.product_id, level.location_id] - level.on_hand for level in levels}
    return write_deltas(deltas=deltas, kind=MovementKind.COUNT, reference=reference, reason=reason, by=by, at=at)


@transaction.atomic
def correct(
    *, product_id: int, location_id: int, delta: int, reason: str, at: datetime, by: str, reference: str = ""
) -> None:
    """Add or take units (delta ≠ 0) with a reason. Raises ReasonMissing, QuantityOutOfRange, StockPromised."""
    if not reason.strip():
        raise ReasonMissing
    if delta == 0:
        raise QuantityOutOfRange(quantity=delta)
    check_units(abs(delta), lowest=1)
    _apply(
        deltas={(product_id, location_id): delta},
        kind=MovementKind.CORRECT,
        reference=reference,
        reason=reason,
        by=by,
        at=at,
    )


def lock_serving(*, product_ids: Sequence[int], market: MarketInfo) -> None:
    """Lock the levels that serve a market with these products, in id order, before several operations over them."""
    places = sourcing.network(market=market).places
    ledger.lock_serving(product_ids=product_ids, location_ids=[place.id for place in places])


def lock_products(*, product_ids: Sequence[int]) -> None:
    """Lock every level of these products in id order, before several operations over them. One statement."""
    ledger.lock_products(product_ids=product_ids)


@transaction.atomic
def take_missing(
    *,
    location_id: int,
    quantities: Mapping[int, int],
    all_free: bool,
    reference: str,
    reason: str,
    at: datetime,
    by: str,
) -> dict[int, int]:
    """
    Take units (product id → units) off a location's shelf that somebody looked for and did not find; return the change.

    all_free: none is there beyond what other orders were promised, so everything that is not promised goes. Never
    breaks a promise: no more goes than is free of one. Locks the levels. Constant SQL.
    """
    levels = ledger.lock_pairs(pairs=[(product_id, location_id) for product_id in quantities])
    deltas = {}
    for level in levels:
        unpromised = level.on_hand - level.reserved
        deltas[level] = -(unpromised if all_free else min(unpromised, quantities[level.product_id]))
    write_deltas(deltas=deltas, kind=MovementKind.CORRECT, reference=reference, reason=reason, by=by, at=at)
    return {level.product_id: delta for level, delta in deltas.items() if delta}


@transaction.atomic
def transfer(*, quantities: Mapping[int, int], from_id: int, to_id: int, reference: str, at: datetime, by: str) -> None:
    """
    Move units (product id → units, each ≥ 1) between two locations in one step; `inbound.send` takes days.

    Locks both sides' levels. Raises QuantityOutOfRange, StockPromised. Constant SQL.
    """
    for quantity in quantities.values():
        check_units(quantity, lowest=1)
    if from_id == to_id:
        raise QuantityOutOfRange(quantity=0)
    levels = ledger.lock_pairs(pairs=[(product, place) for product in quantities for place in (from_id, to_id)])
    for place, sign, kind in ((from_id, -1, MovementKind.TRANSFER_OUT), (to_id, 1, MovementKind.TRANSFER_IN)):
        deltas = {level: sign * quantities[level.product_id] for level in levels if level.location_id == place}
        write_deltas(deltas=deltas, kind=kind, reference=reference, reason="", by=by, at=at)


@transaction.atomic
def set_safety(*, product_id: int, location_id: int, safety: int, at: datetime) -> None:
    """Keep so many units of a product at a location from being sold online. Raises QuantityOutOfRange."""
    check_units(safety, lowest=0)
    level = ledger.lock_pairs(pairs=[(product_id, location_id)])[0]
    StockLevel.objects.filter(pk=level.id).update(safety=safety)
    publication.mark_availability(product_ids=[product_id], at=at)


@transaction.atomic
def set_share(*, location_id: int, percent: int, at: datetime, by: str) -> int:
    """
    Let the web be promised at most this share of each SKU a location has; return how many levels that changed.

    What is promised already stays promised. Locks the levels. Audited. Raises QuantityOutOfRange.
    """
    if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= MAX_PERCENT:
        raise QuantityOutOfRange(quantity=percent)
    levels = ledger.lock_location(location_id=location_id)
    before = Location.objects.values_list("share_percent", flat=True).get(pk=location_id)
    Location.objects.filter(pk=location_id).update(share_percent=percent)
    changed = [level for level in levels if level.share_percent != percent]
    StockLevel.objects.filter(pk__in=[level.id for level in changed]).update(share_percent=percent)
    publication.mark_availability(product_ids=sorted({level.product_id for level in changed}), at=at)
    audit.record(
        action="location.set_share",
        target=audit.target_of(model="partner.location", pk=location_id),
        actor=by,
        at=at,
        before={"share_percent": before},
        after={"share_percent": percent},
    )
    return len(changed)


@transaction.atomic
def pause(*, location_id: int, until: datetime | None, reason: str, at: datetime, by: str) -> None:
    """
    Give a location no new orders until a moment (None: serve again now). What it has already is not taken away.

    Audited with the reason. Acts on the next read of stock: nothing is kept in memory. Raises ReasonMissing.
    """
    reason = reason.strip()
    if until is not None and not reason:
        raise ReasonMissing
    before = Location.objects.values_list("paused_until", flat=True).get(pk=location_id)
    Location.objects.filter(pk=location_id).update(paused_until=until)
    stocked = StockLevel.objects.filter(location_id=location_id, on_hand__gt=0)
    publication.mark_availability(product_ids=sorted(stocked.values_list("product_id", flat=True)), at=at)
    audit.record(
        action="location.pause" if until else "location.resume",
        target=audit.target_of(model="partner.location", pk=location_id),
        actor=by,
        at=at,
        before={"paused_until": before.isoformat() if before else None},
        after={"paused_until": until.isoformat() if until else None},
        reason=reason[:200],
    )


def _close(
    *,
    reference: str,
    location_id: int | None,
    units: Mapping[int, int] | None,
    state: str,
    kind: str,
    reason: str,
    by: str,
    at: datetime,
) -> list[Allocation]:
    """
    End what a reference holds, as `release` and `ship` say.

    Goods on their way take promises along to the shelf they arrive on. Where that happened during the wait for a lock,
    what is missing is looked for once more, at the place it came to.
    """
    locked = ledger.lock_reserved(reference=reference, location_id=location_id)
    wanted = {level.id: MAX_UNITS if units is None else units.get(level.product_id, 0) for level in locked}
    wanted = {level_id: count for level_id, count in wanted.items() if count > 0}
    if not wanted:
        return []
    leaves = kind == MovementKind.SHIP
    closed = ledger.close_reservations(
        reference=reference, units=wanted, state=state, kind=kind, leaves=leaves, reason=reason, by=by, at=at
    )
    if not leaves:
        moves = ((level, level.free_after(reserved=-closed.get(level.id, 0))) for level in locked)
        announce(moves=moves, reference=reference, at=at)
    given = [
        Allocation(level.product_id, level.location_id, closed[level.id]) for level in locked if level.id in closed
    ]
    has_moved = any(closed.get(level.id, 0) < min(wanted.get(level.id, 0), level.held) for level in locked)
    if not has_moved or location_id is not None:
        return given
    rest = units
    if units is not None:
        done: dict[int, int] = {}
        for each in given:
            done[each.product_id] = done.get(each.product_id, 0) + each.quantity
        rest = {product_id: count - done.get(product_id, 0) for product_id, count in units.items()}
    return given + _close(
        reference=reference, location_id=None, units=rest, state=state, kind=kind, reason=reason, by=by, at=at
    )


def _apply(
    *, deltas: Mapping[tuple[int, int], int], kind: str, reference: str, reason: str, by: str, at: datetime
) -> int:
    levels = ledger.lock_pairs(pairs=list(deltas))
    by_level = {level: deltas[level.product_id, level.location_id] for level in levels}
    return write_deltas(deltas=by_level, kind=kind, reference=reference, reason=reason, by=by, at=at)


def write_deltas(
    *, deltas: Mapping[ledger.LockedLevel, int], kind: str, reference: str, reason: str, by: str, at: datetime
) -> int:
    """Write the deltas of locked levels that are not zero; return how many. Raises StockPromised, then nothing is."""
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
        tell_catalogue(moves=((level, level.free_after(on_hand=delta)) for level, delta in changed.items()), at=at)
    return len(changed)


def check_units(quantity: object, *, lowest: int) -> None:
    """Raise QuantityOutOfRange unless this is a number of units that can be counted, `lowest` at least."""
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not lowest <= quantity <= MAX_UNITS:
        raise QuantityOutOfRange(quantity=quantity)
