"""Reads of fulfilments."""

from datetime import datetime

from django.db.models import QuerySet

from apps.inventory.enums import ReservationState
from apps.inventory.models import Reservation
from apps.orders.enums import FulfilmentState
from apps.orders.models import Fulfilment

_TO_SHIP = (FulfilmentState.NEW, FulfilmentState.PICKED)


def promised(*, number: str) -> list[tuple[int, int, int]]:
    """Return what is held for an order: (product id, location id, units), in the order it was promised."""
    rows = Reservation.objects.filter(reference=f"order:{number}", state=ReservationState.HELD).order_by("id")
    return list(rows.values_list("level__product_id", "level__location_id", "quantity"))


def unshipped(*, order_id: int) -> QuerySet[Fulfilment]:
    """Return an order's fulfilments that have not left yet."""
    return Fulfilment.objects.filter(order_id=order_id, state__in=_TO_SHIP)


def undelivered(*, order_id: int) -> QuerySet[Fulfilment]:
    """Return an order's fulfilments that have not arrived, cancelled ones left out."""
    return Fulfilment.objects.filter(order_id=order_id, state__in=(*_TO_SHIP, FulfilmentState.SHIPPED))


def to_ship(*, location_id: int | None = None) -> QuerySet[Fulfilment]:
    """Return what is to be picked and shipped, most urgent first, with order and location."""
    rows = Fulfilment.objects.filter(state__in=_TO_SHIP).select_related("order", "location")
    if location_id is not None:
        rows = rows.filter(location_id=location_id)
    return rows.order_by("due_at", "id")


def overdue(*, at: datetime) -> QuerySet[Fulfilment]:
    """Return what should have left before `at`, oldest first: the deadline of a fulfilment."""
    return to_ship().filter(due_at__lt=at)


def parcels(*, order_id: int) -> list[Fulfilment]:
    """Return an order's shipped and delivered fulfilments for the tracking page, first shipped first."""
    states = (FulfilmentState.SHIPPED, FulfilmentState.DELIVERED)
    rows = Fulfilment.objects.filter(order_id=order_id, state__in=states)
    return list(rows.prefetch_related("lines__line").order_by("shipped_at", "id"))
