"""Reads for sourcing: a market's rules and places, what they hold, how busy they are, where a postcode lies."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as clock_time

from django.db import connection

from apps.core.kept import Kept
from apps.core.sql import prepared_cursor
from apps.inventory.enums import SourcingSort
from apps.inventory.ledger import SERVES
from apps.inventory.models import Location, LocationClosure, PostcodeArea, SourcingDecision, SourcingRule
from apps.inventory.sourcing import engine
from apps.inventory.sourcing.data import (
    COLLECT_RULES,
    DEFAULT_RULES,
    Calendar,
    Decision,
    Need,
    Place,
    Rule,
    Stock,
    Wanted,
)
from apps.markets.context import MarketInfo

TTL_S = 10.0
_COLLECT_JSON = json.dumps([rule.as_dict() for rule in COLLECT_RULES])
_MOST_POINTS = 20_000

# Goods on their way serve the markets of the location they come to.
_FREE = f"""
SELECT level.product_id, level.location_id, level.free
  FROM partner_stocklevel level JOIN partner_location place ON place.id = level.location_id
  LEFT JOIN partner_location hub ON hub.id = place.arrives_at_id
 WHERE level.product_id = ANY(%s::bigint[]) AND coalesce(hub.code, place.code) = ANY(%s::text[])
   AND {SERVES} AND level.free > 0
"""  # noqa: S608 -- put together from constants
_FREE_FOR = f"""
SELECT level.product_id, level.location_id, level.free + coalesce(own.quantity, 0)
  FROM partner_stocklevel level JOIN partner_location place ON place.id = level.location_id
  LEFT JOIN partner_location hub ON hub.id = place.arrives_at_id
  LEFT JOIN partner_reservation own ON own.level_id = level.id AND own.reference = %s AND own.state = 'held'
 WHERE level.product_id = ANY(%s::bigint[]) AND coalesce(hub.code, place.code) = ANY(%s::text[]) AND {SERVES}
   AND level.free + coalesce(own.quantity, 0) > 0
"""  # noqa: S608 -- put together from constants
_BUSY = "SELECT location_id, day, taken, capacity FROM partner_locationday WHERE location_id = ANY(%s) AND day >= %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    What is to be sourced for a market, as its caller knows it.

    cutoff: the delivery method's. holidays: days on which nothing leaves, by country. excluded: ids of locations that
    said no before; parcels_before: parcels the order has already; may_wait: goods may be left without a location;
    collect_at: the store the shopper comes to.
    """

    market: MarketInfo
    lines: tuple[Wanted, ...]
    at: datetime
    delivery_code: str = ""
    country: str = ""
    postcode: str = ""
    cutoff: clock_time | None = None
    holidays: Mapping[str, frozenset[date]]
    excluded: frozenset[int] = frozenset()
    parcels_before: int = 0
    may_wait: bool = False
    collect_at: int | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """A market's rules in their order and its places as it lists them."""

    rules: tuple[Rule, ...]
    rules_json: str
    places: tuple[Place, ...]

    @property
    def asks_distance(self) -> bool:
        """Whether any rule looks at where the delivery address lies."""
        return any(rule.max_distance_km is not None or SourcingSort.NEAREST in rule.sorts for rule in self.rules)


def network(*, market: MarketInfo) -> Network:
    """
    Return the rules and places of a market, at most TTL_S seconds old; four statements when they are older.

    Goods on their way to a place come last, as places of their own.

    A place that closed or paused since gives nothing: every read and every promise of stock asks the database.
    """
    return _networks.get(key=(market.id, market.stock_location_codes), read=lambda: _read_network(market))


def network_for(*, request: Request) -> Network:
    """Return the market's places and the rules for a request: where a store was chosen, that choice is the rule."""
    known = network(market=request.market)
    return known if request.collect_at is None else replace(known, rules=COLLECT_RULES, rules_json=_COLLECT_JSON)


def _read_network(market: MarketInfo) -> Network:
    rules = rules_of(market_id=market.id)
    return Network(rules, json.dumps([rule.as_dict() for rule in rules]), _places(market.stock_location_codes))


def rules_of(*, market_id: int) -> tuple[Rule, ...]:
    """The active rules of a market in their order; the default ones where it has none. One statement."""
    rows = SourcingRule.objects.filter(market_id=market_id, is_active=True).order_by("position", "id")
    return tuple(rule_from(row=row) for row in rows) or DEFAULT_RULES


def rule_from(*, row: SourcingRule) -> Rule:
    """A rule's row as the engine takes it."""
    return Rule(
        name=row.name,
        delivery_code=row.delivery_code,
        kinds=tuple(row.kinds),
        groups=tuple(row.groups),
        max_distance_km=row.max_distance_km,
        max_wait_days=row.max_wait_days,
        sorts=tuple(row.sorts),
        max_parcels=row.max_parcels,
        min_parcel_minor=row.min_parcel_minor,
        action=row.action,
        wait_days=row.wait_days,
    )


def forget() -> None:
    """Make the next read go to the database; called after a change in this process and by tests."""
    _networks.forget()
    _points.forget()


