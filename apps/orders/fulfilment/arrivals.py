"""
Goods on their way that an order was promised: they arrive, come later, or do not come.

Stock moves first, in a transaction of its own; what follows here is asked of the promises as they are, so a repeated or
late message changes nothing. Lock order: order, then fulfilments.
"""

from datetime import date, datetime

import structlog
from django.db import transaction
from django.db.models import Sum

from apps.core import locks
from apps.core.errors import Refusal
from apps.inventory import inbound
from apps.inventory.enums import LocationKind, ReservationState
from apps.inventory.models import Inbound, Reservation
from apps.markets.queries import market_by_code
from apps.orders import sourcing, transitions
from apps.orders.enums import FulfilmentState, RejectReason
from apps.orders.fulfilment import queries, rerouting
from apps.orders.fulfilment.making import Open, due_of, make_one, take
from apps.orders.fulfilment.promise import keep_promise
from apps.orders.models import Fulfilment, Order

logger = structlog.get_logger(__name__)
BY = "system:orders.arrivals"
PREFIX = "order:"


@locks.retry_on_conflict()
@transaction.atomic
def take_over(*, reference: str, inbound_id: int, at: datetime) -> list[int]:
    """
    Make fulfilments at the location goods came to, for what an order expected and now holds there; return their ids.

    What is still to come stays expected. An order without fulfilments yet is left alone: making them looks at where the
    promises are. Repeatable. Locks order, fulfilments. Publishes order.promise_moved when the day moved.
    """
    order = _order(reference)
    hub_id = Inbound.objects.values_list("arrives_at_id", flat=True).get(pk=inbound_id)
    if order is None:
        return []
    left = _held(reference=reference, inbound_id=inbound_id)
    made = []
    for row in _expected(order_id=order.pk, inbound_id=inbound_id):
        lines = list(row.lines.select_related("line").order_by("line__position", "id"))
        open_units = [Open(line.line_id, line.line.product_id, line.quantity) for line in lines]
        still = take(open_units, {product: units for product, units in left.items() if units})
        for line in lines:
            if line.line.product_id in left:
                left[line.line.product_id] -= still.get(line.line_id, 0)
        came = {each.line_id: each.units for each in open_units if each.units}
        if not came:
            continue
        day = _day(reference=reference, location_id=hub_id)
        made.append(
            make_one(order=order, location_id=hub_id, units=came, day=day, origin=row, hop=row.hop, by=BY, at=at).pk
        )
        if still:
            make_one(
                order=order,
                location_id=inbound_id,
                units=still,
                day=None,
                due_at=row.due_at,
                origin=row,
                hop=row.hop,
                by=BY,
                at=at,
            )
        transitions.move_fulfilment(fulfilment_id=row.pk, to=FulfilmentState.REPLACED, by=BY, at=at, locked=row)
    if made:
        keep_promise(order=order, at=at)
    return made


@locks.retry_on_conflict()
@transaction.atomic
def put_off(*, reference: str, inbound_id: int, at: datetime) -> bool:
    """
    Write the day on which an order's expected goods leave now; return whether the shopper is to be told.

    Repeatable. Locks order, fulfilments. Publishes order.promise_moved when they arrive later than promised.
    """
    known = Order.objects.select_related("market").filter(number=reference.removeprefix(PREFIX)).first()
    place = Inbound.objects.get(pk=inbound_id)
    if known is None or place.expected_on is None:
        return False
    market = market_by_code(code=known.market.code)
    day = sourcing.leaves_after(market=market, hub_id=place.arrives_at_id, expected_on=place.expected_on, at=at)
    # An order that is not paid yet has no fulfilments: they are made with the day its promises name.
    inbound.plan(inbound_id=inbound_id, reference=reference, day=day)
    order = _order(reference)
    if order is None:
        return False
    rows = _expected(order_id=order.pk, inbound_id=inbound_id)
    for row in rows:
        Fulfilment.objects.filter(pk=row.pk).update(due_at=due_of(order=order, day=day, at=at))
    return keep_promise(order=order, at=at) if rows else False


def reroute_called_off(*, at: datetime, inbound_id: int | None = None) -> int:
    """
    Find other goods for what was promised of deliveries that do not come; return how many fulfilments that moved.

    Repeatable, and repeated: orders that were not paid yet get their fulfilments later. Where no rule finds goods they
    wait, and a person decides.
    """
    rows = Fulfilment.objects.filter(
        state=FulfilmentState.EXPECTED, location__kind=LocationKind.INBOUND, location__is_active=False
    )
    if inbound_id is not None:
        rows = rows.filter(location_id=inbound_id)
    moved = 0
    for row in rows.order_by("id"):
        try:
            rerouting.reject(
                fulfilment_id=row.pk,
                units=dict(row.lines.values_list("line_id", "quantity")),
                reason=RejectReason.NOT_COMING,
                note="",
                by=BY,
                at=at,
            )
            moved += 1
        except Refusal as refusal:
            logger.warning("called_off_not_rerouted", fulfilment=row.pk, refusal=refusal.code)
    ended = Inbound.objects.filter(is_active=False, levels__on_hand__gt=0).distinct()
    for place in ended.values_list("pk", flat=True):
        inbound.clear_called_off(inbound_id=place, at=at)
    return moved


def _order(reference: str) -> Order | None:
    """The order of a reference under its lock; None for a basket's hold, which has no fulfilments."""
    if not reference.startswith(PREFIX):
        return None
    rows = Order.objects.select_related("market").filter(number=reference.removeprefix(PREFIX))
    return locks.lock_row(queryset=rows, rank=locks.Rank.ORDER)


def _expected(*, order_id: int, inbound_id: int) -> list[Fulfilment]:
    rows = Fulfilment.objects.filter(order_id=order_id, location_id=inbound_id, state=FulfilmentState.EXPECTED)
    return list(locks.lock_rows(queryset=rows, rank=locks.Rank.FULFILMENT))


def _held(*, reference: str, inbound_id: int) -> dict[int, int]:
    """Units by product that are promised to a reference and still on their way."""
    rows = Reservation.objects.filter(reference=reference, level__location_id=inbound_id, state=ReservationState.HELD)
    return {
        product: int(units)
        for product, units in rows.values_list("level__product_id").annotate(Sum("quantity")).order_by()
    }


def _day(*, reference: str, location_id: int | None) -> date | None:
    """The day a location plans to hand over what it holds for a reference."""
    number = reference.removeprefix(PREFIX)
    return next((each.ships_on for each in queries.promised(number=number) if each.location_id == location_id), None)
