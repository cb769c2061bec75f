"""Decide under lock where goods come from, and promise them. Lock order: stock levels, then capacities."""

import json
from datetime import date, datetime

from django.db import connection, transaction

from apps.core import locks
from apps.inventory import ledger
from apps.inventory.enums import DecisionCause
from apps.inventory.errors import NoRuleFits, UnableToReserve
from apps.inventory.news import announce
from apps.inventory.sourcing import engine, queries
from apps.inventory.sourcing.data import Decision, Need, Wanted
from apps.inventory.sourcing.queries import Network, Request

_TRIES = 6
"""So often a plan is made anew because a day it wanted was taken meanwhile; by then something else is wrong."""

_TAKE_DAYS = """
WITH wanted AS (
  SELECT * FROM unnest(%(locations)s::bigint[], %(days)s::date[], %(capacities)s::int[])
      AS w(location_id, day, capacity)
),
taken AS (
  INSERT INTO partner_locationday (location_id, day, capacity, taken)
  SELECT location_id, day, capacity, 1 FROM wanted ORDER BY location_id
      ON CONFLICT (location_id, day) DO UPDATE
         SET taken = partner_locationday.taken + 1, capacity = EXCLUDED.capacity
       WHERE partner_locationday.taken < EXCLUDED.capacity
  RETURNING location_id, day
)
INSERT INTO partner_capacityuse (reference, location_id, day)
SELECT %(reference)s, location_id, day FROM taken
RETURNING location_id
"""
_USES = "SELECT location_id, day FROM partner_capacityuse WHERE reference = %s"
_GIVE_DAYS = """
WITH given AS (
  DELETE FROM partner_capacityuse WHERE reference = %s AND location_id <> ALL(%s) RETURNING location_id, day
)
UPDATE partner_locationday day SET taken = day.taken - 1
  FROM given WHERE day.location_id = given.location_id AND day.day = given.day
"""


# No savepoint of its own: two round trips less in every placement, and a refusal ends the placement anyway.
@transaction.atomic(savepoint=False)
def source(
    *,
    request: Request,
    reference: str,
    cause: str = DecisionCause.PLACED,
    at: datetime,
    by: str,
    takes_days: bool = True,
) -> Decision:
    """
    Decide where the goods of a reference come from, promise them and keep why; return the decision.

    reference: "order:<number>" or "hold:<basket>". takes_days: take places on the locations' days as well. All lines
    are promised, or none; where goods may wait (`request.may_wait`) what has no place is `missing` in the answer, and
    `until` says for how long a rule has it wait. Two statements for any number of lines, two more where a place has a
    capacity. Locks levels in id order, then the capacities of days. Raises UnableToReserve naming the first line that
    falls short and what is left, NoRuleFits when there is enough but no rule lets it go; the caller's whole
    transaction is then to be given up.
    """
    known = queries.network_for(request=request)
    locked = ledger.lock_serving(
        product_ids=[line.product_id for line in request.lines], location_ids=[place.id for place in known.places]
    )
    need = queries.need_of(request=request, known=known)
    if takes_days:
        decision = _decide_and_take_days(request=request, need=need, known=known, locked=locked, reference=reference)
    else:
        decision = _decide(request=request, need=need, known=known, locked=locked)
    if not decision.is_whole and not request.may_wait:
        _refuse(need=need, decision=decision, locked=locked, known=known)
    _promise(need=need, known=known, decision=decision, locked=locked, reference=reference, cause=cause, at=at, by=by)
    return decision


def give_days_back(*, reference: str, but: list[int]) -> None:
    """Free the places a reference has among the orders of locations, all but these. One statement."""
    locks.note(rank=locks.Rank.CAPACITY)
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_DAYS, [reference, but])


def _decide(
    *,
    request: Request,
    need: Need,
    known: Network,
    locked: list[ledger.LockedLevel],
    full: frozenset[tuple[int, date]] = frozenset(),
) -> Decision:
    """Decide as the days are now."""
    stock = {(level.product_id, level.location_id): level.free for level in locked if level.free}
    busy = queries.busy_days(market=request.market, at=request.at)
    calendar = queries.calendar_of(request=request, busy=busy, also_full=full)
    return engine.decide(need=need, rules=known.rules, places=known.places, stock=stock, calendar=calendar)


