"""A product's page, its lines in a basket, its other addresses, and what sitemaps list."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from django.db import connection

from apps.catalog.queries import categories
from apps.catalog.queries.cards import product_url
from apps.catalog.queries.types import Alternate, Moved, ProductPageData, SellableLine, Variant
from apps.core.money import from_minor
from apps.core.sql import prepared_cursor
from apps.markets.context import BrandInfo, Shop
from apps.markets.queries import live_shops

VARIANT = "variant"
"""What an address calls the SKU of the variant chosen."""

_PAGE = """
SELECT product_id, slug, name, page::text, sources::text, price_minor, price_max_minor, prior_minor, currency,
       availability, first_published_at, published_at, (card->>'is_promotion')::bool,
       ARRAY(SELECT ARRAY[other.market_id::text, other.language, other.slug] FROM catalogue_publication other
             WHERE other.product_id = page_of.product_id)
FROM catalogue_publication page_of WHERE market_id = %s AND language = %s AND slug = %s
"""
_MOVED = """
SELECT p.slug FROM catalogue_slugrecord r
JOIN catalogue_publication p ON p.product_id = r.object_id AND p.market_id = r.market_id AND p.language = r.language
WHERE r.market_id = %s AND r.language = %s AND r.kind = 'product' AND r.slug = %s
"""
_LINES = """
SELECT v.id, p.product_id, p.name, p.slug, p.availability, (p.page->'variants')::text, (p.card->'picture')::text,
       (p.page->'gallery')::text
FROM catalogue_product v
JOIN catalogue_publication p ON p.product_id = coalesce(v.parent_id, v.id) AND p.market_id = %s AND p.language = %s
WHERE v.id = ANY(%s)
"""
_ALTERNATES = "SELECT market_id, language, slug FROM catalogue_publication WHERE product_id = %s"
_SITEMAP = """
SELECT product_id, slug, published_at FROM catalogue_publication
WHERE market_id = %s AND language = %s AND product_id > %s ORDER BY product_id LIMIT %s
"""
_CHUNK = 5000


def product_page(*, shop: Shop, slug: str) -> ProductPageData | Moved | None:
    """Return a product's page by its slug; Moved for an old slug. One statement; two for a slug nobody has now."""
    with prepared_cursor() as cursor:
        cursor.execute(_PAGE, [shop.market.id, shop.language, slug])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_MOVED, [shop.market.id, shop.language, slug])
            moved = cursor.fetchone()
            return Moved(new_slug=moved[0], url=product_url(shop=shop, slug=moved[0])) if moved else None
    return _page_of(shop, row)


def sellable_lines(*, shop: Shop, product_ids: Iterable[int]) -> dict[int, SellableLine]:
    """Return how basket lines show these products and variants; what is not sold is absent. One statement."""
    ids = list(product_ids)
    out: dict[int, SellableLine] = {}
    if not ids:
        return out
    with prepared_cursor() as cursor:
        cursor.execute(_LINES, [shop.market.id, shop.language, ids])
        rows = cursor.fetchall()
    for product_id, root_id, name, slug, availability, variants, picture, gallery in rows:
        variant = next((entry for entry in json.loads(variants) if entry["product_id"] == product_id), None)
        if variant is None:
            continue
        own = [entry for entry in json.loads(gallery) if entry["asset"] in variant["pictures"][:1]]
        out[product_id] = SellableLine(
            product_id=product_id,
            root_id=root_id,
            sku=variant["sku"],
            name=name,
            label=variant["label"],
            url=variant_url(shop=shop, slug=slug, sku=variant["sku"] if product_id != root_id else ""),
            picture=own[0] if own else json.loads(picture),
            weight_g=variant["weight_g"],
            availability=availability,
        )
    return out


def variant_url(*, shop: Shop, slug: str, sku: str) -> str:
    """Return the address of a product with one of its variants chosen (none for an empty SKU)."""
    query = f"?{urlencode({VARIANT: sku})}" if sku else ""
    return product_url(shop=shop, slug=slug) + query


def alternates(*, kind: Literal["product", "category"], object_id: int, brand: BrandInfo) -> tuple[Alternate, ...]:
    """
    Return where an object can be read in the brand's shops that are live, itself included.

    One statement for a product; none for a category when the shops' trees are in memory, one for each that is not.
    """
    if kind == "category":
        nodes = ((shop, categories.tree(shop=shop).by_id.get(object_id)) for shop in live_shops(brand_code=brand.code))
        return tuple(Alternate(shop=shop, url=node.url) for shop, node in nodes if node is not None)
    with connection.cursor() as cursor:
        cursor.execute(_ALTERNATES, [object_id])
        return _in_shops(brand, {(row[0], row[1]): row[2] for row in cursor.fetchall()})


