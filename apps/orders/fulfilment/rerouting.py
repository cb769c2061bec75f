"""
A location says no: its stock is put right, the goods are sourced anew within the rules, and the promise is kept or the
shopper is told. Lock order: stock levels and capacities, then order, then fulfilments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from apps.core import audit, locks, outbox
from apps.core.money import Money
from apps.inventory import operations as inventory
from apps.inventory.enums import DecisionCause
from apps.inventory.sourcing import operations as stock
from apps.inventory.sourcing import queries as reads
from apps.inventory.sourcing.data import Decision, Wanted
from apps.inventory.sourcing.queries import Request
from apps.markets.queries import market_by_code
from apps.orders import delivery, sourcing, transitions
from apps.orders.enums import (
    ENDED_FULFILMENTS,
    IN_HAND,
    REJECT_EFFECTS,
    FulfilmentState,
    StockEffect,
)
from apps.orders.fulfilment import queries
from apps.orders.fulfilment.errors import ChangedMeanwhile, NotWaiting, WithPartner
from apps.orders.fulfilment.making import STOP_PARTNER, Open, make_one, make_parcels
from apps.orders.fulfilment.operations import named_units
from apps.orders.fulfilment.promise import keep_promise
from apps.orders.fulfilment.units import by_product
from apps.orders.models import Fulfilment, FulfilmentLine, Line, Order, Rejection

MOST_HOPS = 3
"""So often goods are re-routed by themselves; after that a person decides (requirement DOM-4)."""
REJECTABLE = (FulfilmentState.EXPECTED, *IN_HAND)
DECIDE_WITHIN = timedelta(days=1)
"""So soon a person decides about goods that no rule places."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """What became of rejected goods: fulfilments that stand in, and the one that waits, as ids."""

    made: tuple[int, ...]
    waiting: int | None
    promise_moved: bool


@locks.retry_on_conflict()
@transaction.atomic
def reject(*, fulfilment_id: int, units: Mapping[int, int], reason: str, note: str, by: str, at: datetime) -> Rerouted:
    """Reject goods as `reject_within` says, in a transaction of its own."""
    return reject_within(fulfilment_id=fulfilment_id, units=units, reason=reason, note=note, by=by, at=at)


def reject_within(
    *,
    fulfilment_id: int,
    units: Mapping[int, int],
    reason: str,
    note: str,
    by: str,
    at: datetime,
    partner_says: bool = False,
) -> Rerouted:
    """
    Say that a location does not send units of its lines (line id → units); have others send them.

    reason: a RejectReason, whose effect on the shelf is written as a correction. Locations that rejected goods of this
    order are not asked for it again; after MOST_HOPS rejections, or where no rule finds goods, they wait. by: "user:id"
    or a part of the system; audited. Locks stock, order, fulfilment. Publishes order.promise_moved when goods arrive
    later than promised. partner_says: it is the logistics partner's own no; without, what a partner has is taken from
    it whole or not at all, by asking it to stop (published). Raises NothingNamed, TooManyNamed, ChangedMeanwhile,
    WithPartner, IllegalMove (left, or ended); then nothing is written.
    """
    row = Fulfilment.objects.select_related("order__market", "location").get(pk=fulfilment_id)
    carried = {line.line_id: line for line in row.lines.select_related("line").order_by("line__position", "id")}
    units = named_units(lines=carried, units=units)
    lines = [line for line_id, line in carried.items() if line_id in units]
    location = row.location
    if location is None or row.state not in REJECTABLE:
        raise transitions.IllegalMove(
            what="fulfilment", old=row.get_state_display(), new=FulfilmentState.REJECTED.label
        )
    products = by_product(lines=lines, units=units)
    reference = f"order:{row.order.number}"
    # All levels of these products at once and in order: whoever places an order over them locks them the same way.
    inventory.lock_products(product_ids=sorted(products))
    given = inventory.release(
        reference=reference,
        location_id=location.pk,
        units=products,
        at=at,
        by=by,
        reason=str(reason),
        keeps_days=True,
    )
    if sum(each.quantity for each in given) != sum(products.values()):
        # Goods on their way arrived this moment and took their promise along.
        raise ChangedMeanwhile(number=row.order.number)
    deltas = _put_right(row=row, products=products, reason=reason, by=by, at=at)
    excluded = queries.said_no(order_id=row.order_id) | {location.pk}
    hop = row.hop + 1
    decision = None
    if hop <= MOST_HOPS:
        request = _request(
            order=row.order,
            products=products,
            lines=lines,
            excluded=excluded,
            parcels=_parcels(row=row, is_whole=units == _carried(row)),
            at=at,
        )
        decision = _source(request=request, order=row.order, cause=DecisionCause.REJECTED, by=by, at=at)
    inventory.free_days(reference=reference)
    order, locked = _lock(row)
    if locked.state not in REJECTABLE:
        raise transitions.IllegalMove(
            what="fulfilment", old=locked.get_state_display(), new=FulfilmentState.REJECTED.label
        )
    if _carried(locked) != {line_id: line.quantity for line_id, line in carried.items()}:
        raise ChangedMeanwhile(number=order.number)
    if locked.sent_at is not None and not partner_says:
        if units != _carried(locked):
            raise WithPartner
        outbox.publish(topic=STOP_PARTNER, key=str(row.pk), payload={"fulfilment_id": row.pk}, at=at)
    _write_rejection(row=locked, lines=lines, units=units, deltas=deltas, reason=reason, note=note, by=by, at=at)
    return _stand_in(
        order=order,
        origin=locked,
        left=[Open(line.line_id, line.line.product_id, units[line.line_id]) for line in lines],
        decision=decision,
        hop=hop,
        by=by,
        at=at,
    )


@locks.retry_on_conflict()
@transaction.atomic
def source_again(*, fulfilment_id: int, by: str, at: datetime) -> Rerouted:
    """
    Look for goods again for a fulfilment that waits; what is found gets its location, the rest goes on waiting.

    Safe to repeat. Locks stock, order, fulfilment. Publishes order.promise_moved when the goods arrive later than
    promised. Raises NotWaiting.
    """
    row = Fulfilment.objects.select_related("order__market").get(pk=fulfilment_id)
    if row.state != FulfilmentState.WAITING:
        raise NotWaiting(number=row.order.number)
    lines = list(row.lines.select_related("line").order_by("line__position", "id"))
    units = {line.line_id: line.quantity for line in lines}
    products = by_product(lines=lines, units=units)
    request = _request(
        order=row.order,
        products=products,
        lines=lines,
        excluded=queries.said_no(order_id=row.order_id),
        parcels=_parcels(row=row, is_whole=True),
        at=at,
    )
    # Looked for every few minutes and mostly in vain: only what would be found is locked, and kept as a decision.
    if not _would_find(request):
        return Rerouted((), row.pk, promise_moved=False)
    inventory.lock_products(product_ids=sorted(products))
    decision = _source(request=request, order=row.order, cause=DecisionCause.AGAIN, by=by, at=at)
    order, locked = _lock(row)
    if locked.state != FulfilmentState.WAITING:
        raise NotWaiting(number=order.number)
    if not decision.parcels:
        return Rerouted((), locked.pk, promise_moved=False)
    left = [Open(line.line_id, line.line.product_id, line.quantity) for line in lines]
    made = make_parcels(order=order, parcels=decision.parcels, left=left, origin=locked, hop=row.hop, by=by, at=at)
    rest = {each.line_id: each.units for each in left if each.units}
    waits = None
    if rest:
        waits = make_one(
            order=order,
            location_id=None,
            units=rest,
            day=None,
            origin=locked,
            hop=row.hop,
            state=FulfilmentState.WAITING,
            waits_until=row.waits_until,
            due_at=row.due_at,
            by=by,
            at=at,
        )
    transitions.move_fulfilment(fulfilment_id=locked.pk, to=FulfilmentState.REPLACED, by=by, at=at, locked=locked)
    moved = keep_promise(order=order, at=at)
    return Rerouted(tuple(each.pk for each in made), waits.pk if waits else None, promise_moved=moved)


def _carried(row: Fulfilment) -> dict[int, int]:
    return dict(row.lines.values_list("line_id", "quantity"))


def _put_right(*, row: Fulfilment, products: Mapping[int, int], reason: str, by: str, at: datetime) -> dict[int, int]:
    """Correct the shelf as the reason says; return the change by product, 0 or less."""
    effect = REJECT_EFFECTS[reason]
    if effect == StockEffect.UNCHANGED or row.location_id is None:
        return {}
    return inventory.take_missing(
        location_id=row.location_id,
        quantities=products,
        all_free=effect == StockEffect.NONE_LEFT,
        reference=f"order:{row.order.number}",
        reason=str(reason),
        at=at,
        by=by,
    )


def _request(
    *,
    order: Order,
    products: Mapping[int, int],
    lines: Sequence[FulfilmentLine],
    excluded: frozenset[int],
    parcels: int,
    at: datetime,
) -> Request:
    """What sourcing is asked for goods of a placed order, which may wait."""
    market = market_by_code(code=order.market.code)
    worth = {line.line.product_id: line.line for line in lines}
    return sourcing.request_for(
        market=market,
        lines=[
            Wanted(product_id, count, worth[product_id].partner_sku, _unit_minor(worth[product_id], order))
            for product_id, count in products.items()
        ],
        method=delivery.method_of(market=market, code=order.shipping_code),
        postcode=order.shipping_address.postcode if order.shipping_address else "",
        at=at,
        excluded=excluded,
        parcels_before=parcels,
        may_wait=True,
        collect_at=order.collect_at_id,
    )


def _would_find(request: Request) -> bool:
    products = [line.product_id for line in request.lines]
    free = reads.free_units(product_ids=products, market=request.market)
    busy = reads.busy_days(market=request.market, at=request.at)
    return bool(free) and bool(reads.preview(request=request, stock=free, busy=busy).parcels)


def _source(*, request: Request, order: Order, cause: str, by: str, at: datetime) -> Decision:
    return stock.source(request=request, reference=f"order:{order.number}", cause=cause, at=at, by=by)


def _parcels(*, row: Fulfilment, is_whole: bool) -> int:
    """Parcels the order has besides the goods that are sourced; one that is rejected whole makes room for another."""
    others = Fulfilment.objects.filter(order_id=row.order_id).exclude(state__in=ENDED_FULFILMENTS)
    others = others.exclude(state=FulfilmentState.WAITING)
    return others.exclude(pk=row.pk).count() if is_whole else others.count()


def _unit_minor(line: Line, order: Order) -> int:
    return Money(line.unit_price_incl_tax, order.currency).minor


def _lock(row: Fulfilment) -> tuple[Order, Fulfilment]:
    order = locks.lock_row(
        queryset=Order.objects.select_related("market").filter(pk=row.order_id), rank=locks.Rank.ORDER
    )
    locked = locks.lock_row(queryset=Fulfilment.objects.filter(pk=row.pk), rank=locks.Rank.FULFILMENT)
    return order, locked


def _write_rejection(
    *,
    row: Fulfilment,
    lines: Sequence[FulfilmentLine],
    units: Mapping[int, int],
    deltas: Mapping[int, int],
    reason: str,
    note: str,
    by: str,
    at: datetime,
) -> None:
    told: set[int] = set()
    rejections = []
    for line in lines:
        product = line.line.product_id
        delta = 0 if product in told or product is None else deltas.get(product, 0)
        told.add(product or 0)
        rejections.append(
            Rejection(
                fulfilment=row,
                line_id=line.line_id,
                quantity=units[line.line_id],
                reason=reason,
                note=note.strip()[:200],
                stock_delta=delta,
                actor=by,
                at=at,
            )
        )
    Rejection.objects.bulk_create(rejections)
    for line in lines:
        if units[line.line_id] == line.quantity:
            line.delete()
        else:
            line.quantity -= units[line.line_id]
            line.save(update_fields=["quantity"])
    if not row.lines.exists():
        transitions.move_fulfilment(
            fulfilment_id=row.pk, to=FulfilmentState.REJECTED, by=by, at=at, reason=str(reason), locked=row
        )
    audit.record(
        action="fulfilment.reject",
        target=audit.target_of(model="order.fulfilment", pk=row.pk),
        actor=by,
        at=at,
        after={"units": {str(line.line_id): units[line.line_id] for line in lines}, "stock": dict(deltas)},
        reason=f"{reason} {note.strip()}".strip()[:200],
    )


def _stand_in(
    *,
    order: Order,
    origin: Fulfilment,
    left: Sequence[Open],
    decision: Decision | None,
    hop: int,
    by: str,
    at: datetime,
) -> Rerouted:
    """Make the fulfilments that stand in for rejected goods, and one that waits for what was not found."""
    made = []
    if decision is not None:
        made = make_parcels(order=order, parcels=decision.parcels, left=left, origin=origin, hop=hop, by=by, at=at)
    rest = {each.line_id: each.units for each in left if each.units}
    waits = None
    if rest:
        until = decision.until if decision is not None else None
        waits = make_one(
            order=order,
            location_id=None,
            units=rest,
            day=None,
            origin=origin,
            hop=hop,
            state=FulfilmentState.WAITING,
            waits_until=until,
            due_at=until or at + DECIDE_WITHIN,
            by=by,
            at=at,
        )
    moved = keep_promise(order=order, at=at)
    return Rerouted(tuple(each.pk for each in made), waits.pk if waits else None, promise_moved=moved)