def free_units(*, product_ids: Collection[int], market: MarketInfo, held_by: str = "") -> dict[tuple[int, int], int]:
    """
    Units each serving location of a market may promise, by (product id, location id). One statement.

    held_by: a reference for which what it holds itself is free too.
    """
    products, codes = list(product_ids), list(market.stock_location_codes)
    with prepared_cursor() as cursor:
        if held_by:
            cursor.execute(_FREE_FOR, [held_by, products, codes])
        else:
            cursor.execute(_FREE, [products, codes])
        return {(product, location): units for product, location, units in cursor.fetchall()}


Busy = Mapping[tuple[int, date], tuple[int, int]]
"""Orders taken and orders possible by (location id, day), where a location has a capacity."""


def busy_days(*, market: MarketInfo, at: datetime) -> Busy:
    """How full the days of a market's locations are from today on. One statement, none where nothing has a capacity."""
    limited = [place.id for place in network(market=market).places if place.daily_capacity]
    if not limited:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [limited, at.astimezone(market.time_zone).date()])
        return {(location_id, day): (taken, capacity) for location_id, day, taken, capacity in cursor.fetchall()}


def preview(*, request: Request, stock: Stock, busy: Busy) -> Decision:
    """
    Decide as placing the order now would, and promise nothing. No statement when warm.

    stock: from `free_units`. busy: from `busy_days`.
    """
    known = network_for(request=request)
    return engine.decide(
        need=need_of(request=request, known=known),
        rules=known.rules,
        places=known.places,
        stock=stock,
        calendar=calendar_of(request=request, busy=busy),
    )


def need_of(*, request: Request, known: Network) -> Need:
    """What the engine is asked; the address is looked up where a rule measures distance."""
    target = point_of(country=request.country, postcode=request.postcode) if known.asks_distance else None
    return Need(
        market=request.market.code,
        lines=request.lines,
        at=request.at,
        delivery_code=request.delivery_code,
        country=request.country,
        postcode=request.postcode,
        target=target,
        excluded=request.excluded,
        parcels_before=request.parcels_before,
        may_wait=request.may_wait,
        collect_at=request.collect_at,
    )


def calendar_of(*, request: Request, busy: Busy, also_full: frozenset[tuple[int, date]] = frozenset()) -> Calendar:
    """The days of a market's places, as the engine takes them."""
    return Calendar(
        zone=request.market.time_zone,
        holidays=request.holidays,
        cutoff=request.cutoff,
        full=also_full | {key for key, (taken, capacity) in busy.items() if taken >= capacity},
        taken={key: taken for key, (taken, _) in busy.items()},
    )


def point_of(*, country: str, postcode: str) -> tuple[float, float] | None:
    """Where a postcode lies, by the longest known prefix, or None. One statement the first time it is asked."""
    wanted = "".join(postcode.upper().split())
    if not country or not wanted:
        return None
    return _points.get(key=(country, wanted), read=lambda: _read_point(country, wanted))


def _read_point(country: str, postcode: str) -> tuple[float, float] | None:
    prefixes = [postcode[:length] for length in range(1, min(len(postcode), 12) + 1)]
    areas = PostcodeArea.objects.filter(country=country, prefix__in=prefixes)
    best = max(areas.values_list("prefix", "latitude", "longitude"), key=lambda row: len(row[0]), default=None)
    return (float(best[1]), float(best[2])) if best else None


def decisions(*, reference: str) -> list[SourcingDecision]:
    """All decisions about a reference, oldest first. One statement."""
    return list(SourcingDecision.objects.filter(reference=reference).order_by("at", "id"))


def _places(codes: tuple[str, ...]) -> tuple[Place, ...]:
    rows = {row.code: row for row in Location.objects.filter(code__in=codes, is_active=True, sells_online=True)}
    closures: dict[int, list[tuple[date, date]]] = {}
    for closed in LocationClosure.objects.filter(location__code__in=codes):
        closures.setdefault(closed.location_id, []).append((closed.first_day, closed.last_day))
    places = tuple(
        Place(
            id=row.pk,
            code=row.code,
            name=row.name,
            kind=row.kind,
            group=row.group,
            country=row.country,
            point=row.point,
            ships_on=frozenset(row.ships_on),
            cutoff=row.cutoff,
            handling_days=row.handling_days,
            daily_capacity=row.daily_capacity,
            closures=tuple(sorted(closures.get(row.pk, ()))),
            partner=row.partner,
        )
        for code in dict.fromkeys(codes)
        if (row := rows.get(code)) is not None
    )
    return places + _on_their_way(places)


def _on_their_way(hubs: tuple[Place, ...]) -> tuple[Place, ...]:
    """What is expected at these places, soonest first. It is sent from there, by no capacity counted yet."""
    known = {hub.id: hub for hub in hubs}
    rows = Location.objects.filter(arrives_at__in=known, is_active=True, sells_online=True)
    return tuple(
        replace(
            known[row.arrives_at_id],
            id=row.pk,
            code=row.code,
            name=row.name,
            daily_capacity=None,
            partner="",
            from_day=row.expected_on,
        )
        for row in rows.order_by("expected_on", "id")
        if row.arrives_at_id is not None
    )


_networks: Kept[tuple[int, tuple[str, ...]], Network] = Kept(age_s=TTL_S)
_points: Kept[tuple[str, str], tuple[float, float] | None] = Kept(age_s=math.inf, most=_MOST_POINTS)
