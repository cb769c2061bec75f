"""
Goods on their way: announced with a day, sold before they are here, received, put off, called off.

They are a place with levels of their own (`models.Inbound`), so every law of stock holds for them: promises in one
conditional statement, movements that explain each figure, never more promised than is expected. Levels are locked by
id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from apps.catalog import publication
from apps.core import audit, outbox
from apps.inventory import ledger
from apps.inventory.enums import LocationKind, MovementKind, ReservationState
from apps.inventory.errors import (
    AlreadyAnnounced,
    ArrivedMeanwhile,
    DayIsOver,
    NothingNamed,
    NotOnItsWay,
    QuantityOutOfRange,
    ReasonMissing,
)
from apps.inventory.models import Inbound, Location, Reservation, StockLevel
from apps.inventory.operations import MAX_PERCENT, check_units, write_deltas
from apps.inventory.stock_records import ensure_stock_records

ARRIVED = "inbound.arrived"
MOVED = "inbound.moved"
CALLED_OFF = "inbound.called_off"
BY = "system:inventory.inbound"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came: units in all, and how many of them orders had been promised."""

    units: int
    promised: int


@transaction.atomic
def announce(
    *,
    location_id: int,
    quantities: Mapping[int, int],
    expected_on: date,
    reference: str,
    sells_online: bool,
    percent: int,
    today: date,
    at: datetime,
    by: str,
) -> int:
    """
    Announce units (product id → units, each ≥ 1) that come to a location on a day; return the inbound's id.

    reference: the purchase order's or delivery note's, unique. sells_online: the web may be promised them, at most
    `percent` of each SKU: the rest is kept against a delivery that falls short. Audited. Raises NothingNamed,
    DayIsOver, AlreadyAnnounced, QuantityOutOfRange.
    """
    row = _make(
        location_id=location_id,
        quantities=quantities,
        expected_on=expected_on,
        reference=reference,
        sells_online=sells_online,
        percent=percent,
        today=today,
        at=at,
        by=by,
    )
    levels = ledger.lock_pairs(pairs=[(product_id, row.pk) for product_id in quantities])
    write_deltas(
        deltas={level: quantities[level.product_id] for level in levels},
        kind=MovementKind.ANNOUNCE,
        reference=row.name,
        reason="",
        by=by,
        at=at,
    )
    return int(row.pk)


@transaction.atomic
def send(
    *,
    from_id: int,
    to_id: int,
    quantities: Mapping[int, int],
    expected_on: date,
    reference: str,
    today: date,
    at: datetime,
    by: str,
) -> int:
    """
    Let units leave a location for another where they arrive on a later day; return the inbound's id.

    On the way they are the web's as far as the location they come to shares. Locks both sides' levels. Audited. Raises
    as `announce`, StockPromised where orders were promised them.
    """
    if from_id == to_id:
        raise QuantityOutOfRange(quantity=0)
    hub = Location.objects.only("sells_online", "share_percent").get(pk=to_id)
    row = _make(
        location_id=to_id,
        quantities=quantities,
        expected_on=expected_on,
        reference=reference,
        sells_online=hub.sells_online,
        percent=hub.share_percent,
        today=today,
        at=at,
        by=by,
    )
    pairs = [(product_id, place) for product_id in quantities for place in (from_id, row.pk)]
    levels = ledger.lock_pairs(pairs=pairs)
    for place, sign, kind in (
        (from_id, -1, MovementKind.TRANSFER_OUT),
        (row.pk, 1, MovementKind.TRANSFER_IN),
    ):
        deltas = {level: sign * quantities[level.product_id] for level in levels if level.location_id == place}
        write_deltas(deltas=deltas, kind=kind, reference=row.name, reason="", by=by, at=at)
    return int(row.pk)


