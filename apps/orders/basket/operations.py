"""Every change of a basket. All lock the basket first, so two tabs cannot undo each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from apps.catalog import pricing as catalog_pricing
from apps.catalog import queries as catalog_queries
from apps.catalog.queries.kits import possible
from apps.inventory import queries as stock
from apps.inventory.sourcing import queries as sourcing
from apps.markets.context import Shop
from apps.markets.enums import LaunchState
from apps.orders.basket import limits
from apps.orders.basket import rows as basket_rows
from apps.orders.basket.merging import merge
from apps.orders.basket.rows import MAX_QUANTITY
from apps.orders.basket.vouchers import apply_voucher, remove_voucher
from apps.orders.basket.writes import open_basket, put_line
from apps.orders.errors import (
    BasketNotFound,
    NotEnough,
    NotInSteps,
    NotSoldHere,
    QuantityRefused,
    ShopClosed,
    SoldOut,
    TakenByOtherLines,
    TooManyPerOrder,
)
from apps.orders.models.hold import reference_of
from apps.orders.sourcing import units_left

__all__ = [
    "OF_A_LINE",
    "accept_prices",
    "add_line",
    "apply_voucher",
    "change_quantity",
    "merge",
    "open_basket",
    "remove_line",
    "remove_voucher",
]

OF_A_LINE = (NotEnough, NotInSteps, NotSoldHere, QuantityRefused, SoldOut, TakenByOtherLines, TooManyPerOrder)
"""What is refused about one line, however the rest of a basket is."""

# What one unit takes of each product it needs, what the other lines take of it (kits count as their components), and
# how many units are in the basket already.
_NEEDS = """
WITH part AS (
  SELECT product_id, quantity FROM catalogue_kitcomponent WHERE kit_id = %(product)s
), need AS (
  SELECT product_id, quantity FROM part
   UNION ALL SELECT %(product)s::bigint, 1 WHERE NOT EXISTS (SELECT FROM part)
), other AS (
  SELECT coalesce(inside.product_id, line.product_id) AS product_id,
         sum(line.quantity * coalesce(inside.quantity, 1)) AS units
    FROM basket_line line LEFT JOIN catalogue_kitcomponent inside ON inside.kit_id = line.product_id
   WHERE line.basket_id = %(basket)s AND line.product_id <> %(product)s
   GROUP BY 1
)
SELECT need.product_id, need.quantity, coalesce(other.units, 0)::int,
       (SELECT quantity FROM basket_line WHERE basket_id = %(basket)s AND product_id = %(product)s)
       , (SELECT ARRAY[greatest(own.order_step, parent.order_step), least(own.order_most, parent.order_most)]
            FROM catalogue_product own LEFT JOIN catalogue_product parent ON parent.id = own.parent_id
           WHERE own.id = %(product)s)
  FROM need LEFT JOIN other USING (product_id)
