"""
Make goods ready in the store the shopper comes to, hand them over, and give up what nobody fetches.

Handing over is what shipping and delivering are for a parcel, in one transaction: the goods leave the stock, are
invoiced and charged when they change hands. Lock order: stock levels, order, payments, fulfilments.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from hmac import compare_digest

import structlog
from django.db import transaction

from apps.core import audit, locks, outbox, ratelimit
from apps.core.errors import Refusal
from apps.markets.queries import market_by_code
from apps.orders import delivery, tokens, transitions
from apps.orders.collection.errors import NotCollected, NotHere, TooManyCodes, WrongCode
from apps.orders.enums import NOT_COLLECTED, FulfilmentState
from apps.orders.fulfilment import operations as fulfilment
from apps.orders.models import Fulfilment, Order
from apps.orders.returns import unsent

logger = structlog.get_logger(__name__)
BY = "system:orders.collection"
READY = "fulfilment.ready"
KEEP_DAYS = 7
"""So long goods are kept ready where the way of delivery is no longer offered."""
WRONG_CODES = 5
MOST = 200


@transaction.atomic
def make_ready(*, fulfilment_id: int, by: str, at: datetime) -> datetime:
    """
    Say that goods lie ready for the shopper in their store; return until when they are kept.

    That is the end of the last of the method's `keep_days`, in the market's time. Locks order, then fulfilment.
    Publishes fulfilment.ready, by which the shopper is told where, until when and with which code. Raises NotCollected,
    NotHere, IllegalMove.
    """
    order_id = Fulfilment.objects.values_list("order_id", flat=True).get(pk=fulfilment_id)
    rows = Order.objects.select_related("market", "collect_at").filter(pk=order_id)
    order = locks.lock_row(queryset=rows, rank=locks.Rank.ORDER)
    row = locks.lock_row(queryset=Fulfilment.objects.filter(pk=fulfilment_id), rank=locks.Rank.FULFILMENT)
    if order.collect_at is None:
        raise NotCollected(number=order.number)
    if row.location_id != order.collect_at_id:
        raise NotHere(number=order.number, store=order.collect_at.name)
    until = _kept_until(order=order, at=at)
    transitions.move_fulfilment(
        fulfilment_id=row.pk,
        to=FulfilmentState.READY,
        by=by,
        at=at,
        changes={"ready_at": at, "due_at": until},
        locked=row,
    )
    outbox.publish(topic=READY, key=order.number, payload={"order_id": order.pk, "fulfilment_id": row.pk}, at=at)
    return until


def hand_over(*, fulfilment_id: int, code: str, by: str, at: datetime, units: Mapping[int, int] | None = None) -> int:
    """
    Give ready goods to whoever shows the order's code; return the fulfilment that was fetched.

    units: only these (line id → units); the rest stays ready. by: "user:id". A wrong code is audited and counts: after
    WRONG_CODES within an hour not even the right one is taken. Takes the goods out of stock; locks stock, order,
    fulfilment. Publishes order.shipped, as for a parcel, and order.delivered with the last goods. Raises WrongCode,
    TooManyCodes, NotCollected, NothingNamed, TooManyNamed, ChangedMeanwhile, IllegalMove (not ready, fetched before).
    """
    row = Fulfilment.objects.select_related("order__market", "location").get(pk=fulfilment_id)
    if row.order.collect_at_id is None:
        raise NotCollected(number=row.order.number)
    if row.state != FulfilmentState.READY:
        raise transitions.IllegalMove(
            what="fulfilment", old=row.get_state_display(), new=FulfilmentState.DELIVERED.label
        )
    _check_code(row=row, code=code, by=by, at=at)
    return _hand_over(fulfilment_id=fulfilment_id, units=units, by=by, at=at)


@locks.retry_on_conflict()
@transaction.atomic
def _hand_over(*, fulfilment_id: int, units: Mapping[int, int] | None, by: str, at: datetime) -> int:
    row = Fulfilment.objects.select_related("order__market", "location").get(pk=fulfilment_id)
    fetched, order = fulfilment.leave(row=row, units=units, changes={}, reason="collected", by=by, at=at)
    fulfilment.arrive(order=order, fulfilment_id=fetched, by=by, at=at)
    return fetched


def give_up_overdue(*, at: datetime) -> int:
    """Put back and pay back what nobody fetched in time; return how many. Safe to repeat; each by itself."""
    due = Fulfilment.objects.filter(state=FulfilmentState.READY, due_at__lt=at).order_by("due_at", "id")
    ended = 0
    for pk in due.values_list("pk", flat=True)[:MOST]:
        try:
            unsent.give_up(fulfilment_id=pk, reason=NOT_COLLECTED, by=BY, at=at)
            ended += 1
        except Refusal as refusal:  # fetched this moment, or a person is at it: the next turn looks again
            logger.warning("uncollected_not_given_up", fulfilment=pk, refusal=refusal.code)
    return ended


def _check_code(*, row: Fulfilment, code: str, by: str, at: datetime) -> None:
    """Refuse a wrong code, and any after too many wrong ones. Outside any transaction: a refusal stays counted."""
    who = row.order.number
    if not ratelimit.hit(name="collect", subject=who, limit=WRONG_CODES, window_s=3600, at=at, cost=0).allowed:
        raise TooManyCodes
    typed = "".join(code.split()).encode()
    if compare_digest(typed, tokens.collect_code(row.order.number).encode()):
        return
    ratelimit.hit(name="collect", subject=who, limit=WRONG_CODES, window_s=3600, at=at)
    audit.record(
        action="fulfilment.wrong_code",
        target=audit.target_of(model="order.fulfilment", pk=row.pk),
        actor=by,
        at=at,
    )
    raise WrongCode


def _kept_until(*, order: Order, at: datetime) -> datetime:
    market = market_by_code(code=order.market.code)
    method = delivery.method_of(market=market, code=order.shipping_code)
    days = method.keep_days if method else KEEP_DAYS
    last = at.astimezone(market.time_zone).date() + timedelta(days=days)
    return datetime.combine(last, time(23, 59), tzinfo=market.time_zone)
