"""Whether promises were kept: orders that arrived by the day they were first promised, and who said no how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

PERIOD = timedelta(days=30)
# The day named first counts, however often a later one was told since. What is collected was promised to be ready.
_KEPT = """
SELECT market.code, count(*),
       count(*) FILTER (WHERE arrived.day <= promised.day),
       coalesce(max(arrived.day - promised.day) FILTER (WHERE arrived.day > promised.day), 0)
  FROM order_order placed
  JOIN markets_market market ON market.id = placed.market_id
  CROSS JOIN LATERAL (
    SELECT (max(coalesce(parcel.ready_at, parcel.delivered_at)) AT TIME ZONE market.time_zone)::date AS day,
           max(parcel.delivered_at) AS at
      FROM order_fulfilment parcel
     WHERE parcel.order_id = placed.id AND parcel.state NOT IN ('cancelled', 'rejected', 'replaced')
    HAVING bool_and(parcel.delivered_at IS NOT NULL)) arrived
  CROSS JOIN LATERAL (
    SELECT coalesce(placed.delivery_promise ->> 'first', placed.delivery_promise ->> 'latest')::date AS day) promised
 WHERE placed.state = 'delivered' AND arrived.at > %(since)s AND promised.day IS NOT NULL
 GROUP BY market.code ORDER BY market.code
"""
_ANSWERS = """
SELECT place.name, count(*) AS asked, count(*) FILTER (WHERE said_no.parcel) AS refused
  FROM order_fulfilment parcel
  JOIN partner_location place ON place.id = parcel.location_id AND place.kind <> 'inbound'
  CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM order_rejection WHERE fulfilment_id = parcel.id) AS parcel) said_no
 WHERE parcel.created_at > %(since)s AND parcel.state <> 'cancelled'
 GROUP BY place.id, place.name HAVING bool_or(said_no.parcel)
 ORDER BY count(*) FILTER (WHERE said_no.parcel)::numeric / count(*) DESC, place.name
 LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Orders of a market that arrived whole, how many by the day promised first, and the days of the latest."""

    market: str
    orders: int
    kept: int
    worst_days: int

    @property
    def percent(self) -> int:
        """The promise kept rate, rounded down: 99.9 % is not all."""
        return 100 * self.kept // self.orders if self.orders else 100


@dataclass(frozen=True, slots=True)
class Answers:
    """Parcels a location was asked for, and those of which it rejected goods."""

    location: str
    asked: int
    refused: int

    @property
    def percent(self) -> int:
        """The rejection rate, rounded up: one is not none."""
        return -(-100 * self.refused // self.asked) if self.asked else 0


def promises_kept(*, at: datetime) -> list[Kept]:
    """Return each market's promise kept rate over the orders that arrived within PERIOD. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"since": at - PERIOD})
        return [Kept(*row) for row in cursor.fetchall()]


def rejections(*, at: datetime) -> list[Answers]:
    """Return the ten locations that rejected most of what they were asked for within PERIOD. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, {"since": at - PERIOD})
        return [Answers(*row) for row in cursor.fetchall()]