def _decide_and_take_days(
    *, request: Request, need: Need, known: Network, locked: list[ledger.LockedLevel], reference: str
) -> Decision:
    """Decide, then take the days of places with a capacity; decide again without a day another order took meanwhile."""
    full: frozenset[tuple[int, date]] = frozenset()
    for _ in range(_TRIES):
        decision = _decide(request=request, need=need, known=known, locked=locked, full=full)
        lost = _take_days(decision=decision, known=known, reference=reference)
        if not lost:
            return decision
        full |= lost
    raise RuntimeError(f"{reference}: {_TRIES} plans lost their days to other orders")


def _take_days(*, decision: Decision, known: Network, reference: str) -> frozenset[tuple[int, date]]:
    """Take a place on each day the plan needs; return the (location, day) pairs that were gone, all then given back."""
    capacity = {place.id: place.daily_capacity for place in known.places if place.daily_capacity}
    wanted = [parcel for parcel in decision.parcels if parcel.location_id in capacity]
    if not wanted:
        return frozenset()
    locks.note(rank=locks.Rank.CAPACITY)
    with connection.cursor() as cursor:
        cursor.execute(_USES, [reference])
        has = {location_id for location_id, _ in cursor.fetchall()}
        new = [parcel for parcel in wanted if parcel.location_id not in has]
        if not new:
            return frozenset()
        cursor.execute(
            _TAKE_DAYS,
            {
                "reference": reference,
                "locations": [parcel.location_id for parcel in new],
                "days": [parcel.ships_on for parcel in new],
                "capacities": [capacity[parcel.location_id] for parcel in new],
            },
        )
        taken = {row[0] for row in cursor.fetchall()}
    lost = frozenset((parcel.location_id, parcel.ships_on) for parcel in new if parcel.location_id not in taken)
    if lost and taken:
        give_days_back(reference=reference, but=sorted(has))
    return lost


def _promise(
    *,
    need: Need,
    known: Network,
    decision: Decision,
    locked: list[ledger.LockedLevel],
    reference: str,
    cause: str,
    at: datetime,
    by: str,
) -> None:
    by_pair = {(level.product_id, level.location_id): level for level in locked}
    plan = [
        (by_pair[product_id, parcel.location_id], units, parcel.ships_on)
        for parcel in decision.parcels
        for product_id, units in parcel.units.items()
    ]
    taken = ledger.write_reservations(
        plan=[(level.id, units, day) for level, units, day in plan],
        decision=_written(need=need, known=known, decision=decision, locked=locked, cause=cause),
        reference=reference,
        by=by,
        at=at,
    )
    if taken != len(plan):
        raise RuntimeError(f"{reference}: {taken} of {len(plan)} locked levels could give what was planned")
    announce(moves=((level, level.free - units) for level, units, _ in plan), reference=reference, at=at)


def _written(
    *, need: Need, known: Network, decision: Decision, locked: list[ledger.LockedLevel], cause: str
) -> ledger.Written:
    codes = {place.id: place.code for place in known.places}
    stock: dict[str, dict[str, int]] = {}
    for level in locked:
        if level.free:
            stock.setdefault(str(level.product_id), {})[codes[level.location_id]] = level.free
    return ledger.Written(
        cause=cause,
        market=need.market,
        need=json.dumps(need.as_dict() | {"stock": stock}),
        rules=known.rules_json,
        trace=json.dumps(decision.trace),
        plan=json.dumps(decision.plan()),
    )


def _refuse(*, need: Need, decision: Decision, locked: list[ledger.LockedLevel], known: Network) -> None:
    """Say which line falls short: by its units where there are too few, by the rules where there would be enough."""
    open_to = {place.id for place in known.places if need.collect_at in {None, place.id}} - need.excluded
    free: dict[int, int] = {}
    for level in locked:
        if level.location_id in open_to:
            free[level.product_id] = free.get(level.product_id, 0) + level.free
    wanted: dict[int, int] = {}
    for line in need.lines:
        wanted[line.product_id] = wanted.get(line.product_id, 0) + line.quantity
    for line in need.lines:
        left = free.get(line.product_id, 0)
        if left < wanted[line.product_id]:
            raise UnableToReserve(product_id=line.product_id, sku=line.sku, wanted=line.quantity, left=left)
    short = next(line for line in need.lines if line.product_id in decision.missing)
    raise NoRuleFits(product_id=short.product_id, sku=short.sku)


__all__ = ["Request", "Wanted", "give_days_back", "source"]
