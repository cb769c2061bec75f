"""Make fulfilments: one per location that promised goods. Lock order: stock levels, then order, then fulfilments."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from apps.core import locks, outbox
from apps.inventory.enums import LocationKind
from apps.inventory.models import Location
from apps.inventory.sourcing.data import Parcel
from apps.markets.queries import market_by_code
from apps.orders import transitions
from apps.orders.enums import FulfilmentState, OrderState
from apps.orders.fulfilment import queries
from apps.orders.fulfilment.errors import NothingReserved
from apps.orders.models import Fulfilment, FulfilmentLine, Line, Order

BY = "system:orders.fulfilment"
TO_PARTNER = "fulfilment.to_partner"
STOP_PARTNER = "fulfilment.stop_partner"
_SATURDAY = 5


@dataclass(slots=True)
class Open:
    """Units of an order line that have no place yet."""

    line_id: int
    product_id: int | None
    units: int


@transaction.atomic
def create_fulfilments(*, order_id: int, at: datetime, by: str = BY) -> list[int]:
    """
    Make one fulfilment per location that promised goods to a confirmed order; return their ids.

    Safe to repeat: an order that has its fulfilments is left alone, and so is one that was cancelled before the news
    of its confirmation came here. Locks the order. Publishes fulfilment.to_partner for what a logistics partner sends.
    Raises NothingReserved when the promises do not cover the order's lines, IllegalMove when it is not confirmed.
    """
    order = locks.lock_row(queryset=Order.objects.select_related("market").filter(pk=order_id), rank=locks.Rank.ORDER)
    if order.state == OrderState.CANCELLED:
        return []
    known = list(Fulfilment.objects.filter(order_id=order_id).order_by("pk").values_list("pk", flat=True))
    if known:
        return known
    lines = list(Line.objects.filter(order_id=order_id).order_by("position", "id"))
    left = [Open(line.pk, line.product_id, line.quantity) for line in lines]
    made = []
    for promised in queries.promised(number=order.number):
        units = take(left, promised.units)
        made.append(
            make_one(order=order, location_id=promised.location_id, units=units, day=promised.ships_on, at=at, by=by)
        )
    missing = sum(each.units for each in left)
    if missing or not lines:
        ordered = sum(line.quantity for line in lines)
        raise NothingReserved(number=order.number, promised=ordered - missing, ordered=ordered)
    transitions.move_order(order_id=order_id, to=OrderState.IN_FULFILMENT, by=by, at=at)
    return [fulfilment.pk for fulfilment in made]


def make_parcels(
    *,
    order: Order,
    parcels: Iterable[Parcel],
    left: Sequence[Open],
    origin: Fulfilment,
    hop: int,
    by: str,
    at: datetime,
) -> list[Fulfilment]:
    """Make a fulfilment per parcel of a decision for lines of an order that is locked; `left` loses what they carry."""
    return [
        make_one(
            order=order,
            location_id=parcel.location_id,
            units=take(left, parcel.units),
            day=parcel.ships_on,
            origin=origin,
            hop=hop,
            by=by,
            at=at,
        )
        for parcel in parcels
    ]


def make_one(
    *,
    order: Order,
    location_id: int | None,
    units: Mapping[int, int],
    day: date | None,
    by: str,
    at: datetime,
    origin: Fulfilment | None = None,
    hop: int = 0,
    state: str = FulfilmentState.NEW,
    waits_until: datetime | None = None,
    due_at: datetime | None = None,
    part_of: Fulfilment | None = None,
) -> Fulfilment:
    """
    Make a fulfilment of an order that is locked, with units by line, to leave on a day; tell a partner of it.

    Goods on their way are expected, not to be picked.
    part_of: the fulfilment it was part of; where a partner has that one already, or it lies ready, so does this one.
    """
    sent = part_of if part_of is not None and part_of.sent_at is not None else None
    kind, partner = "", ""
    if location_id is not None:
        kind, partner = Location.objects.values_list("kind", "partner").get(pk=location_id)
    if kind == LocationKind.INBOUND:
        state = FulfilmentState.EXPECTED
    made = Fulfilment.objects.create(
        order=order,
        location_id=location_id,
        origin=origin,
        hop=hop,
        state=state,
        created_at=at,
        due_at=due_at or due_of(order=order, day=day, at=at),
        waits_until=waits_until,
        sent_at=sent.sent_at if sent else None,
        acknowledged_at=sent.acknowledged_at if sent else None,
        partner_reference=sent.partner_reference if sent else "",
        ready_at=part_of.ready_at if part_of else None,
    )
    FulfilmentLine.objects.bulk_create(
        [FulfilmentLine(fulfilment=made, line_id=line_id, quantity=count) for line_id, count in sorted(units.items())]
    )
    transitions.note_birth(machine=transitions.FULFILMENT, row=made, order_id=order.pk, by=by, at=at)
    if sent is None and partner:
        outbox.publish(topic=TO_PARTNER, key=order.number, payload={"fulfilment_id": made.pk}, at=at)
    return made


def take(left: Sequence[Open], units: Mapping[int, int]) -> dict[int, int]:
    """Take units of products from the lines that still need them, first line first; return units by line."""
    taken: dict[int, int] = defaultdict(int)
    for product_id, wanted in units.items():
        count = wanted
        for line in left:
            part = min(count, line.units) if line.product_id == product_id else 0
            if part:
                taken[line.line_id] += part
                line.units -= part
                count -= part
    return dict(taken)


def due_of(*, order: Order, day: date | None, at: datetime) -> datetime:
    """The end of the day the goods were planned to leave; of the next working day when that day is over."""
    zone = market_by_code(code=order.market.code).time_zone
    today = at.astimezone(zone).date()
    promised = order.delivery_promise.get("ships_on", "")
    planned = day or (date.fromisoformat(promised) if promised else today)
    if planned < today:
        planned = today + timedelta(days=1)
        while planned.weekday() >= _SATURDAY:
            planned += timedelta(days=1)
    return datetime.combine(planned, time(23, 59), tzinfo=zone)
