"""What a list of products shows beside each row, loaded for the whole page at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from apps.markets.queries import all_shops, snapshot
from apps.media import queries as media

# What a language should say about a product, for its completeness.
TEXTS = ("name", "slug", "description", "meta_title", "meta_description")

_BRANDS = """
SELECT link.product_id, brand.code FROM catalogue_productbrand link JOIN markets_brand brand ON brand.id = link.brand_id
 WHERE link.product_id = ANY(%s) ORDER BY brand.code
"""
_TEXTS = f"""
SELECT product_id, language, {" + ".join(f"({name} <> '')::int" for name in TEXTS)}
  FROM catalogue_productcontent WHERE product_id = ANY(%s) AND market_id IS NULL
"""  # noqa: S608 -- constants of this module
_PAGES = """
SELECT DISTINCT ON (product_id, market_id) product_id, market_id, price_minor, price_max_minor, currency, published_at
  FROM catalogue_publication WHERE product_id = ANY(%s) ORDER BY product_id, market_id, published_at
"""
_DUE = "SELECT product_id, min(due_since) FROM catalogue_publicationdue WHERE product_id = ANY(%s) GROUP BY 1"
_STOCK = """
SELECT coalesce(product.parent_id, product.id), sum(level.free)
  FROM partner_stocklevel level JOIN catalogue_product product ON product.id = level.product_id
 WHERE coalesce(product.parent_id, product.id) = ANY(%s) GROUP BY 1
"""
_PICTURES = """
SELECT DISTINCT ON (root) root, asset_id FROM (
  SELECT coalesce(product.parent_id, product.id) AS root, product.parent_id, link.position, link.id, link.asset_id
    FROM catalogue_productmedia link JOIN catalogue_product product ON product.id = link.product_id
   WHERE coalesce(product.parent_id, product.id) = ANY(%s)) found
 ORDER BY root, parent_id NULLS FIRST, position, id
"""
_VARIANTS = "SELECT parent_id, count(*) FROM catalogue_product WHERE parent_id = ANY(%s) GROUP BY 1"


@dataclass(slots=True)
class PagePrice:
    """What a market's shoppers see: the price or its range, in minor units, and since when."""

    market: str
    country: str
    low_minor: int
    high_minor: int
    currency: str
    published_at: datetime


@dataclass(slots=True)
class ProductFacts:
    """What a row of the list says that is no column of the product. texts: language → share of texts, 0 to 100."""

    brands: list[str] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    prices: list[PagePrice] = field(default_factory=list)
    due_since: datetime | None = None
    stock: int | None = None
    variants: int = 0
    picture: str = ""


def facts_for(*, product_ids: Collection[int]) -> dict[int, ProductFacts]:
    """Return root product id → facts. Nine statements for any number of products."""
    ids = list(product_ids)
    facts = {product_id: ProductFacts() for product_id in ids}
    for product_id, brand in _rows(_BRANDS, ids):
        facts[product_id].brands.append(brand)
    languages = sorted({shop.language for shop in all_shops()})
    filled = {(product_id, language): count for product_id, language, count in _rows(_TEXTS, ids)}
    for product_id, row in facts.items():
        row.texts = {code: round(100 * filled.get((product_id, code), 0) / len(TEXTS)) for code in languages}
    _prices(facts, ids)
    for product_id, since in _rows(_DUE, ids):
        facts[product_id].due_since = since
    for product_id, units in _rows(_STOCK, ids):
        facts[product_id].stock = int(units)
    for product_id, count in _rows(_VARIANTS, ids):
        facts[product_id].variants = count
    _pictures(facts, ids)
    return facts


def _prices(facts: Mapping[int, ProductFacts], ids: list[int]) -> None:
    markets = {market.id: market for market in snapshot().markets.values()}
    order = {market_id: place for place, market_id in enumerate(markets)}
    rows = [row for row in _rows(_PAGES, ids) if row[1] in markets]
    for product_id, market_id, low, high, currency, at in sorted(rows, key=lambda row: (row[0], order[row[1]])):
        market = markets[market_id]
        facts[product_id].prices.append(PagePrice(market.code, market.country, low, high, currency, at))


def _pictures(facts: Mapping[int, ProductFacts], ids: list[int]) -> None:
    leading = dict(_rows(_PICTURES, ids))
    addresses = thumbnails(asset_ids=leading.values())
    for product_id, asset_id in leading.items():
        facts[product_id].picture = addresses.get(asset_id, "")


def thumbnails(*, asset_ids: Collection[int]) -> dict[int, str]:
    """Return asset id → address of its smallest picture, of those that are ready. Two statements."""
    found = media.picture_sources(asset_ids=list(asset_ids), languages=())
    out = {}
    for asset_id, sources in found.items():
        sets = next((rows for name in ("webp", "jpeg", "avif") if (rows := sources.sources.get(name))), ())
        out[asset_id] = sets[0][1] if sets else sources.fallback
    return out


def _rows(sql: str, ids: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
