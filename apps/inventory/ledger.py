"""
The statements that change stock. Every one writes its movements in the same breath: no level without its why.

Nothing here decides: `operations` locks and checks, these functions write. Each takes a constant number of statements
for any number of lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from apps.core import locks
from apps.core.sql import prepared_cursor


@dataclass(frozen=True, slots=True)
class LockedLevel:
    """
    A stock level as it is while this transaction holds its lock.

    held: what a reference held on it before the wait for the lock, where it was locked for one.
    """

    id: int
    product_id: int
    location_id: int
    on_hand: int
    reserved: int
    safety: int
    free: int
    share_percent: int
    held: int = 0

    def free_after(self, *, on_hand: int = 0, reserved: int = 0) -> int:
        """Units that may be promised once the level has changed by so much; as the database counts `free`."""
        units = self.on_hand + on_hand
        shared = min(units - self.safety, units * self.share_percent // 100)
        return max(0, shared - self.reserved - reserved)


@dataclass(frozen=True, slots=True)
class Change:
    """What one level shall gain or lose."""

    level_id: int
    on_hand: int = 0
    reserved: int = 0


_COLUMNS = """level.id, level.product_id, level.location_id, level.on_hand, level.reserved, level.safety, level.free,
       level.share_percent"""
# Which locations serve the web now. The database's clock: a pause counts from the moment it is written.
SERVES = "place.is_active AND place.sells_online AND (place.paused_until IS NULL OR place.paused_until <= now())"

# Sorted by id so that two checkouts over the same products never wait for each other in a circle.
_LOCK_SERVING = f"""
SELECT {_COLUMNS}
  FROM partner_stocklevel level
  JOIN partner_location place ON place.id = level.location_id AND {SERVES}
 WHERE level.product_id = ANY(%s) AND level.location_id = ANY(%s)
 ORDER BY level.id
   FOR UPDATE OF level
"""  # noqa: S608 -- put together from constants
_LOCK_PAIRS = f"""
SELECT {_COLUMNS}
  FROM partner_stocklevel level
  JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(product_id, location_id)
    ON wanted.product_id = level.product_id AND wanted.location_id = level.location_id
 ORDER BY level.id
   FOR UPDATE OF level
"""  # noqa: S608 -- put together from constants
# What is held is told as it was before the wait for the lock: whoever finds less then knows that it moved meanwhile.
_LOCK_RESERVED = f"""
SELECT {_COLUMNS}, held.quantity
  FROM partner_stocklevel level
  JOIN partner_reservation held ON held.level_id = level.id AND held.reference = %s AND held.state = 'held'
 WHERE %s::bigint IS NULL OR level.location_id = %s::bigint
 ORDER BY level.id
   FOR UPDATE OF level
"""  # noqa: S608 -- put together from constants
_LOCK_LOCATION = f"""
SELECT {_COLUMNS}
  FROM partner_stocklevel level WHERE level.location_id = %s ORDER BY level.id FOR UPDATE OF level
"""  # noqa: S608 -- put together from constants
_LOCK_PRODUCTS = f"""
SELECT {_COLUMNS}
  FROM partner_stocklevel level WHERE level.product_id = ANY(%s::bigint[]) ORDER BY level.id FOR UPDATE OF level
"""  # noqa: S608 -- put together from constants
_HOLDING = """
SELECT DISTINCT level.location_id FROM partner_reservation promise
  JOIN partner_stocklevel level ON level.id = promise.level_id
 WHERE promise.reference = %s AND promise.state = 'held'
"""
_CREATE_MISSING = """
INSERT INTO partner_stocklevel (product_id, location_id, on_hand, reserved, safety, share_percent)
SELECT wanted.product_id, wanted.location_id, 0, 0, 0, place.share_percent
  FROM unnest(%s::bigint[], %s::bigint[]) AS wanted(product_id, location_id)
  JOIN partner_location place ON place.id = wanted.location_id
 ORDER BY wanted.product_id, wanted.location_id
    ON CONFLICT (product_id, location_id) DO NOTHING