def _in_shops(brand: BrandInfo, slugs: dict[tuple[int, str], str]) -> tuple[Alternate, ...]:
    return tuple(
        Alternate(shop=shop, url=product_url(shop=shop, slug=slugs[shop.market.id, shop.language]))
        for shop in live_shops(brand_code=brand.code)
        if (shop.market.id, shop.language) in slugs
    )


def sitemap_products(*, shop: Shop) -> Iterator[tuple[int, str, datetime]]:
    """Yield (product id, address, last change) of everything a shop shows, a chunk per statement."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_SITEMAP, [shop.market.id, shop.language, last, _CHUNK])
            rows = cursor.fetchall()
        for product_id, slug, published_at in rows:
            yield product_id, product_url(shop=shop, slug=slug), published_at
        if len(rows) < _CHUNK:
            return
        last = rows[-1][0]


def sitemap_categories(*, shop: Shop) -> Iterator[tuple[int, str]]:
    """Yield (category id, address) of every category with products."""
    for node in categories.tree(shop=shop).by_id.values():
        if node.product_count:
            yield node.category_id, node.url


def _page_of(shop: Shop, row: tuple[Any, ...]) -> ProductPageData:
    (product_id, slug, name, page_text, sources, price, price_max, prior, currency, availability, first, published,
     is_promotion, equals) = row  # fmt: skip
    page = json.loads(page_text)
    nodes = categories.tree(shop=shop)
    return ProductPageData(
        product_id=product_id,
        slug=slug,
        url=product_url(shop=shop, slug=slug),
        name=name,
        tagline=page["tagline"],
        description=page["description"],
        bullets=tuple(page["bullets"]),
        price=from_minor(price, currency),
        price_max=from_minor(price_max, currency),
        prior=from_minor(prior, currency) if prior is not None else None,
        is_promotion=is_promotion,
        availability=availability,
        tax_percent=page["tax_percent"],
        gallery=tuple(page["gallery"]),
        attributes=tuple(page["attributes"]),
        axes=tuple(page["axes"]),
        variants=tuple(_variant(entry, currency) for entry in page["variants"]),
        trail=nodes.trail(page["trail"][-1]["id"]) if page["trail"] else (),
        meta_title=page["meta_title"],
        meta_description=page["meta_description"],
        structured=page["structured"],
        sources=json.loads(sources),
        first_published_at=first,
        published_at=published,
        alternates=_in_shops(shop.brand, {(int(market), language): slug for market, language, slug in equals}),
    )


def _variant(entry: dict[str, Any], currency: str) -> Variant:
    return Variant(
        product_id=entry["product_id"],
        sku=entry["sku"],
        gtin=entry["gtin"],
        label=entry["label"],
        axes=entry["axes"],
        price=from_minor(entry["price_minor"], currency),
        prior=from_minor(entry["prior_minor"], currency) if entry["prior_minor"] is not None else None,
        is_promotion=entry["is_promotion"],
        tax_percent=entry["tax_percent"],
        weight_g=entry["weight_g"],
        pictures=tuple(entry["pictures"]),
        contents=tuple((good, units, name) for good, units, name in entry.get("contents", ())),
        step=entry.get("step", 1),
        most=entry.get("most"),
        age=entry.get("age"),
    )


_FEATURES = """
SELECT item.id, fact.value->>'name', fact.value->>'value'
  FROM catalogue_product item
  JOIN catalogue_publication pub ON pub.product_id = coalesce(item.parent_id, item.id)
 CROSS JOIN LATERAL jsonb_array_elements(pub.page->'attributes') WITH ORDINALITY AS fact(value, place)
 WHERE item.id = ANY(%s) AND pub.market_id = %s AND pub.language = %s AND fact.place <= %s
 ORDER BY item.id, fact.place
"""


def main_features(*, shop: Shop, product_ids: Iterable[int], most: int = 4) -> dict[int, tuple[tuple[str, str], ...]]:
    """
    Return the first facts of what is sold as (name, value), by the ids given, those of variants too.

    What the shop does not show or has no facts of is left out. One statement, none for none.
    """
    ids = list(product_ids)
    if not ids:
        return {}
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FEATURES, [ids, shop.market.id, shop.language, most])
        for product_id, name, value in cursor.fetchall():
            found[product_id] = (*found.get(product_id, ()), (name, value))
    return found
