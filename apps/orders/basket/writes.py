"""The two statements that make baskets and their lines; who may call them is decided in operations and merging."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.catalog.pricing import PriceQuote
from apps.inventory import operations as inventory
from apps.markets.context import Shop
from apps.orders.errors import BasketNotFound, NotSoldHere

_OPEN = """
INSERT INTO basket_basket (owner_id, market_id, status, date_created) VALUES (%s, %s, 'Open', %s)
    ON CONFLICT (owner_id, market_id) WHERE owner_id IS NOT NULL AND status = 'Open' DO NOTHING
RETURNING id
"""
# The stock record is looked up by product each time: one of another seller can never stay behind.
_PUT = """
INSERT INTO basket_line (basket_id, line_reference, product_id, stockrecord_id, quantity, price_currency,
                         price_excl_tax, price_incl_tax, date_created, date_updated)
SELECT %(basket)s, 'product-' || %(product)s::bigint, %(product)s, held.id, %(quantity)s, %(currency)s,
       %(net)s::numeric, %(gross)s::numeric, %(at)s, %(at)s
  FROM (SELECT id FROM partner_stockrecord WHERE product_id = %(product)s ORDER BY id LIMIT 1) held
    ON CONFLICT (basket_id, product_id) DO UPDATE
   SET quantity = EXCLUDED.quantity, stockrecord_id = EXCLUDED.stockrecord_id, date_updated = EXCLUDED.date_updated,
       price_currency = EXCLUDED.price_currency, price_excl_tax = EXCLUDED.price_excl_tax,
       price_incl_tax = EXCLUDED.price_incl_tax
RETURNING id
"""


@transaction.atomic
def open_basket(*, shop: Shop, owner_id: int | None, at: datetime) -> int:
    """Return the account's open basket in this market, made when there is none; a new one for a visitor without."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [owner_id, shop.market.id, at])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "SELECT id FROM basket_basket WHERE owner_id = %s AND market_id = %s AND status = 'Open'",
                [owner_id, shop.market.id],
            )
            row = cursor.fetchone()
    if row is None:
        raise BasketNotFound
    return int(row[0])


def put_line(
    *,
    shop: Shop,
    basket_id: int,
    product_id: int,
    quantity: int,
    quote: PriceQuote | None,
    at: datetime,
) -> None:
    """Write one line under the basket's lock, remembering the price seen; the stock record is found anew."""
    market = shop.market
    params: dict[str, Any] = {
        "basket": basket_id,
        "product": product_id,
        "quantity": quantity,
        "currency": market.currency,
        "net": quote.unit.amount if quote and not market.prices_include_tax else None,
        "gross": quote.unit.amount if quote and market.prices_include_tax else None,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PUT, params)
        if cursor.fetchone() is None:
            inventory.ensure_stock_records(product_ids=[product_id])
            cursor.execute(_PUT, params)
            if cursor.fetchone() is None:
                raise NotSoldHere(name=str(product_id))
