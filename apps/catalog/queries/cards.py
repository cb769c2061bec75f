"""Product cards, from rows of the read model to values."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from apps.catalog.queries.near import Near
from apps.catalog.queries.types import Card
from apps.core.money import from_minor
from apps.markets.context import Shop

COLUMNS = "product_id, slug, name, card::text, price_minor, price_max_minor, prior_minor, currency, availability"

_RULES = {
    "newest": ("", "first_published_at DESC, product_id"),
    "bestsellers": ("", "popularity DESC, product_id"),
    "on_offer": ("AND prior_minor IS NOT NULL", "(prior_minor - price_minor)::float / prior_minor DESC, product_id"),
}


def product_url(*, shop: Shop, slug: str) -> str:
    """Return a product's address in a shop."""
    return f"{shop.prefix}p/{slug}/"


def card_of(*, shop: Shop, row: tuple[Any, ...]) -> Card:
    """Return the card of a row of COLUMNS; parsed once for as long as the row says the same."""
    key = (shop.prefix, row[:9])
    return _near.get(key) or _near.keep(key, _parsed(shop, row))


# By the whole row, its text included: a card is never another row's. About 4 KB each.
_near: Near[Card] = Near(size=3_000)


def _parsed(shop: Shop, row: tuple[Any, ...]) -> Card:
    product_id, slug, name, text, price, price_max, prior, currency, availability = row[:9]
    data = json.loads(text)
    return Card(
        product_id=product_id,
        slug=slug,
        url=product_url(shop=shop, slug=slug),
        name=name,
        sku=data["sku"],
        tagline=data["tagline"],
        specs=tuple(data.get("specs", ())),  # absent from rows published before cards had them
        price=from_minor(price, currency),
        price_max=from_minor(price_max, currency),
        prior=from_minor(prior, currency) if prior is not None else None,
        is_promotion=data["is_promotion"],
        availability=availability,
        picture=data["picture"],
        second_picture=data["second_picture"],
        variants=data["variants"],
        single_product_id=data["single_product_id"],
        swatches=tuple(data["swatches"]),
        more_swatches=data["more_swatches"],
        fingerprint=hash(row[1:9]),
    )


def cards(
    *,
    shop: Shop,
    product_ids: Iterable[int] | None = None,
    rule: str | None = None,
    category_id: int | None = None,
    limit: int = 12,
) -> tuple[Card, ...]:
    """
    Return cards by id, in the order given, or by a rule: newest, bestsellers, on_offer. One statement.

    Ids of variants give their product. What the shop does not show is left out. category_id narrows a rule.
    """
    if product_ids is not None:
        return _by_ids(shop, list(product_ids))
    where, order = _RULES[rule or "bestsellers"]
    within = "AND category_ids @> %(category)s::int[]" if category_id is not None else ""
    sql = f"""
SELECT {COLUMNS} FROM catalogue_publication
WHERE market_id = %(market)s AND language = %(language)s {where} {within} ORDER BY {order} LIMIT %(limit)s
"""  # noqa: S608 -- made of constants; values are parameters
    params: dict[str, Any] = {
        "market": shop.market.id,
        "language": shop.language,
        "category": [category_id],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return tuple(card_of(shop=shop, row=row) for row in cursor.fetchall())


def _by_ids(shop: Shop, ids: list[int]) -> tuple[Card, ...]:
    if not ids:
        return ()
    sql = f"""
SELECT {COLUMNS}, (SELECT min(array_position(%(ids)s::bigint[], v.id)) FROM catalogue_product v
                   WHERE v.id = ANY(%(ids)s) AND coalesce(v.parent_id, v.id) = pub.product_id) AS place
FROM catalogue_publication pub
WHERE market_id = %(market)s AND language = %(language)s AND product_id IN (
    SELECT coalesce(parent_id, id) FROM catalogue_product WHERE id = ANY(%(ids)s))
ORDER BY place
"""  # noqa: S608 -- made of constants; values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": ids, "market": shop.market.id, "language": shop.language})
        return tuple(card_of(shop=shop, row=row) for row in cursor.fetchall())
