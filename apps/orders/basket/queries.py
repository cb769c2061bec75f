"""Reads of baskets: which one is this visitor's, what is in it, what it costs."""

from datetime import datetime

from django.db import connection

from apps.inventory.sourcing import queries as sourcing
from apps.markets.context import Shop
from apps.orders import tokens
from apps.orders.basket import rows as basket_rows
from apps.orders.basket.data import PricedBasket
from apps.orders.basket.pricing import price_basket
from apps.orders.errors import BasketNotFound
from apps.orders.models.hold import reference_of

_OF_OWNER = "SELECT id FROM basket_basket WHERE owner_id = %s AND market_id = %s AND status = 'Open'"
_OF_NOBODY = "SELECT id FROM basket_basket WHERE id = %s AND market_id = %s AND status = 'Open' AND owner_id IS NULL"
_COUNT = "SELECT coalesce(sum(quantity), 0) FROM basket_line WHERE basket_id = %s"


def find_basket(*, shop: Shop, owner_id: int | None, token: str = "") -> int | None:
    """
    The open basket of an account, or of the cookie token of a visitor without one, in this market. One statement.

    A token never opens the basket of an account, and a basket of another market is None here.
    """
    if owner_id is not None:
        params = [owner_id, shop.market.id]
    else:
        basket_id = tokens.basket_id(token) if token else None
        if basket_id is None:
            return None
        params = [basket_id, shop.market.id]
    with connection.cursor() as cursor:
        cursor.execute(_OF_NOBODY if owner_id is None else _OF_OWNER, params)
        row = cursor.fetchone()
    return row[0] if row else None


def basket_view(
    *,
    shop: Shop,
    basket_id: int,
    at: datetime,
    delivery_code: str | None = None,
    postcode: str = "",
    customer_group: str = "",
) -> PricedBasket:
    """
    A basket with prices, discounts, tax, problems and a delivery estimate. At most 6 statements, however many lines
    (one more where a location has a capacity, another the first time a rule measures the way to a postcode).

    basket_id: from `find_basket`, which is what checks whose it is. Raises BasketNotFound (also for another market's),
    DeliveryRefused.
    """
    found = basket_rows.load(shop=shop, basket_id=basket_id)
    return _priced(
        shop=shop, found=found, at=at, delivery_code=delivery_code, postcode=postcode, customer_group=customer_group
    )


def _priced(
    *,
    shop: Shop,
    found: basket_rows.BasketRows,
    at: datetime,
    delivery_code: str | None,
    postcode: str,
    customer_group: str = "",
) -> PricedBasket:
    free = sourcing.free_units(
        product_ids=found.goods,
        market=shop.market,
        # What its own checkout keeps is there for it, and for nobody else.
        held_by=reference_of(basket_id=found.id),
    )
    return price_basket(
        shop=shop,
        rows=found,
        stock=free,
        delivery_code=delivery_code,
        at=at,
        postcode=postcode,
        customer_group=customer_group,
    )


def guest_basket_view(
    *, shop: Shop, token: str, at: datetime, delivery_code: str | None = None, postcode: str = ""
) -> PricedBasket | None:
    """
    The basket of a visitor without account as `basket_view` gives it, or None where the token opens none. 5 statements.

    The signature of the token names the basket, and what was read says that it is open, of this market and nobody's:
    that needs no statement of its own. Raises DeliveryRefused.
    """
    basket_id = tokens.basket_id(token) if token else None
    if basket_id is None:
        return None
    try:
        found = basket_rows.load(shop=shop, basket_id=basket_id)
    except BasketNotFound:
        return None
    if found.owner_id is not None:
        return None
    return _priced(shop=shop, found=found, at=at, delivery_code=delivery_code, postcode=postcode)


def pieces(*, basket_id: int) -> int:
    """How many pieces are in a basket, for the header. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [basket_id])
        return int(cursor.fetchone()[0])