"""
# The condition repeats under the lock what Python planned before it: the promise is taken here and nowhere else.
_RESERVE = """
WITH plan AS (
  SELECT * FROM unnest(%(levels)s::bigint[], %(quantities)s::int[], %(days)s::date[]) AS p(level_id, quantity, ships_on)
),
taken AS (
  UPDATE partner_stocklevel level SET reserved = level.reserved + plan.quantity
    FROM plan
   WHERE level.id = plan.level_id AND level.free >= plan.quantity
  RETURNING level.id, plan.quantity, plan.ships_on
),
promises AS (
  INSERT INTO partner_reservation (level_id, reference, quantity, state, ships_on, created_at)
  SELECT id, %(reference)s::text, quantity, 'held', ships_on, %(at)s FROM taken
      ON CONFLICT (reference, level_id) WHERE state = 'held'
      DO UPDATE SET quantity = partner_reservation.quantity + EXCLUDED.quantity, ships_on = EXCLUDED.ships_on
),
movements AS (
  INSERT INTO partner_stockmovement (level_id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at)
  SELECT id, 'reserve', 0, quantity, %(reference)s::text, '', %(by)s, %(at)s FROM taken ORDER BY id
),
decision AS (
  INSERT INTO partner_sourcingdecision (reference, cause, market, need, rules, trace, plan, actor, at)
  SELECT %(reference)s::text, %(cause)s, %(market)s, %(need)s::jsonb, %(rules)s::jsonb, %(trace)s::jsonb,
         %(parcels)s::jsonb, %(by)s, %(at)s
)
SELECT count(*) FROM taken
"""
_CLOSE = """
WITH wanted AS (
  SELECT * FROM unnest(%(levels)s::bigint[], %(quantities)s::int[]) AS w(level_id, quantity)
),
held AS (
  SELECT promise.id, promise.level_id, promise.quantity, promise.ships_on, promise.created_at,
         least(wanted.quantity, promise.quantity) AS units
    FROM partner_reservation promise JOIN wanted ON wanted.level_id = promise.level_id
   WHERE promise.reference = %(reference)s AND promise.state = 'held'
),
ended AS (
  UPDATE partner_reservation promise SET state = %(state)s
    FROM held WHERE promise.id = held.id AND held.units = held.quantity
),
lowered AS (
  UPDATE partner_reservation promise SET quantity = held.quantity - held.units
    FROM held WHERE promise.id = held.id AND held.units < held.quantity
),
parted AS (
  INSERT INTO partner_reservation (level_id, reference, quantity, state, ships_on, created_at)
  SELECT level_id, %(reference)s, units, %(state)s, ships_on, created_at FROM held WHERE units < quantity
),
moved AS (
  UPDATE partner_stocklevel level
     SET reserved = level.reserved - held.units, on_hand = level.on_hand - held.units * %(leaves)s
    FROM held WHERE level.id = held.level_id
),
movements AS (
  INSERT INTO partner_stockmovement (level_id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at)
  SELECT level_id, %(kind)s, -units * %(leaves)s, -units, %(reference)s, %(reason)s, %(by)s, %(at)s
    FROM held ORDER BY level_id
)
SELECT level_id, units FROM held
"""
_PROMISE = """
WITH given AS (
  SELECT * FROM unnest(%(levels)s::bigint[], %(references)s::text[], %(quantities)s::int[], %(days)s::date[],
                       %(since)s::timestamptz[]) AS g(level_id, reference, quantity, ships_on, created_at)
),
promises AS (
  INSERT INTO partner_reservation (level_id, reference, quantity, state, ships_on, created_at)
  SELECT level_id, reference, quantity, 'held', ships_on, created_at FROM given
      ON CONFLICT (reference, level_id) WHERE state = 'held'
      DO UPDATE SET quantity = partner_reservation.quantity + EXCLUDED.quantity
),
moved AS (
  UPDATE partner_stocklevel level SET reserved = level.reserved + given.units
    FROM (SELECT level_id, sum(quantity) AS units FROM given GROUP BY level_id) given WHERE level.id = given.level_id
)
INSERT INTO partner_stockmovement (level_id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at)
SELECT level_id, 'reserve', 0, quantity, reference, '', %(by)s, %(at)s FROM given ORDER BY level_id, created_at
"""
_CHANGE = """
WITH given AS (SELECT * FROM unnest(%(levels)s::bigint[], %(on_hand)s::int[], %(reserved)s::int[])
                 AS g(level_id, on_hand, reserved)),
