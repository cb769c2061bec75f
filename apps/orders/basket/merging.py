"""Signing in, or changing the market, with a basket in hand: nothing is lost, everything is priced anew."""

from datetime import datetime

from django.db import connection, transaction

from apps.catalog import pricing as catalog_pricing
from apps.core import locks
from apps.markets.context import Shop
from apps.orders.basket import rows as basket_rows
from apps.orders.basket.rows import MAX_QUANTITY
from apps.orders.basket.writes import open_basket, put_line
from apps.orders.holds import operations as holds

# In id order, so that two tabs signing in at once never wait for each other in a circle. Any market of the brand.
_LOCK_BOTH = """
SELECT basket.id FROM basket_basket basket JOIN markets_market market ON market.id = basket.market_id
 WHERE market.brand_id = %(brand)s AND basket.status = 'Open'
   AND ((basket.id = %(source)s AND basket.owner_id IS NOT DISTINCT FROM %(source_owner)s)
        OR (basket.id = %(target)s AND basket.owner_id IS NOT DISTINCT FROM %(owner)s))
 ORDER BY basket.id FOR UPDATE OF basket
"""
_LINES = "SELECT product_id, quantity FROM basket_line WHERE basket_id = %s ORDER BY date_created, id"
_TAKE_VOUCHERS = """
INSERT INTO basket_basket_vouchers (basket_id, voucher_id)
SELECT %s, voucher_id FROM basket_basket_vouchers WHERE basket_id = %s ON CONFLICT DO NOTHING
"""
_CLOSE = "UPDATE basket_basket SET status = 'Merged', date_merged = %s WHERE id = %s"


@transaction.atomic
def merge(
    *,
    shop: Shop,
    source_id: int,
    source_owner_id: int | None,
    owner_id: int | None,
    at: datetime,
    target_id: int | None = None,
) -> int:
    """
    Pour a basket into the open basket of an account (or into `target_id`) in this market; return that basket's id.

    Quantities of the same product are added, at most MAX_QUANTITY; vouchers come along. Prices and stock records are
    found anew for this market; a product it does not sell stays as a line that says so. The source is closed, and what
    its checkout kept is free again. Safe to repeat: a source that is closed, of another brand or of another owner is
    left alone. Locks both baskets by id, then stock levels.
    """
    if target_id is None:
        target_id = open_basket(shop=shop, owner_id=owner_id, at=at)
    if target_id == source_id:
        return target_id
    locks.note(rank=locks.Rank.BASKET)
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK_BOTH,
            {
                "brand": shop.brand.id,
                "source": source_id,
                "source_owner": source_owner_id,
                "target": target_id,
                "owner": owner_id,
            },
        )
        if {row[0] for row in cursor.fetchall()} != {source_id, target_id}:
            return target_id
        cursor.execute(_LINES, [source_id])
        coming = dict(cursor.fetchall())
        cursor.execute(_TAKE_VOUCHERS, [target_id, source_id])
        cursor.execute(_CLOSE, [at, source_id])
    _pour(shop=shop, target_id=target_id, coming=coming, at=at)
    # Whoever signs in half-way through the checkout must not find the goods kept for the guest they were.
    holds.drop(basket_id=source_id, reason=f"merged into basket {target_id}", at=at)
    return target_id


def _pour(*, shop: Shop, target_id: int, coming: dict[int, int], at: datetime) -> None:
    there = {line.product_id: line.quantity for line in basket_rows.load(shop=shop, basket_id=target_id).lines}
    wanted = {
        product_id: min(MAX_QUANTITY, quantity + there.get(product_id, 0)) for product_id, quantity in coming.items()
    }
    if not wanted:
        return
    quotes = catalog_pricing.quote_many(market=shop.market, wanted=wanted, at=at)
    for product_id, quantity in wanted.items():
        put_line(
            shop=shop,
            basket_id=target_id,
            product_id=product_id,
            quantity=quantity,
            quote=quotes.get(product_id),
            at=at,
        )
