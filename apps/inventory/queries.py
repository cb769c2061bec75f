"""Reads of stock: what may be sold, where things lie, why a figure is what it is, and whether the ledger holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from apps.catalog.ports import StockFacts
from apps.core.sql import prepared_cursor
from apps.inventory.enums import LocationKind
from apps.inventory.ledger import SERVES
from apps.inventory.models import Location, Reservation, StockLevel
from apps.markets.context import MarketInfo

_AVAILABLE = f"""
SELECT level.product_id, sum(level.free)
  FROM partner_stocklevel level JOIN partner_location place ON place.id = level.location_id
 WHERE level.product_id = ANY(%s::bigint[]) AND place.code = ANY(%s::text[]) AND {SERVES}
 GROUP BY level.product_id
"""  # noqa: S608 -- put together from constants
# A kit has as many as its scarcest component allows, and lies in a store where every component does.
_FACTS = f"""
WITH part AS (
  SELECT kit_id AS asked_id, product_id, quantity FROM catalogue_kitcomponent WHERE kit_id = ANY(%(products)s)
), needed AS (
  SELECT asked_id, product_id, quantity FROM part
   UNION ALL
  SELECT asked.id, asked.id, 1 FROM unnest(%(products)s::bigint[]) AS asked(id)
   WHERE asked.id NOT IN (SELECT asked_id FROM part)
), place_of AS (
  SELECT level.product_id, place.id AS place_id, place.kind = 'store' AND place.country = %(country)s AS is_near,
         level.on_hand - level.reserved - level.safety AS there,
         CASE WHEN {SERVES} AND place.code = ANY(%(codes)s) THEN level.free ELSE 0 END AS here,
         CASE WHEN {SERVES} AND hub.code = ANY(%(codes)s) THEN level.free ELSE 0 END AS coming
    FROM partner_stocklevel level JOIN partner_location place ON place.id = level.location_id
    LEFT JOIN partner_location hub ON hub.id = place.arrives_at_id
   WHERE level.product_id IN (SELECT product_id FROM needed) AND place.is_active
), left_of AS (
  SELECT product_id, sum(here) AS here, sum(greatest(coming, 0)) AS coming FROM place_of GROUP BY product_id
), in_store AS (
  SELECT needed.asked_id
    FROM needed JOIN place_of ON place_of.product_id = needed.product_id
     AND place_of.is_near AND place_of.there >= needed.quantity
   GROUP BY needed.asked_id, place_of.place_id
  HAVING count(*) = (SELECT count(*) FROM needed whole WHERE whole.asked_id = needed.asked_id)
)
SELECT needed.asked_id, greatest(min(floor(coalesce(left_of.here, 0) / needed.quantity)), 0),
       EXISTS (SELECT FROM in_store WHERE in_store.asked_id = needed.asked_id),
       bool_and(coalesce(left_of.here, 0) + coalesce(left_of.coming, 0) >= needed.quantity)
         AND bool_or(coalesce(left_of.coming, 0) > 0)
  FROM needed LEFT JOIN left_of ON left_of.product_id = needed.product_id
 GROUP BY needed.asked_id
"""  # noqa: S608 -- put together from constants
CHECK_LEDGER = """
WITH moved AS (
  SELECT level_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
    FROM partner_stockmovement GROUP BY level_id
), held AS (
  SELECT level_id, sum(quantity) AS quantity FROM partner_reservation WHERE state = 'held' GROUP BY level_id
)
SELECT level.id, product.upc, place.code, level.on_hand, coalesce(moved.on_hand, 0), level.reserved,
       coalesce(moved.reserved, 0), coalesce(held.quantity, 0)
  FROM partner_stocklevel level
  JOIN catalogue_product product ON product.id = level.product_id
  JOIN partner_location place ON place.id = level.location_id
  LEFT JOIN moved ON moved.level_id = level.id
  LEFT JOIN held ON held.level_id = level.id
 WHERE level.on_hand <> coalesce(moved.on_hand, 0)
    OR level.reserved <> coalesce(moved.reserved, 0)
    OR level.reserved <> coalesce(held.quantity, 0)
 ORDER BY level.id