moved AS (
  UPDATE partner_stocklevel level
     SET on_hand = level.on_hand + given.on_hand, reserved = level.reserved + given.reserved
    FROM given WHERE level.id = given.level_id
)
INSERT INTO partner_stockmovement (level_id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at)
SELECT level_id, %(kind)s, on_hand, reserved, %(reference)s, %(reason)s, %(by)s, %(at)s FROM given ORDER BY level_id
"""


def lock_serving(*, product_ids: Sequence[int], location_ids: Sequence[int]) -> list[LockedLevel]:
    """Lock and read the levels that may serve a web order, in id order. One statement; call in a transaction."""
    return _locked(_LOCK_SERVING, [list(product_ids), list(location_ids)])


def lock_pairs(*, pairs: Sequence[tuple[int, int]]) -> list[LockedLevel]:
    """Lock the levels of (product, location) pairs in id order, making those that do not exist yet. Two statements."""
    columns = [[product for product, _ in pairs], [location for _, location in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_MISSING, columns)
    return _locked(_LOCK_PAIRS, columns)


def lock_location(*, location_id: int) -> list[LockedLevel]:
    """Lock every level of a location, in id order. One statement."""
    return _locked(_LOCK_LOCATION, [location_id])


def lock_products(*, product_ids: Sequence[int]) -> list[LockedLevel]:
    """Lock every level of some products, in id order. One statement."""
    return _locked(_LOCK_PRODUCTS, [list(product_ids)])


def still_holding(*, reference: str) -> set[int]:
    """The ids of the locations at which a reference holds units. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [reference])
        return {row[0] for row in cursor.fetchall()}


def lock_reserved(*, reference: str, location_id: int | None) -> list[LockedLevel]:
    """Lock the levels on which a reference still holds units, in id order. One statement."""
    return _locked(_LOCK_RESERVED, [reference, location_id, location_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A decision as its row keeps it: everything but the reference, who and when. JSON texts."""

    cause: str
    market: str
    need: str
    rules: str
    trace: str
    plan: str


def write_reservations(
    *, plan: Sequence[tuple[int, int, date]], decision: Written, reference: str, by: str, at: datetime
) -> int:
    """
    Promise (level, quantity, day it leaves) to a reference and keep why; return how many levels could give.

    One statement, also for a plan without levels. What the reference holds on a level already grows.
    """
    with prepared_cursor() as cursor:
        cursor.execute(
            _RESERVE,
            {
                "levels": [level for level, _, _ in plan],
                "quantities": [quantity for _, quantity, _ in plan],
                "days": [day for _, _, day in plan],
                "reference": reference,
                "by": by,
                "at": at,
                "cause": decision.cause,
                "market": decision.market,
                "need": decision.need,
                "rules": decision.rules,
                "trace": decision.trace,
                "parcels": decision.plan,
            },
        )
        return int(cursor.fetchone()[0])


def close_reservations(
    *,
    reference: str,
    units: Mapping[int, int],
    state: str,
    kind: str,
    leaves: bool,
    reason: str,
    by: str,
    at: datetime,
) -> dict[int, int]:
    """
    End what a reference holds on levels, at most so many units of each (level id → units); return units by level.

    leaves: the goods go out. What is left stays held. One statement; the levels are locked by the caller.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE,
            {
                "reference": reference,
                "levels": list(units),
                "quantities": list(units.values()),
                "state": state,
                "kind": kind,
                "leaves": int(leaves),
                "reason": reason,
                "by": by,
                "at": at,
            },
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Taken:
    """A promise that goes over to a level, with the day it leaves and since when it holds."""

    level_id: int
    reference: str
    quantity: int
    ships_on: date | None
    created_at: datetime


def promise(*, promises: Sequence[Taken], by: str, at: datetime) -> None:
    """Take over promises onto levels that are locked and hold the units; each pair once. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PROMISE,
            {
                "levels": [each.level_id for each in promises],
                "references": [each.reference for each in promises],
                "quantities": [each.quantity for each in promises],
                "days": [each.ships_on for each in promises],
                "since": [each.created_at for each in promises],
                "by": by,
                "at": at,
            },
        )


def write_changes(*, changes: Sequence[Change], kind: str, reference: str, reason: str, by: str, at: datetime) -> None:
    """Change levels and say why. Levels are locked by the caller; at most one change per level. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGE,
            {
                "levels": [change.level_id for change in changes],
                "on_hand": [change.on_hand for change in changes],
                "reserved": [change.reserved for change in changes],
                "kind": kind,
                "reference": reference,
                "reason": reason,
                "by": by,
                "at": at,
            },
        )


def _locked(sql: str, params: Sequence[Any]) -> list[LockedLevel]:
    locks.note(rank=locks.Rank.STOCK_LEVEL)
    with prepared_cursor() as cursor:
        cursor.execute(sql, params)
        return [LockedLevel(*row) for row in cursor.fetchall()]