@transaction.atomic
def receive(
    *, inbound_id: int, quantities: Mapping[int, int], seen: Mapping[int, int] | None = None, at: datetime, by: str
) -> Arrival:
    """
    Put what came (product id → units) on the shelf of its location, with the promises made on it, oldest first.

    More than was announced is received too; what is still to come stays expected. An inbound of which nothing is left
    ends. seen: the units that whoever says so believed were still to come, so that the same goods are not received
    twice. Locks the levels on both sides. Publishes inbound.arrived for each reference whose promise is now on a shelf.
    Raises NotOnItsWay, NothingNamed, ArrivedMeanwhile, QuantityOutOfRange.
    """
    row = _open(inbound_id)
    wanted = {product_id: units for product_id, units in quantities.items() if units}
    if not wanted:
        raise NothingNamed
    for units in wanted.values():
        check_units(units, lowest=1)
    hub_id = row.arrives_at_id
    if hub_id is None:
        raise NotOnItsWay(reference=row.name)
    ensure_stock_records(product_ids=sorted(wanted))
    locked = ledger.lock_pairs(pairs=[(product_id, place) for product_id in wanted for place in (row.pk, hub_id)])
    coming = {level.product_id: level for level in locked if level.location_id == row.pk}
    shelf = {level.product_id: level for level in locked if level.location_id == hub_id}
    if seen is not None and any(level.on_hand != seen.get(product, 0) for product, level in coming.items()):
        raise ArrivedMeanwhile(reference=row.name)
    given = _oldest_first(levels=coming, units=wanted)
    for promise, units in given:
        ledger.close_reservations(
            reference=promise.reference,
            units={promise.level_id: units},
            state=ReservationState.RELEASED,
            kind=MovementKind.ARRIVE,
            leaves=True,
            reason="",
            by=by,
            at=at,
        )
    taken: dict[int, int] = {}
    for promise, units in given:
        taken[promise.level_id] = taken.get(promise.level_id, 0) + units
    rest = {level: -(min(wanted[product], level.on_hand) - taken.get(level.id, 0)) for product, level in coming.items()}
    _move(deltas=rest, reference=row.name, by=by, at=at)
    _move(deltas={level: wanted[product] for product, level in shelf.items()}, reference=row.name, by=by, at=at)
    by_level = {level.id: shelf[product].id for product, level in coming.items()}
    ledger.promise(
        promises=[
            ledger.Taken(by_level[each.level_id], each.reference, units, each.ships_on, each.created_at)
            for each, units in given
        ],
        by=by,
        at=at,
    )
    _end_when_empty(row=row)
    publication.mark_availability(product_ids=sorted(wanted), at=at)
    _tell(topic=ARRIVED, row=row, references=[promise.reference for promise, _ in given], at=at)
    return Arrival(units=sum(wanted.values()), promised=sum(units for _, units in given))


@transaction.atomic
def expect_on(
    *, inbound_id: int, day: date, sells_online: bool, reason: str, today: date, at: datetime, by: str
) -> bool:
    """
    Say on which day goods come now, and whether the web is promised them; return whether the day moved.

    Audited. Publishes inbound.moved for each reference that waits for them. Raises NotOnItsWay, DayIsOver,
    ReasonMissing for another day.
    """
    row = _open(inbound_id)
    if day < today:
        raise DayIsOver(day=day)
    moved = day != row.expected_on
    if moved and not reason.strip():
        raise ReasonMissing
    before = {"expected_on": str(row.expected_on), "sells_online": row.sells_online}
    Inbound.objects.filter(pk=row.pk).update(expected_on=day, sells_online=sells_online)
    promises = Reservation.objects.filter(level__location_id=row.pk, state=ReservationState.HELD)
    references = sorted(set(promises.values_list("reference", flat=True)))
    _seen(row=row, at=at)
    audit.record(
        action="inbound.expect_on",
        target=audit.target_of(model="partner.inbound", pk=row.pk),
        actor=by,
        at=at,
        before=before,
        after={"expected_on": day.isoformat(), "sells_online": sells_online},
        reason=reason.strip()[:200],
    )
    if moved:
        _tell(topic=MOVED, row=row, references=references, at=at)
    return moved


@transaction.atomic
def call_off(*, inbound_id: int, reason: str, at: datetime, by: str) -> int:
    """
    Say that what is still expected does not come; return how many promised units that leaves without goods.

    What nobody was promised is taken off at once; for the rest inbound.called_off is published, and other goods are
    found for whoever was promised it. Locks the levels. Audited. Raises NotOnItsWay, ReasonMissing.
    """
    row = _open(inbound_id)
    if not reason.strip():
        raise ReasonMissing
    levels = ledger.lock_location(location_id=row.pk)
    Inbound.objects.filter(pk=row.pk).update(is_active=False)
    _take_off(levels=levels, reference=row.name, reason=reason.strip()[:200], by=by, at=at)
    publication.mark_availability(product_ids=sorted({level.product_id for level in levels}), at=at)
    promised = sum(level.reserved for level in levels)
    audit.record(
        action="inbound.call_off",
        target=audit.target_of(model="partner.inbound", pk=row.pk),
        actor=by,
        at=at,
        after={"promised": promised},
        reason=reason.strip()[:200],
    )
    outbox.publish(topic=CALLED_OFF, key=row.name, payload={"inbound_id": row.pk}, at=at)
    return promised


def plan(*, inbound_id: int, reference: str, day: date) -> int:
    """Write the day on which what a reference was promised leaves now; return how many promises. One statement."""
    rows = Reservation.objects.filter(level__location_id=inbound_id, reference=reference, state=ReservationState.HELD)
    return rows.update(ships_on=day)