"""  # what the invariant of the books wraps too
_MOVEMENTS = """
SELECT id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at,
       sum(on_hand_delta) OVER (ORDER BY id), sum(reserved_delta) OVER (ORDER BY id)
  FROM partner_stockmovement WHERE level_id = %s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement and the figures right after it."""

    id: int
    kind: str
    on_hand_delta: int
    reserved_delta: int
    reference: str
    reason: str
    actor: str
    at: datetime
    on_hand_after: int
    reserved_after: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A level, every movement that made it, and the promises behind `reserved`."""

    level: StockLevel
    movements: tuple[MovementRow, ...]
    held: tuple[Reservation, ...]

    @property
    def proven(self) -> bool:
        """Whether movements and promises sum to the level."""
        last = self.movements[-1] if self.movements else None
        sums = (last.on_hand_after, last.reserved_after) if last else (0, 0)
        promised = sum(reservation.quantity for reservation in self.held)
        return sums == (self.level.on_hand, self.level.reserved) and promised == self.level.reserved


@dataclass(frozen=True, slots=True)
class LedgerException:
    """A level whose movements or promises do not sum to it."""

    level_id: int
    sku: str
    location: str
    on_hand: int
    on_hand_moved: int
    reserved: int
    reserved_moved: int
    promised: int


def available(*, product_ids: Collection[int], market: MarketInfo) -> dict[int, int]:
    """Units of each product that may be promised to web orders of a market; absent means none. One statement."""
    with prepared_cursor() as cursor:
        cursor.execute(_AVAILABLE, [list(product_ids), list(market.stock_location_codes)])
        return {product_id: int(units) for product_id, units in cursor.fetchall()}


def stock_facts(*, market: MarketInfo, product_ids: Collection[int]) -> dict[int, StockFacts]:
    """What the publisher needs to know of stock; the catalogue's stock source. One statement."""
    params: dict[str, Any] = {
        "codes": list(market.stock_location_codes),
        "country": market.country,
        "products": list(product_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, params)
        return {
            product_id: StockFacts(available=int(units), in_stores=in_stores, is_coming=is_coming)
            for product_id, units, in_stores, is_coming in cursor.fetchall()
        }


def explain(*, level_id: int) -> Explanation:
    """Return the whole story of a level, oldest movement first. Three statements. Raises StockLevel.DoesNotExist."""
    level = StockLevel.objects.select_related("product", "location").get(pk=level_id)
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, [level_id])
        movements = tuple(MovementRow(*row[:8], *(int(figure) for figure in row[8:])) for row in cursor.fetchall())
    held = tuple(Reservation.objects.filter(level_id=level_id, state="held").order_by("created_at", "id"))
    return Explanation(level=level, movements=movements, held=held)


def check_ledger() -> list[LedgerException]:
    """Return every level that its movements or its promises do not prove; empty when the books are right."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK_LEDGER)
        return [LedgerException(*row[:3], *(int(figure) for figure in row[3:])) for row in cursor.fetchall()]


def sku_of(*, product_id: int) -> str:
    """The SKU of a product, for a sentence; its id as text when it has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT upc FROM catalogue_product WHERE id = %s", [product_id])
        row = cursor.fetchone()
    return str(row[0]) if row and row[0] else str(product_id)


def workplaces() -> QuerySet[Location]:
    """Return the open places people work in, by name; goods on their way are none."""
    return Location.objects.filter(is_active=True).exclude(kind=LocationKind.INBOUND).order_by("name", "id")


def stores(*, country: str) -> QuerySet[Location]:
    """Return the open stores of a country (ISO 3166), by town and name."""
    return Location.objects.filter(kind=LocationKind.STORE, country=country, is_active=True).order_by(
        "city", "name", "id"
    )
