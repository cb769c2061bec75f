"""Writes of fulfilments. Lock order: stock levels, then order, then fulfilment."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from http import HTTPStatus
from urllib.parse import quote

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, locks, outbox
from apps.core.errors import Refusal
from apps.inventory import operations as inventory
from apps.markets.queries import market_by_code
from apps.orders import transitions
from apps.orders.enums import FulfilmentState, OrderState
from apps.orders.fulfilment import queries
from apps.orders.models import DeliveryMethod, Fulfilment, FulfilmentLine, Line, Order

BY = "system:orders.fulfilment"
_SATURDAY = 5


class NothingReserved(Refusal):
    """A confirmed order without the goods promised to it. Parameters: number."""

    code = "fulfilment.nothing_reserved"
    message = _("Order %(number)s has %(promised)s of %(ordered)s units reserved.")
    http_status = HTTPStatus.CONFLICT


class TrackingMissing(Refusal):
    """A parcel leaves with a carrier's name and a code."""

    code = "fulfilment.tracking_missing"
    message = _("Please give the carrier and the tracking code.")


@transaction.atomic
def create_fulfilments(*, order_id: int, at: datetime, by: str = BY) -> list[int]:
    """
    Make one fulfilment per location that promised goods to a confirmed order; return their ids.

    Safe to repeat: an order that has its fulfilments is left alone, and so is one that was cancelled before the news
    of its confirmation came here. Locks the order. Raises NothingReserved when the promises do not cover the order's
    lines, IllegalMove when it is not confirmed.
    """
    order = locks.lock_row(queryset=Order.objects.select_related("market").filter(pk=order_id), rank=locks.Rank.ORDER)
    if order.state == OrderState.CANCELLED:
        return []
    known = list(Fulfilment.objects.filter(order_id=order_id).order_by("pk").values_list("pk", flat=True))
    if known:
        return known
    plan = _plan(order=order)
    made = [_create(order=order, location_id=location_id, lines=lines, at=at, by=by) for location_id, lines in plan]
    transitions.move_order(order_id=order_id, to=OrderState.IN_FULFILMENT, by=by, at=at)
    return made


def pick(*, fulfilment_id: int, by: str, at: datetime) -> None:
    """Say that the goods of a fulfilment are picked. Locks the fulfilment. Raises IllegalMove."""
    transitions.move_fulfilment(fulfilment_id=fulfilment_id, to=FulfilmentState.PICKED, by=by, at=at)


@locks.retry_on_conflict()
@transaction.atomic
def ship(*, fulfilment_id: int, carrier: str, tracking_code: str, by: str, at: datetime) -> None:
    """
    Let the goods of a fulfilment leave with a carrier. The order is shipped when all its fulfilments are.

    by: "user:id", audited. Takes the goods out of stock. Locks stock, order, fulfilment. Publishes order.shipped,
    once per fulfilment. Raises TrackingMissing, IllegalMove (shipped already, cancelled).
    """
    carrier, tracking_code = carrier.strip(), tracking_code.strip()
    if not carrier or not tracking_code:
        raise TrackingMissing
    fulfilment = Fulfilment.objects.select_related("order__market").get(pk=fulfilment_id)
    order = fulfilment.order
    inventory.ship(reference=f"order:{order.number}", location_id=fulfilment.location_id, at=at, by=by)
    locked = locks.lock_row(queryset=Order.objects.filter(pk=order.pk), rank=locks.Rank.ORDER)
    link = _tracking_url(order=order, code=tracking_code)
    transitions.move_fulfilment(
        fulfilment_id=fulfilment_id,
        to=FulfilmentState.SHIPPED,
        by=by,
        at=at,
        reason=f"{carrier} {tracking_code}",
        changes={"carrier": carrier[:60], "tracking_code": tracking_code[:80], "tracking_url": link, "shipped_at": at},
    )
    if not queries.unshipped(order_id=order.pk).exists():
        transitions.move_order(order_id=order.pk, to=OrderState.SHIPPED, by=by, at=at, locked=locked)
    outbox.publish(
        topic="order.shipped",
        key=order.number,
        payload={"order_id": order.pk, "fulfilment_id": fulfilment_id},
        at=at,
    )


@transaction.atomic
def deliver(*, fulfilment_id: int, by: str, at: datetime) -> None:
    """
    Say that the goods of a fulfilment arrived. The order is delivered when all are.

    Locks order, then fulfilment. Publishes order.delivered when the whole order is. Raises IllegalMove.
    """
    order_id = Fulfilment.objects.values_list("order_id", flat=True).get(pk=fulfilment_id)
    order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    transitions.move_fulfilment(
        fulfilment_id=fulfilment_id, to=FulfilmentState.DELIVERED, by=by, at=at, changes={"delivered_at": at}
    )
    if not queries.undelivered(order_id=order_id).exists():
        transitions.move_order(order_id=order_id, to=OrderState.DELIVERED, by=by, at=at, locked=order)
        outbox.publish(topic="order.delivered", key=order.number, payload={"order_id": order_id}, at=at)


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


def _plan(*, order: Order) -> list[tuple[int, list[tuple[int, int]]]]:
    """Spread the promised units over the order's lines: per location, (line id, units)."""
    promised = queries.promised(number=order.number)
    lines = list(Line.objects.filter(order_id=order.pk).order_by("position", "id"))
    ordered = sum(line.quantity for line in lines)
    left = {line.pk: line.quantity for line in lines}
    plan: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for product_id, location_id, quantity in promised:
        units = quantity
        for line in lines:
            take = min(units, left[line.pk]) if line.product_id == product_id else 0
            if take:
                plan[location_id][line.pk] += take
                left[line.pk] -= take
                units -= take
    if any(left.values()) or not lines:
        raise NothingReserved(number=order.number, promised=ordered - sum(left.values()), ordered=ordered)
    return [(location_id, sorted(taken.items())) for location_id, taken in sorted(plan.items())]


def _create(*, order: Order, location_id: int, lines: list[tuple[int, int]], at: datetime, by: str) -> int:
    fulfilment = Fulfilment.objects.create(
        order=order, location_id=location_id, created_at=at, due_at=_due_at(order=order, at=at)
    )
    FulfilmentLine.objects.bulk_create(
        [FulfilmentLine(fulfilment=fulfilment, line_id=line_id, quantity=units) for line_id, units in lines]
    )
    transitions.note_birth(machine=transitions.FULFILMENT, row=fulfilment, order_id=order.pk, by=by, at=at)
    return int(fulfilment.pk)


def _due_at(*, order: Order, at: datetime) -> datetime:
    """The end of the day the goods were promised to leave; of the next working day when that day is over."""
    zone = market_by_code(code=order.market.code).time_zone
    today = at.astimezone(zone).date()
    promised = order.delivery_promise.get("ships_on", "")
    day = datetime.fromisoformat(promised).date() if promised else today
    if day < today:
        day = today + timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    return datetime.combine(day, time(23, 59), tzinfo=zone)


def _tracking_url(*, order: Order, code: str) -> str:
    template = (
        DeliveryMethod.objects.filter(market_id=order.market_id, code=order.shipping_code)
        .values_list("tracking_url_template", flat=True)
        .first()
    )
    return template.replace("{code}", quote(code, safe="")) if template else ""
