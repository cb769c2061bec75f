"""Product cards, from rows of the read model to values."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from apps.catalog.queries.near import Near, answered
from apps.catalog.queries.types import Card
from apps.core.money import from_minor
from apps.core.sql import array_text, prepared_cursor
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
        foreign=data.get("foreign", {}),  # absent from rows published before cards said it
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
    Return cards by id, in the order given, or by a rule: newest, bestsellers, on_offer.

    Ids of variants give their product. What the shop does not show is left out. category_id narrows a rule. One
    statement; two for a rule that was not asked for in this minute.
    """
    if product_ids is not None:
        return _by_ids(shop, list(product_ids))
    return cards_in_order(shop=shop, product_ids=_chosen(shop, rule or "bestsellers", category_id, limit))


def cards_of_rules(*, shop: Shop, rules: Iterable[str], limit: int = 12) -> dict[str, tuple[Card, ...]]:
    """Return the cards of several rules; one statement for all, and one for each not asked for in this minute."""
    ids = {rule: _chosen(shop, rule, None, limit) for rule in rules}
    every = {product_id for chosen in ids.values() for product_id in chosen}
    found = {card.product_id: card for card in cards_in_order(shop=shop, product_ids=sorted(every))}
    return {rule: tuple(found[one] for one in chosen if one in found) for rule, chosen in ids.items()}


def _chosen(shop: Shop, rule: str, category_id: int | None, limit: int) -> tuple[int, ...]:
    where, order = _RULES[rule]
    within = "AND category_ids @> %(category)s::int[]" if category_id is not None else ""
    sql = f"""
SELECT product_id FROM catalogue_publication
WHERE market_id = %(market)s AND language = %(language)s {where} {within} ORDER BY {order} LIMIT %(limit)s
"""  # noqa: S608 -- made of constants; values are parameters
    params: dict[str, Any] = {
        "market": shop.market.id,
        "language": shop.language,
        "category": [category_id],
        "limit": limit,
    }

    def ask() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [row[0] for row in cursor.fetchall()]

    said = ["rule", rule, category_id, limit]
    return answered(shop=shop, said=said, near=_near_rules, ask=ask, read=lambda _, found: tuple(found))


_near_rules: Near[tuple[int, ...]] = Near(size=500)


_IN_ORDER = f"""
SELECT {COLUMNS} FROM catalogue_publication
WHERE market_id = %s AND language = %s AND product_id = ANY(%s::bigint[])
"""  # noqa: S608 -- made of constants; values are parameters


def cards_in_order(*, shop: Shop, product_ids: Iterable[int]) -> tuple[Card, ...]:
    """Return the cards of products whose own ids are given, in that order; one prepared statement, none for none."""
    ids = list(product_ids)
    if not ids:
        return ()
    with prepared_cursor() as cursor:
        cursor.execute(_IN_ORDER, [shop.market.id, shop.language, array_text(ids)])
        found = {row[0]: card_of(shop=shop, row=row) for row in cursor.fetchall()}
    return tuple(found[product_id] for product_id in ids if product_id in found)


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