def stop_late(*, today: date, at: datetime) -> int:
    """
    Promise nothing more of what should have come before today; return how many deliveries that stopped. Repeatable.

    Somebody gives them a new day or calls them off; what was promised stays promised meanwhile.
    """
    stopped = 0
    for row in Inbound.objects.filter(is_active=True, sells_online=True, expected_on__lt=today):
        with transaction.atomic():
            stopped += Inbound.objects.filter(pk=row.pk, sells_online=True).update(sells_online=False)
            _seen(row=row, at=at)
    return stopped


@transaction.atomic
def clear_called_off(*, inbound_id: int, at: datetime) -> int:
    """Take off what is on nobody's account of goods that were called off; return the units. Repeatable."""
    levels = ledger.lock_location(location_id=inbound_id)
    row = Inbound.objects.get(pk=inbound_id)
    if row.is_active:
        return 0
    return _take_off(levels=levels, reference=row.name, reason="called off", by=BY, at=at)


def _make(
    *,
    location_id: int,
    quantities: Mapping[int, int],
    expected_on: date,
    reference: str,
    sells_online: bool,
    percent: int,
    today: date,
    at: datetime,
    by: str,
) -> Inbound:
    reference = reference.strip()
    if not quantities or not reference:
        raise NothingNamed
    for units in quantities.values():
        check_units(units, lowest=1)
    if expected_on < today:
        raise DayIsOver(day=expected_on)
    if not 0 <= percent <= MAX_PERCENT:
        raise QuantityOutOfRange(quantity=percent)
    hub = Location.objects.exclude(kind=LocationKind.INBOUND).get(pk=location_id)
    ensure_stock_records(product_ids=sorted(quantities))
    try:
        with transaction.atomic():
            row = Inbound.objects.create(
                code=f"in-{slugify(reference)}"[:40],
                name=reference[:120],
                kind=LocationKind.INBOUND,
                country=hub.country,
                arrives_at=hub,
                expected_on=expected_on,
                sells_online=sells_online,
                share_percent=percent,
            )
    except IntegrityError as error:
        raise AlreadyAnnounced(reference=reference) from error
    audit.record(
        action="inbound.announce",
        target=audit.target_of(model="partner.inbound", pk=row.pk),
        actor=by,
        at=at,
        after={
            "reference": row.name,
            "arrives_at": hub.code,
            "expected_on": expected_on.isoformat(),
            "units": sum(quantities.values()),
            "sells_online": sells_online,
            "share_percent": percent,
        },
    )
    return row


def _open(inbound_id: int) -> Inbound:
    row = Inbound.objects.get(pk=inbound_id)
    if not row.is_active:
        raise NotOnItsWay(reference=row.name)
    return row


def _oldest_first(
    *, levels: Mapping[int, ledger.LockedLevel], units: Mapping[int, int]
) -> list[tuple[Reservation, int]]:
    """Which promises the units that came keep: those made first, each with its units."""
    by_level = {level.id: units[product] for product, level in levels.items()}
    rows = Reservation.objects.filter(level_id__in=by_level, state=ReservationState.HELD).order_by("created_at", "id")
    kept = []
    for promise in rows:
        count = min(by_level[promise.level_id], promise.quantity)
        if count:
            kept.append((promise, count))
            by_level[promise.level_id] -= count
    return kept


def _move(*, deltas: Mapping[ledger.LockedLevel, int], reference: str, by: str, at: datetime) -> None:
    changes = [ledger.Change(level_id=level.id, on_hand=delta) for level, delta in deltas.items() if delta]
    if changes:
        ledger.write_changes(changes=changes, kind=MovementKind.ARRIVE, reference=reference, reason="", by=by, at=at)


def _take_off(*, levels: Sequence[ledger.LockedLevel], reference: str, reason: str, by: str, at: datetime) -> int:
    gone = {level: level.reserved - level.on_hand for level in levels if level.on_hand > level.reserved}
    write_deltas(deltas=gone, kind=MovementKind.CORRECT, reference=reference, reason=reason, by=by, at=at)
    return -sum(gone.values())


def _end_when_empty(*, row: Inbound) -> None:
    if not StockLevel.objects.filter(location_id=row.pk, on_hand__gt=0).exists():
        Inbound.objects.filter(pk=row.pk).update(is_active=False)


def _seen(*, row: Inbound, at: datetime) -> None:
    products = StockLevel.objects.filter(location_id=row.pk).values_list("product_id", flat=True)
    publication.mark_availability(product_ids=sorted(products), at=at)


def _tell(*, topic: str, row: Inbound, references: Sequence[str], at: datetime) -> None:
    for reference in dict.fromkeys(references):
        payload = {"inbound_id": row.pk, "reference": reference}
        outbox.publish(topic=topic, key=reference, payload=payload, at=at)
