"""Reads of fulfilments."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet, Sum

from apps.inventory.enums import ReservationState
from apps.inventory.models import Reservation
from apps.orders.enums import OPEN_FULFILMENTS, TO_SHIP, FulfilmentState
from apps.orders.models import Fulfilment, FulfilmentLine, Rejection


@dataclass(frozen=True, slots=True)
class Promised:
    """What one location holds for an order: units by product, and the day they are planned to leave."""

    location_id: int
    units: dict[int, int]
    ships_on: date | None


def promised(*, number: str) -> list[Promised]:
    """Return what is held for an order by each location, by the location's id. One statement."""
    rows = Reservation.objects.filter(reference=f"order:{number}", state=ReservationState.HELD).order_by("id")
    found: dict[int, Promised] = {}
    for product_id, location_id, units, day in rows.values_list(
        "level__product_id", "level__location_id", "quantity", "ships_on"
    ):
        known = found.setdefault(location_id, Promised(location_id, {}, day))
        known.units[product_id] = known.units.get(product_id, 0) + units
    return [found[location_id] for location_id in sorted(found)]


def unshipped(*, order_id: int) -> QuerySet[Fulfilment]:
    """Return an order's fulfilments that have not left yet, those that wait for goods included."""
    return Fulfilment.objects.filter(order_id=order_id, state__in=OPEN_FULFILMENTS)


def undelivered(*, order_id: int) -> QuerySet[Fulfilment]:
    """Return an order's fulfilments that have not arrived; what ended otherwise carries nothing."""
    return Fulfilment.objects.filter(order_id=order_id, state__in=(*OPEN_FULFILMENTS, FulfilmentState.SHIPPED))


def to_ship(*, location_id: int | None = None) -> QuerySet[Fulfilment]:
    """Return what is to be picked and shipped, most urgent first, with order and location."""
    rows = Fulfilment.objects.filter(state__in=TO_SHIP).select_related("order", "location")
    if location_id is not None:
        rows = rows.filter(location_id=location_id)
    return rows.order_by("due_at", "id")


def overdue(*, at: datetime) -> QuerySet[Fulfilment]:
    """Return what should have left before `at`, oldest first: the deadline of a fulfilment."""
    return to_ship().filter(due_at__lt=at)


def waiting() -> QuerySet[Fulfilment]:
    """Return what waits for goods with its order: what is to be given up soonest, then the longest waiting."""
    rows = Fulfilment.objects.filter(state=FulfilmentState.WAITING).select_related("order__market")
    # Those a person is to decide come last: however many, they keep nothing from ending at its time.
    return rows.order_by(F("waits_until").asc(nulls_last=True), "created_at", "id")


def parcels(*, order_id: int) -> list[Fulfilment]:
    """Return an order's shipped and delivered fulfilments for the tracking page, first shipped first."""
    states = (FulfilmentState.SHIPPED, FulfilmentState.DELIVERED)
    rows = Fulfilment.objects.filter(order_id=order_id, state__in=states)
    return list(rows.prefetch_related("lines__line").order_by("shipped_at", "id"))


def units_left(*, order_id: int) -> dict[int, int]:
    """Return line id → units of an order that were sent or handed over. One statement."""
    rows = FulfilmentLine.objects.filter(fulfilment__order_id=order_id, fulfilment__shipped_at__isnull=False)
    return dict(rows.values_list("line_id").annotate(units=Sum("quantity")))


def said_no(*, order_id: int) -> frozenset[int]:
    """The ids of the locations that rejected goods of an order: they are not asked for it again."""
    rows = Rejection.objects.filter(fulfilment__order_id=order_id)
    return frozenset(rows.values_list("fulfilment__location_id", flat=True))
