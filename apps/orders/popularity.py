"""What shoppers choose (kits, not what is in them), told to the catalogue, which sorts by it and knows no orders."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection

from apps.catalog import operations as catalog
from apps.markets.models import Market
from apps.orders.enums import OrderState

# Long enough to be steady, short enough to follow the season.
WINDOW = timedelta(days=90)
_BOUGHT = (OrderState.CONFIRMED, OrderState.IN_FULFILMENT, OrderState.SHIPPED, OrderState.DELIVERED)
_UNITS = """
SELECT o.market_id, coalesce(p.parent_id, p.id), sum(chosen.quantity)::int
  FROM order_order o
  CROSS JOIN LATERAL (SELECT product_id, quantity FROM order_line WHERE order_id = o.id AND kit_id IS NULL
                       UNION ALL SELECT product_id, quantity FROM order_orderkit WHERE order_id = o.id) chosen
  JOIN catalogue_product p ON p.id = chosen.product_id
 WHERE o.state = ANY(%s) AND o.date_placed > %s AND o.date_placed <= %s
 GROUP BY 1, 2
"""


def record_popularity(*, at: datetime) -> int:
    """
    Score products by the units bought in the WINDOW before `at`, per market; return how many publications changed.

    Orders that were never paid do not count. Repeatable: scores are set, not added to, and a product nobody bought
    any more falls back. One statement to read, one per market to write, each market in its own transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, [[str(state) for state in _BOUGHT], at - WINDOW, at])
        rows = cursor.fetchall()
    scores: dict[int, dict[int, int]] = defaultdict(dict)
    for market_id, product_id, units in rows:
        scores[market_id][product_id] = units
    markets = Market.objects.order_by("id").values_list("id", flat=True)
    return sum(catalog.record_popularity(market_id=market_id, scores=scores[market_id]) for market_id in markets)