"""
_PRODUCT_OF_LINE = "SELECT product_id, quantity FROM basket_line WHERE id = %s AND basket_id = %s"
_REMOVE = "DELETE FROM basket_line WHERE id = %s AND basket_id = %s"


@transaction.atomic
def add_line(*, shop: Shop, basket_id: int, owner_id: int | None, product_id: int, quantity: int, at: datetime) -> int:
    """
    Put more of a product into a basket; return how many are in it now. Six statements.

    quantity: whole, from 1 to MAX_QUANTITY with what is there. Locks the basket. Raises QuantityRefused, NotSoldHere,
    SoldOut, NotEnough, TakenByOtherLines, TooManyPerOrder, NotInSteps, ShopClosed, BasketNotFound; then
    nothing has changed.
    """
    _check_quantity(quantity, lowest=1)
    _check_open(shop)
    basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
    needed = _needed(basket_id=basket_id, product_id=product_id)
    wanted = quantity + needed.in_basket
    _check_quantity(wanted, lowest=1)
    _put_checked(shop=shop, basket_id=basket_id, product_id=product_id, quantity=wanted, needed=needed, at=at)
    return wanted


@transaction.atomic
def change_quantity(
    *, shop: Shop, basket_id: int, owner_id: int | None, line_id: int, quantity: int, at: datetime
) -> None:
    """
    Set the quantity of a line; 0 removes it.

    Locks the basket. A line that is not in this basket is not there: nothing happens but BasketNotFound. Raises
    QuantityRefused, NotSoldHere, SoldOut, NotEnough, TakenByOtherLines, TooManyPerOrder, NotInSteps; then nothing
    has changed.
    """
    _check_quantity(quantity, lowest=0)
    basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCT_OF_LINE, [line_id, basket_id])
        row = cursor.fetchone()
        if row is None:
            raise BasketNotFound
        if quantity == 0:
            cursor.execute(_REMOVE, [line_id, basket_id])
            return
    product_id, _ = row
    needed = _needed(basket_id=basket_id, product_id=product_id)
    _put_checked(shop=shop, basket_id=basket_id, product_id=product_id, quantity=quantity, needed=needed, at=at)


@transaction.atomic
def remove_line(*, shop: Shop, basket_id: int, owner_id: int | None, line_id: int) -> None:
    """Take a line out. Safe to repeat: a line that is gone stays gone. Raises BasketNotFound."""
    basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [line_id, basket_id])


@transaction.atomic
def accept_prices(*, shop: Shop, basket_id: int, owner_id: int | None, at: datetime) -> None:
    """Take today's unit prices as seen, so that the basket stops saying they changed."""
    basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
    found = basket_rows.load(shop=shop, basket_id=basket_id)
    wanted = {line.product_id: line.quantity for line in found.lines}
    quotes = catalog_pricing.quote_many(market=shop.market, wanted=wanted, at=at)
    for line in found.lines:
        quote = quotes.get(line.product_id)
        if quote is not None and quote.unit != line.seen:
            put_line(
                shop=shop, basket_id=basket_id, product_id=line.product_id, quantity=line.quantity, quote=quote, at=at
            )


@dataclass(frozen=True, slots=True)
class _Needed:
    """
    What one unit takes of the stock, what the other lines of the basket take of that, and how many are in it; the steps
    it is sold in, and how many an order may hold.
    """

    needs: tuple[tuple[int, int], ...]
    taken: Mapping[int, int]
    in_basket: int
    step: int
    most: int | None


def _needed(*, basket_id: int, product_id: int) -> _Needed:
    with connection.cursor() as cursor:
        cursor.execute(_NEEDS, {"basket": basket_id, "product": product_id})
        rows = cursor.fetchall()
    needs = tuple((row[0], row[1]) for row in rows)
    step, most = rows[0][4] or (1, None)
    return _Needed(needs, {row[0]: row[2] for row in rows}, rows[0][3] or 0, step, most)


def _put_checked(*, shop: Shop, basket_id: int, product_id: int, quantity: int, needed: _Needed, at: datetime) -> None:
    page = catalog_queries.sellable_lines(shop=shop, product_ids=[product_id]).get(product_id)
    quote = catalog_pricing.quote_many(market=shop.market, wanted={product_id: quantity}, at=at).get(product_id)
    if page is None or quote is None:
        raise NotSoldHere(name=page.title if page else stock.sku_of(product_id=product_id))
    limited = limits.of_line(name=page.title, quantity=quantity, step=needed.step, most=needed.most)
    if limited is not None:
        raise limited[0]
    goods = [good for good, _ in needed.needs]
    free = sourcing.free_units(product_ids=goods, market=shop.market, held_by=reference_of(basket_id=basket_id))
    there = units_left(stock=free)
    rest = {good: there.get(good, 0) - needed.taken[good] for good in goods}
    if possible(needs=needed.needs, left=there) == 0:
        raise SoldOut(name=page.title)
    left = possible(needs=needed.needs, left=rest)
    if left <= 0:
        raise TakenByOtherLines(name=page.title)
    if left < quantity:
        raise NotEnough(name=page.title, left=left, wanted=quantity)
    put_line(shop=shop, basket_id=basket_id, product_id=product_id, quantity=quantity, quote=quote, at=at)


def _check_quantity(quantity: object, *, lowest: int) -> None:
    whole = isinstance(quantity, int) and not isinstance(quantity, bool)
    if not whole or not lowest <= quantity <= MAX_QUANTITY:  # type: ignore[operator] # whole is checked first
        raise QuantityRefused(quantity=quantity, limit=MAX_QUANTITY)


def _check_open(shop: Shop) -> None:
    if shop.market.launch_state == LaunchState.CLOSED:
        raise ShopClosed
