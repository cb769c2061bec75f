"""Read price list entries and what shoppers saw: one statement for any number of products."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.catalog.pricing.prior import Seen
from apps.catalog.pricing.types import Candidate
from apps.core.sql import prepared_cursor

# The history is read only beside promotional entries: nothing else announces a reduction. 400 days hold any operation
# the law lets run on, its 30 days before, and the price in force at their start.
_SQL = """
SELECT w.product_id, l.id, l.code, l.kind, l.precedence, l.customer_group, l.currency, l.includes_tax, l.is_active,
       l.valid_from, l.valid_to, p.id, p.min_quantity, p.amount_minor, p.valid_from, p.valid_to, product.tax_class,
       h.seen_from, h.amounts, h.reduced
FROM unnest(%(ids)s::bigint[], %(quantities)s::int[]) AS w(product_id, quantity)
JOIN catalogue_product product ON product.id = w.product_id
JOIN catalogue_price p ON p.product_id = w.product_id
JOIN catalogue_pricelist l ON l.id = p.price_list_id
JOIN catalogue_pricelist_markets m ON m.pricelist_id = l.id AND m.market_id = %(market)s
LEFT JOIN LATERAL (
    SELECT array_agg(s.seen_from) AS seen_from, array_agg(s.amount_minor) AS amounts, array_agg(s.is_reduced) AS reduced
    FROM catalogue_pricehistory s
    WHERE s.market_id = %(market)s AND s.product_id = w.product_id AND s.currency = %(currency)s
      AND s.seen_from <= %(at)s AND s.seen_from > %(at)s - interval '400 days' AND l.kind = 'promotion'
) h ON true
WHERE %(everything)s OR (
    l.is_active AND l.currency = %(currency)s AND l.customer_group IN ('', %(group)s)
    AND p.min_quantity <= w.quantity
    AND (l.valid_from IS NULL OR l.valid_from <= %(at)s) AND (l.valid_to IS NULL OR l.valid_to > %(at)s)
    AND (p.valid_from IS NULL OR p.valid_from <= %(at)s) AND (p.valid_to IS NULL OR p.valid_to > %(at)s)
)
"""


def load(
    *,
    market_id: int,
    currency: str,
    wanted: Mapping[int, int],
    at: datetime,
    customer_group: str,
    everything: bool = False,
) -> tuple[dict[int, list[Candidate]], dict[int, list[Seen]]]:
    """
    Return candidates and seen prices by product id. One statement.

    everything: also entries that cannot apply (other dates, groups, quantities), for staff who ask why.
    """
    candidates: dict[int, list[Candidate]] = {}
    seen: dict[int, list[Seen]] = {}
    if not wanted:
        return candidates, seen
    params: dict[str, Any] = {
        "ids": list(wanted),
        "quantities": list(wanted.values()),
        "market": market_id,
        "currency": currency,
        "group": customer_group,
        "at": at,
        "everything": everything,
    }
    with prepared_cursor() as cursor:
        cursor.execute(_SQL, params)
        for row in cursor.fetchall():
            candidates.setdefault(row[0], []).append(Candidate(*row[:17]))
            if row[17] and row[0] not in seen:
                seen[row[0]] = list(zip(row[17], row[18], row[19], strict=True))
    return candidates, seen
