"""Write down each price shoppers are shown from now on."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from apps.catalog.pricing.types import PriceQuote
from apps.core.sql import array_text

# Never earlier than the row before it, so that two clocks a moment apart cannot turn the history around.
_INSERT = """
INSERT INTO catalogue_pricehistory (market_id, product_id, amount_minor, currency, is_reduced, seen_from)
SELECT g.market_id, g.product_id, g.amount, g.currency, g.reduced,
       greatest(%(at)s, last.seen_from + interval '1 microsecond')
FROM unnest(%(markets)s::bigint[], %(products)s::bigint[], %(amounts)s::bigint[], %(currencies)s::text[],
            %(reduced)s::bool[]) AS g(market_id, product_id, amount, currency, reduced)
LEFT JOIN LATERAL (
    SELECT h.amount_minor, h.currency, h.is_reduced, h.seen_from FROM catalogue_pricehistory h
    WHERE h.market_id = g.market_id AND h.product_id = g.product_id ORDER BY h.seen_from DESC LIMIT 1
) last ON true
WHERE (last.amount_minor, last.currency, last.is_reduced) IS DISTINCT FROM (g.amount, g.currency, g.reduced)
"""


def record(*, shown: Mapping[tuple[int, int], PriceQuote], at: datetime) -> int:
    """Add what changed of (market, product) → price shown; return how many. One statement; under the write lock."""
    if not shown:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "at": at,
                "markets": array_text(market_id for market_id, _ in shown),
                "products": array_text(product_id for _, product_id in shown),
                "amounts": array_text(quote.unit.minor for quote in shown.values()),
                "currencies": [quote.unit.currency for quote in shown.values()],
                "reduced": [quote.is_promotion for quote in shown.values()],
            },
        )
        return int(cursor.rowcount)
