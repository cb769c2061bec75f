"""The figures of the first page: sales of today, what is stuck, what runs out. A fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from apps.catalog.publication.build import LOW_STOCK
from apps.core import heartbeat
from apps.core.models import BooksProof
from apps.core.money import Money
from apps.orders.enums import SettleOutcome
from apps.orders.logistics.operations import ACKNOWLEDGE_WITHIN, SEND_WITHIN
from apps.orders.returns.queries import WARN_BEFORE

DAYS = 8
PUBLICATION_MAY_WAIT = timedelta(minutes=5)
DELIVERY_MAY_WAIT = timedelta(minutes=5)
# The books are read every night; a night that was missed is noticed by the next noon.
PROOF_MAY_BE_OLD = timedelta(hours=36)
MOST_LOW = 12

# Days are the market's own; last week's day counts up to the same time of day, so that a morning is fair.
_SALES = """
SELECT market.id, market.code, market.country, placed.currency,
       ((%(at)s AT TIME ZONE market.time_zone)::date - (placed.date_placed AT TIME ZONE market.time_zone)::date) AS ago,
       count(*), sum(placed.total_incl_tax),
       count(*) FILTER (WHERE placed.date_placed <= %(at)s - interval '7 days'),
       coalesce(sum(placed.total_incl_tax) FILTER (WHERE placed.date_placed <= %(at)s - interval '7 days'), 0)
  FROM order_order placed JOIN markets_market market ON market.id = placed.market_id
 WHERE placed.date_placed > %(at)s - interval '9 days' AND placed.date_placed <= %(at)s
   AND placed.state NOT IN ('expired', 'cancelled')
   AND (%(markets)s::bigint[] IS NULL OR placed.market_id = ANY(%(markets)s))
 GROUP BY market.id, market.code, market.country, placed.currency, ago
"""
_STUCK = """
SELECT 'dead', count(*), min(event.created_at) FROM core_outboxdelivery delivery
  JOIN core_outboxevent event ON event.id = delivery.event_id WHERE delivery.state = 'dead'
UNION ALL SELECT 'late', count(*), min(next_attempt_at) FROM core_outboxdelivery
 WHERE state = 'pending' AND next_attempt_at < %(delivery)s
UNION ALL SELECT 'payment', count(*), min(deadline_at) FROM order_payment
 WHERE state IN ('created', 'pending') AND deadline_at < %(at)s AND {order_in_reach}
UNION ALL SELECT 'refund', count(*), min(created_at) FROM order_payment WHERE state = 'refund_due'
   AND {order_in_reach}
UNION ALL SELECT 'release', count(*), min(settled_at) FROM order_payment WHERE state = 'void_due'
   AND settled_at < %(delivery)s AND {order_in_reach}
UNION ALL SELECT 'charge', count(*), min(settled_at) FROM order_payment payment WHERE state = 'authorised'
   AND (refusal_code = 'authorisation_lost' OR EXISTS (
        SELECT FROM order_paymentcapture WHERE payment_id = payment.id AND state = 'refused')) AND {order_in_reach}
UNION ALL SELECT 'dispute', count(*), min(opened_at) FROM order_paymentdispute WHERE state = 'open'
   AND (%(markets)s::bigint[] IS NULL OR payment_id IN (SELECT id FROM order_payment WHERE {order_in_reach}))
UNION ALL SELECT 'differs', count(*), min(created_at) FROM order_payment
 WHERE received_minor > 0 AND captured_minor = 0 AND {order_in_reach}
UNION ALL SELECT 'strange', count(*), min(received_at) FROM order_paymentnotice
 WHERE outcome = ANY(%(strange)s) AND received_at > %(at)s - interval '30 days'
   AND (%(markets)s::bigint[] IS NULL OR payment_id IN (SELECT id FROM order_payment WHERE {order_in_reach}))
UNION ALL SELECT 'unpaid', count(*), min(expires_at) FROM order_order WHERE state = 'placed' AND expires_at < %(at)s
   AND (%(markets)s::bigint[] IS NULL OR market_id = ANY(%(markets)s))
UNION ALL SELECT 'unshipped', count(*), min(due_at) FROM order_fulfilment
 WHERE state IN ('new', 'picked', 'packed') AND due_at < %(at)s AND {order_in_reach}
UNION ALL SELECT 'partner', count(*), min(coalesce(sent_at, created_at)) FROM order_fulfilment
 WHERE state IN ('new', 'picked', 'packed') AND location_id IN (SELECT id FROM partner_location WHERE partner <> '')
   AND (CASE WHEN partner_reference = '' THEN created_at < %(unsent)s
             ELSE acknowledged_at IS NULL AND sent_at < %(unheard)s END) AND {order_in_reach}
UNION ALL SELECT 'misreported', count(*), min(received_at) FROM order_partnernotice
 WHERE outcome IN ('too_late', 'refused', 'unknown_order') AND received_at > %(at)s - interval '7 days'
   AND (%(markets)s::bigint[] IS NULL OR fulfilment_id IN (SELECT id FROM order_fulfilment WHERE {order_in_reach}))
UNION ALL SELECT 'waiting', count(*), min(created_at) FROM order_fulfilment
 WHERE state = 'waiting' AND {order_in_reach}
UNION ALL SELECT 'uncollected', count(*), min(due_at) FROM order_fulfilment
 WHERE state = 'ready' AND due_at < %(delivery)s AND {order_in_reach}
UNION ALL SELECT 'inbound', count(*), min(expected_on)::timestamptz FROM partner_location
 WHERE kind = 'inbound' AND is_active AND expected_on < %(today)s AND %(markets)s::bigint[] IS NULL
