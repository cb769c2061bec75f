"""
The statements that change stock. Every one writes its movements in the same breath: no level without its why.

Nothing here decides: `operations` locks and checks, these functions write. Each takes a constant number of statements
for any number of lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core import locks
from apps.core.sql import prepared_cursor


@dataclass(frozen=True, slots=True)
class LockedLevel:
    """A stock level as it is while this transaction holds its lock."""

    id: int
    product_id: int
    location_id: int
    on_hand: int
    reserved: int
    safety: int

    @property
    def free(self) -> int:
        """Units that may still be promised; never below zero."""
        return max(0, self.on_hand - self.reserved - self.safety)


@dataclass(frozen=True, slots=True)
class Change:
    """What one level shall gain or lose."""

    level_id: int
    on_hand: int = 0
    reserved: int = 0


# Sorted by id so that two checkouts over the same products never wait for each other in a circle.
_LOCK_SERVING = """
SELECT level.id, level.product_id, level.location_id, level.on_hand, level.reserved, level.safety
  FROM partner_stocklevel level
  JOIN partner_location place ON place.id = level.location_id AND place.is_active AND place.sells_online
 WHERE level.product_id = ANY(%s) AND level.location_id = ANY(%s)
 ORDER BY level.id
   FOR UPDATE OF level
"""
_LOCK_PAIRS = """
SELECT level.id, level.product_id, level.location_id, level.on_hand, level.reserved, level.safety
  FROM partner_stocklevel level
  JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(product_id, location_id)
    ON wanted.product_id = level.product_id AND wanted.location_id = level.location_id
 ORDER BY level.id
   FOR UPDATE OF level
"""
_LOCK_RESERVED = """
SELECT level.id, level.product_id, level.location_id, level.on_hand, level.reserved, level.safety
  FROM partner_stocklevel level
 WHERE level.id IN (SELECT held.level_id FROM partner_reservation held
                     WHERE held.reference = %s AND held.state = 'held')
   AND (%s::bigint IS NULL OR level.location_id = %s::bigint)
 ORDER BY level.id
   FOR UPDATE OF level
"""
_CREATE_MISSING = """
INSERT INTO partner_stocklevel (product_id, location_id, on_hand, reserved, safety)
SELECT wanted.product_id, wanted.location_id, 0, 0, 0
  FROM unnest(%s::bigint[], %s::bigint[]) AS wanted(product_id, location_id)
 ORDER BY wanted.product_id, wanted.location_id
    ON CONFLICT (product_id, location_id) DO NOTHING
"""
# The condition repeats under the lock what Python planned before it: the promise is taken here and nowhere else.
_RESERVE = """
WITH plan AS (SELECT * FROM unnest(%(levels)s::bigint[], %(quantities)s::int[]) AS p(level_id, quantity)),
taken AS (
  UPDATE partner_stocklevel level SET reserved = level.reserved + plan.quantity
    FROM plan
   WHERE level.id = plan.level_id AND level.on_hand - level.reserved - level.safety >= plan.quantity
  RETURNING level.id, plan.quantity
),
promises AS (
  INSERT INTO partner_reservation (level_id, reference, quantity, state, created_at)
  SELECT id, %(reference)s::text, quantity, 'held', %(at)s FROM taken
),
movements AS (
  INSERT INTO partner_stockmovement (level_id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at)
  SELECT id, 'reserve', 0, quantity, %(reference)s::text, '', %(by)s, %(at)s FROM taken ORDER BY id
)
SELECT count(*) FROM taken
"""
_CLOSE = """
WITH closed AS (
  UPDATE partner_reservation held SET state = %(state)s
   WHERE held.reference = %(reference)s AND held.state = 'held' AND held.level_id = ANY(%(levels)s)
  RETURNING held.level_id, held.quantity
),
moved AS (
  UPDATE partner_stocklevel level
     SET reserved = level.reserved - closed.quantity, on_hand = level.on_hand - closed.quantity * %(leaves)s
    FROM closed WHERE level.id = closed.level_id
),
movements AS (
  INSERT INTO partner_stockmovement (level_id, kind, on_hand_delta, reserved_delta, reference, reason, actor, at)
  SELECT level_id, %(kind)s, -quantity * %(leaves)s, -quantity, %(reference)s, %(reason)s, %(by)s, %(at)s
    FROM closed ORDER BY level_id
)
SELECT level_id, quantity FROM closed
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


def lock_reserved(*, reference: str, location_id: int | None) -> list[LockedLevel]:
    """Lock the levels on which a reference still holds units, in id order. One statement."""
    return _locked(_LOCK_RESERVED, [reference, location_id, location_id])


def write_reservations(*, plan: Sequence[tuple[int, int]], reference: str, by: str, at: datetime) -> int:
    """Promise (level, quantity) pairs to a reference; return how many levels could give. One statement."""
    with prepared_cursor() as cursor:
        cursor.execute(
            _RESERVE,
            {
                "levels": [level for level, _ in plan],
                "quantities": [quantity for _, quantity in plan],
                "reference": reference,
                "by": by,
                "at": at,
            },
        )
        return int(cursor.fetchone()[0])


def close_reservations(
    *, reference: str, level_ids: Sequence[int], state: str, kind: str, leaves: bool, reason: str, by: str, at: datetime
) -> dict[int, int]:
    """End what a reference holds on levels; return units by level. `leaves`: the goods go out. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE,
            {
                "reference": reference,
                "levels": list(level_ids),
                "state": state,
                "kind": kind,
                "leaves": int(leaves),
                "reason": reason,
                "by": by,
                "at": at,
            },
        )
        return dict(cursor.fetchall())


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
