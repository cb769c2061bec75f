"""From where an order's goods come, and when they arrive: what sourcing is asked for a basket, an order, a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from apps.catalog.queries.kits import Needs
from apps.inventory.sourcing import days
from apps.inventory.sourcing import queries as sourcing
from apps.inventory.sourcing.data import Calendar, Decision, Need, Stock, Wanted
from apps.inventory.sourcing.queries import Request
from apps.markets.context import MarketInfo, Shop
from apps.orders import delivery
from apps.orders.collection.stores import Store
from apps.orders.delivery import LeavesOn, Method, Promise


def request_for(
    *,
    market: MarketInfo,
    lines: Sequence[Wanted],
    method: Method | None,
    postcode: str,
    at: datetime,
    excluded: frozenset[int] = frozenset(),
    parcels_before: int = 0,
    may_wait: bool = False,
    collect_at: int | None = None,
) -> Request:
    """
    What sourcing is asked for goods that go to a postcode of the market ("" while it is not known).

    collect_at: the store they are collected from, which alone can give them.
    """
    return Request(
        market=market,
        lines=tuple(lines),
        at=at,
        delivery_code=method.code if method else "",
        country=market.country,
        postcode=postcode,
        cutoff=method.cutoff if method else None,
        holidays=delivery.holidays_of(market=market),
        excluded=excluded,
        parcels_before=parcels_before,
        may_wait=may_wait,
        collect_at=collect_at,
    )


def leaves_on(*, shop: Shop, lines: Sequence[Wanted], stock: Stock, postcode: str, at: datetime) -> LeavesOn:
    """
    Return the question `delivery.options` asks: on which days would parcels leave by this method, or be ready there.

    Lines that are not all there count with what is there: the basket says what is missing beside them.
    """
    left = units_left(stock=stock)
    there = [
        Wanted(line.product_id, min(line.quantity, left.get(line.product_id, 0)), line.sku, line.unit_minor)
        for line in lines
        if left.get(line.product_id, 0) > 0
    ]

    known: list[sourcing.Busy] = []

    def ask(method: Method, store: Store | None) -> Sequence[date] | None:
        if store is None and not method.reaches(postcode=postcode):
            return None
        if not there:
            return ()
        if not known:  # once for all methods, and not at all where there is nothing to send
            known.append(sourcing.busy_days(market=shop.market, at=at))
        request = request_for(
            market=shop.market,
            lines=there,
            method=method,
            postcode=postcode,
            at=at,
            collect_at=store.id if store else None,
        )
        decision = sourcing.preview(request=request, stock=stock, busy=known[0])
        return [parcel.ships_on for parcel in decision.parcels] if decision.is_whole else None

    return ask


def promise_of(*, market: MarketInfo, method: Method, decision: Decision) -> Promise | None:
    """When the goods of a decision have all arrived; None while some of them have no place."""
    if not decision.parcels or not decision.is_whole:
        return None
    return delivery.promise_of(method=method, market=market, leaves=[parcel.ships_on for parcel in decision.parcels])


def promise_for_one(*, shop: Shop, needs: Needs, stock: Stock, at: datetime) -> Promise | None:
    """
    When one unit would arrive by the market's first method; None where it cannot be sent.

    needs: what one takes of the stock, (product id, units).
    """
    method = delivery.first_method(shop=shop)
    if method is None:
        return None
    ask = leaves_on(
        shop=shop, lines=[Wanted(good, units, "") for good, units in needs], stock=stock, postcode="", at=at
    )
    leaves = ask(method, None)
    return delivery.promise_of(method=method, market=shop.market, leaves=leaves) if leaves else None


def units_left(*, stock: Stock) -> Mapping[int, int]:
    """Units by product over all locations, goods on their way to them included."""
    left: dict[int, int] = {}
    for (product_id, _), units in stock.items():
        left[product_id] = left.get(product_id, 0) + units
    return left


def units_coming(*, stock: Stock, market: MarketInfo) -> Mapping[int, int]:
    """Units by product that are on their way to a location, of those `stock` names. No statement when warm."""
    on_their_way = {place.id for place in sourcing.network(market=market).places if place.from_day is not None}
    return units_left(stock={key: units for key, units in stock.items() if key[1] in on_their_way})


def leaves_after(*, market: MarketInfo, hub_id: int | None, expected_on: date, at: datetime) -> date:
    """The day on which goods leave a location they are expected at on a day; the next day where it serves no more."""
    hub = next((place for place in sourcing.network(market=market).places if place.id == hub_id), None)
    calendar = Calendar(zone=market.time_zone, holidays=delivery.holidays_of(market=market))
    coming = replace(hub, from_day=expected_on, daily_capacity=None) if hub else None
    day = days.ships_on(place=coming, calendar=calendar, at=at) if coming else None
    return day or expected_on + timedelta(days=1)


def calendar_then(*, market: MarketInfo) -> Callable[[Need], Calendar]:
    """The days that hold for a past order: today's holidays and cut-offs of the market, no capacity taken."""
    holidays = delivery.holidays_of(market=market)
    cutoffs = {method.code: method.cutoff for method in delivery.methods_of(market=market)}
    return lambda need: Calendar(zone=market.time_zone, holidays=holidays, cutoff=cutoffs.get(need.delivery_code))