UNION ALL SELECT 'return', count(*), min(refund_due_at) FROM order_return
 WHERE state IN ('declared', 'refund_due') AND refund_due_at < %(returns)s AND {order_in_reach}
UNION ALL SELECT 'unpublished', count(DISTINCT product_id), min(due_since) FROM catalogue_publicationdue
 WHERE due_since < %(publication)s
   AND (%(brands)s::bigint[] IS NULL OR product_id IN
        (SELECT product_id FROM catalogue_productbrand WHERE brand_id = ANY(%(brands)s)))
UNION ALL SELECT 'picture', count(*), min(created_at) FROM media_asset WHERE state = 'failed'
""".replace(
    "{order_in_reach}",
    "(%(markets)s::bigint[] IS NULL OR order_id IN (SELECT id FROM order_order WHERE market_id = ANY(%(markets)s)))",
)
_STRANGE = [
    SettleOutcome.AMOUNT_MISMATCH,
    SettleOutcome.CURRENCY_MISMATCH,
    SettleOutcome.ORDER_MISMATCH,
    SettleOutcome.UNKNOWN_PAYMENT,
]
_LOW = """
SELECT product.id, product.upc, coalesce(nullif(product.title, ''), parent.title), found.units, found.level_id
  FROM (SELECT level.product_id, sum(level.free) AS units,
               min(level.id) AS level_id
          FROM partner_stocklevel level JOIN partner_location place ON place.id = level.location_id
         WHERE place.is_active AND place.sells_online GROUP BY level.product_id) found
  JOIN catalogue_product product ON product.id = found.product_id
  LEFT JOIN catalogue_product parent ON parent.id = product.parent_id
 WHERE found.units <= %(low)s AND product.status = 'active' AND product.is_public
   AND (%(brands)s::bigint[] IS NULL OR EXISTS (
        SELECT FROM catalogue_productbrand link WHERE link.brand_id = ANY(%(brands)s)
           AND link.product_id IN (product.id, product.parent_id)))
 ORDER BY found.units, product.upc LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class MarketSales:
    """A market's orders of today and of the same weekday last week up to the same hour. days: oldest first."""

    market: str
    country: str
    orders: int
    turnover: Money
    orders_before: int
    turnover_before: Money
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many things of a kind wait too long, and since when the oldest does."""

    kind: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Low:
    """A SKU that runs out online."""

    product_id: int
    sku: str
    name: str
    units: int
    level_id: int


def _ids(ids: Sequence[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)


def sales(*, at: datetime, market_ids: Sequence[int] | None = None) -> list[MarketSales]:
    """Return today's sales per market (None: all) and currency, the largest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SALES, {"at": at, "markets": _ids(market_ids)})
        rows = cursor.fetchall()
    days: dict[tuple[int, str, str, str], dict[int, tuple[int, Decimal, int, Decimal]]] = {}
    for market_id, code, country, currency, ago, *figures in rows:
        days.setdefault((market_id, code, country, currency), {})[ago] = tuple(figures)  # type: ignore[assignment] # four figures
    none = (0, Decimal(0), 0, Decimal(0))
    found = [
        MarketSales(
            market=code,
            country=country,
            orders=by_day.get(0, none)[0],
            turnover=Money(by_day.get(0, none)[1], currency),
            orders_before=by_day.get(DAYS - 1, none)[2],
            turnover_before=Money(by_day.get(DAYS - 1, none)[3], currency),
            days=tuple(by_day.get(ago, none)[0] for ago in range(DAYS - 1, -1, -1)),
        )
        for (_id, code, country, currency), by_day in days.items()
    ]
    return sorted(found, key=lambda row: (-row.orders, row.market))


def stuck(
    *, at: datetime, market_ids: Sequence[int] | None = None, brand_ids: Sequence[int] | None = None
) -> list[Stuck]:
    """Return everything that waits longer than it should, by kind. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STUCK,
            {
                "at": at,
                "today": timezone.localdate(at),
                "markets": _ids(market_ids),
                "brands": _ids(brand_ids),
                "delivery": at - DELIVERY_MAY_WAIT,
                "publication": at - PUBLICATION_MAY_WAIT,
                "returns": at + WARN_BEFORE,
                "unsent": at - SEND_WITHIN,
                "unheard": at - ACKNOWLEDGE_WITHIN,
                "strange": [str(outcome) for outcome in _STRANGE],
            },
        )
        return [Stuck(*row) for row in cursor.fetchall()]


def silent_processes(*, at: datetime) -> list[Stuck]:
    """Return beat and worker when they have not been seen for too long. One statement."""
    return [Stuck(name, 1, seen) for name, seen in heartbeat.silent(at=at).items()]


def books(*, at: datetime) -> list[Stuck]:
    """Return the contradictions of the newest proof of the books, and that proof when it is too old. One statement."""
    proof = BooksProof.objects.order_by("-at", "-id").only("at", "exceptions").first()
    found = [Stuck("books", proof.exceptions, proof.at)] if proof else []
    # A shop opened today has not had a night yet: the scheduler's silence is told apart by its own heartbeat.
    if proof and at - proof.at > PROOF_MAY_BE_OLD:
        found.append(Stuck("unproven", 1, proof.at))
    return found


def low_stock(*, brand_ids: Sequence[int] | None = None) -> list[Low]:
    """Return the SKUs that run out online first, of these brands (None: all). One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LOW, {"low": LOW_STOCK, "most": MOST_LOW, "brands": _ids(brand_ids)})
        return [Low(row[0], row[1] or "", row[2] or "", int(row[3]), row[4]) for row in cursor.fetchall()]
