"""
Keep goods for a checkout, and let them go.

keep       a step of the checkout is shown: keep what is in the basket, or say until when it is kept already
let_go     the order takes its goods itself
drop       nobody needs them any more: the basket was merged into another, or the time is over
end_due    holds whose time is over
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from oscar.core.loading import get_model

from apps.core import locks
from apps.inventory import operations as inventory
from apps.inventory.enums import DecisionCause
from apps.inventory.errors import NoRuleFits, UnableToReserve
from apps.inventory.sourcing import operations as stock
from apps.inventory.sourcing.data import Wanted
from apps.inventory.sourcing.queries import network
from apps.markets.context import MarketInfo, Shop
from apps.orders import sourcing
from apps.orders.basket import rows as basket_rows
from apps.orders.basket.data import PricedBasket
from apps.orders.collection.stores import Store
from apps.orders.delivery import AT, Method
from apps.orders.errors import BasketNotFound
from apps.orders.models import StockHold
from apps.orders.models.hold import reference_of

logger = structlog.get_logger(__name__)

BY = "system:orders.holds"
# Who has not ordered after so many times has had their turn: the goods are free for others.
MOST_STARTS = 3
LIMIT = 200


def keep(
    *, shop: Shop, basket: PricedBasket, postcode: str, at: datetime, may_start: Callable[[], bool]
) -> datetime | None:
    """
    Keep a basket's goods for the market's time and return until when; None where nothing is kept for it.

    The time runs from the first step and does not begin anew when the basket or the address changes: only what is kept
    does. A hold is a courtesy: where goods are short, the rules send nothing there, the market keeps nothing or this
    basket had its MOST_STARTS turns, the checkout goes on without one, and placement asks the stock.
    may_start: asked before a new hold only; a limit on how often one visitor may. One statement while it is kept.
    Goods are kept, days of locations are not. Outside any transaction. Locks basket, stock levels.
    """
    minutes = shop.market.checkout_hold_minutes
    if not minutes or not basket.lines:
        return None
    method = basket.delivery.method if basket.delivery else None
    store = basket.delivery.store if basket.delivery else None
    lines = basket.wanted
    signature = _signature(market=shop.market, lines=lines, method=method, postcode=postcode, store=store)
    row = StockHold.objects.filter(pk=basket.id).first()
    runs = row is not None and row.expires_at is not None and row.expires_at > at
    if row is not None and runs and row.signature == signature:
        return row.expires_at
    if not runs and ((row is not None and row.starts >= MOST_STARTS) or not may_start()):
        return None
    request = sourcing.request_for(
        market=shop.market,
        lines=lines,
        method=method,
        postcode=postcode,
        at=at,
        collect_at=store.id if store else None,
    )
    until = at + timedelta(minutes=minutes)
    try:
        return _keep(shop=shop, basket=basket, request=request, signature=signature, until=until, at=at)
    except (UnableToReserve, NoRuleFits, BasketNotFound) as refusal:
        logger.info("nothing_kept", basket=basket.id, why=refusal.code)
        # What was kept before the change still is: better than nothing while its time runs.
        return row.expires_at if row is not None and runs else None


@locks.retry_on_conflict()
@transaction.atomic
def _keep(
    *, shop: Shop, basket: PricedBasket, request: stock.Request, signature: str, until: datetime, at: datetime
) -> datetime:
    basket_rows.lock(shop=shop, basket_id=basket.id, owner_id=basket.owner_id)
    row = StockHold.objects.filter(pk=basket.id).first() or StockHold(basket_id=basket.id, starts=0)
    runs = row.expires_at is not None and row.expires_at > at
    if row.expires_at is not None:
        inventory.lock_serving(product_ids=[line.product_id for line in request.lines], market=shop.market)
        _release(basket_id=basket.id, reason="kept anew", at=at)
    stock.source(request=request, reference=row.reference, cause=DecisionCause.HELD, at=at, by=BY, takes_days=False)
    row.expires_at = row.expires_at if runs else until
    row.starts += not runs
    row.signature = signature
    row.save()
    return row.expires_at or until


def let_go(*, market: MarketInfo, basket_id: int, product_ids: Sequence[int], reason: str, at: datetime) -> None:
    """
    Free what a basket's checkout keeps, in the caller's transaction, which holds the basket's lock.

    product_ids: what the caller promises next; the levels it may take are locked with those that are freed, in id
    order, so that two who swap goods do not wait for each other in a circle. Four statements.
    """
    inventory.lock_serving(product_ids=product_ids, market=market)
    _release(basket_id=basket_id, reason=reason, at=at)
    StockHold.objects.filter(pk=basket_id).update(expires_at=None)


def drop(*, basket_id: int, reason: str, at: datetime) -> bool:
    """
    Free what a basket's checkout keeps and nobody takes over; return whether it kept anything.

    In the caller's transaction, which holds the basket's lock. Locks stock levels. One statement where nothing is kept.
    """
    if not StockHold.objects.filter(pk=basket_id, expires_at__isnull=False).update(expires_at=None):
        return False
    _release(basket_id=basket_id, reason=reason, at=at)
    return True


def end_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Free what is kept past its time; return how many holds ended. Safe to repeat and beside itself."""
    due = StockHold.objects.filter(expires_at__lte=at).order_by("expires_at", "basket_id")
    return sum(_end(basket_id=basket_id, at=at) for basket_id in due.values_list("pk", flat=True)[:limit])


@locks.retry_on_conflict()
@transaction.atomic
def _end(*, basket_id: int, at: datetime) -> bool:
    basket = get_model("basket", "Basket")
    locks.lock_rows(queryset=basket.objects.filter(pk=basket_id), rank=locks.Rank.BASKET)
    # Asked again under the basket's lock: its shopper may have gone on meanwhile.
    is_due = StockHold.objects.filter(pk=basket_id, expires_at__lte=at).exists()
    return is_due and drop(basket_id=basket_id, reason="time is over", at=at)


def _release(*, basket_id: int, reason: str, at: datetime) -> None:
    inventory.release(reference=reference_of(basket_id=basket_id), at=at, by=BY, reason=reason, keeps_days=True)


def _signature(
    *, market: MarketInfo, lines: Sequence[Wanted], method: Method | None, postcode: str, store: Store | None
) -> str:
    """The goods, and of where and how they go what the market's rules look at: nothing else has them kept anew."""
    known = network(market=market)
    asks_method = any(rule.delivery_code for rule in known.rules)
    goods = sorted((line.product_id, line.quantity) for line in lines)
    way = method.code if method and asks_method else ""
    place = "".join(postcode.upper().split()) if known.asks_distance else ""
    if store is not None:  # the place is chosen: nothing else is looked at
        way, place = AT, store.code
    said = json.dumps([goods, way, place])
    return hashlib.sha256(said.encode()).hexdigest()
