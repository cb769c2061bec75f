"""Build publication rows from the truth: pure, so that the same truth always gives the same row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import nh3
from django.utils.text import slugify

from apps.catalog.content import ResolvedText, levels, resolve
from apps.catalog.enums import Availability
from apps.catalog.ports import StockFacts
from apps.catalog.pricing.types import PriceQuote
from apps.catalog.publication import parts
from apps.catalog.publication.tree import Tree
from apps.catalog.publication.truth import Asset, Family, Item
from apps.catalog.publication.words import FacetKey, facet_keys
from apps.markets.context import Shop

LOW_STOCK = 3
"""Up to this many units a shopper reads that only a few are left."""

_TAGS = {"p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "h3", "h4", "a", "table", "tbody", "tr", "th", "td"}
_NO_STOCK = StockFacts(available=0, in_stores=False)
_NO_FIELDS: dict[str, str] = {}


@dataclass(slots=True)
class Row:
    """One publication row before it has a slug and the numbers of its facets."""

    product_id: int
    market_id: int
    language: str
    slug_base: str
    name: str
    card: str
    page: str
    sources: str
    price_minor: int
    price_max_minor: int
    prior_minor: int | None
    currency: str
    availability: int
    category_ids: list[int]
    facets: frozenset[FacetKey]
    skus: list[str]
    words: str
    text_a: str
    text_b: str
    text_c: str
    popularity: int
    hash: str
    slug: str = ""
    facet_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class MarketFacts:
    """Prices and stock of a batch in one market, by product id."""

    quotes: Mapping[int, PriceQuote]
    stock: Mapping[int, StockFacts]


class Builder:
    """Builds the rows of a batch for many shops; remembers what several shops share."""

    def __init__(self, *, tree: Tree, assets: Mapping[int, Asset], languages: tuple[str, ...]) -> None:
        self._tree = tree
        self._assets = assets
        self._languages = languages
        self._clean: dict[str, str] = {}
        self._facets: dict[int, frozenset[FacetKey]] = {}
        self._names: dict[tuple[int, str, str], str] = {}

    def row(self, *, family: Family, shop: Shop, market: MarketFacts) -> Row | None:
        """Return a family's row for a shop, or None when the shop must not show it (see `hidden_because`)."""
        if hidden_because(family=family, shop=shop, quotes=market.quotes) is not None:
            return None
        root = family.root
        texts = self._texts(family=family, shop=shop)
        if not texts["name"].value:
            return None
        sold = [item for item in family.sellable if item.id in market.quotes]
        quotes = [market.quotes[item.id] for item in sold]
        cheapest = min(quotes, key=lambda quote: quote.unit.minor)
        price_max = max(quote.unit.minor for quote in quotes)
        categories = self._tree.with_ancestors(family.category_ids)
        trail = [
            {"id": key, "name": self._category(key, "name", shop)} for key in self._tree.trail(family.category_ids)
        ]
        facets = self._facet_keys(family, sold)
        description = self._html(texts["description"].value)
        attributes = parts.attribute_table(family=family, chain=shop.text_chain)
        pictures = parts.pictures(
            family=family, sold=sold, assets=self._assets, chain=shop.text_chain, name=texts["name"].value
        )
        axes = parts.axes(family=family, sold=sold, chain=shop.text_chain)
        card = parts.card(
            root=root,
            sold=sold,
            texts=texts,
            pictures=pictures,
            axes=axes,
            cheapest=cheapest,
            chain=shop.text_chain,
        )
        page = parts.page(
            root=root,
            texts=texts,
            description=description,
            pictures=pictures,
            attributes=attributes,
            axes=axes,
            trail=trail,
            variants=parts.variants(
                root=root, sold=sold, quotes=market.quotes, pictures=pictures, chain=shop.text_chain
            ),
            cheapest=cheapest,
            withdrawal_days=self._tree.withdrawal_days(family.category_ids),
        )
        skus = [item.sku.upper() for item in ([root, *sold] if root.structure == "parent" else sold) if item.sku]
        category_names = " ".join(self._category(key, "name", shop) for key in categories)
        facts = " ".join(f"{line['name']} {line['value']}" for line in attributes)
        row = Row(
            product_id=root.id,
            market_id=shop.market.id,
            language=shop.language,
            slug_base=_slug(texts, root),
            name=texts["name"].value[:255],
            card=_json(card),
            page=_json(page),
            sources=_json({name: text.source for name, text in texts.items() if text.source}),
            price_minor=cheapest.unit.minor,
            price_max_minor=price_max,
            prior_minor=cheapest.prior.minor if cheapest.prior else None,
            currency=shop.market.currency,
            availability=availability_of(item_ids=[item.id for item in sold], stock=market.stock),
            category_ids=categories,
            facets=facets,
            skus=skus,
            words=f"{texts['name'].value} {texts['keywords'].value} {category_names} {' '.join(skus)}",
            text_a=f"{texts['name'].value} {' '.join(skus)}",
            text_b=f"{texts['tagline'].value} {texts['keywords'].value} {category_names}",
            text_c=" ".join([parts.plain_text(description), facts, *map(str, texts["bullets"].value or [])]),
            popularity=max(0, root.priority),
            hash="",
        )
        row.hash = _hash(row)
        return row

    def _texts(self, *, family: Family, shop: Shop) -> dict[str, ResolvedText]:
        root = family.root
        reference = {
            "name": root.title,
            "description": root.description,
            "meta_title": root.meta_title,
            "meta_description": root.meta_description,
        }
        return resolve(contents=root.contents, reference=reference, chain=levels(shop=shop))

    def _category(self, category_id: int, name: str, shop: Shop) -> str:
        key = (category_id, shop.market.code, shop.language)
        if key not in self._names:
            self._names[key] = self._tree.text(category_id=category_id, name=name, shop=shop)[0]
        return self._names[key]

    def _facet_keys(self, family: Family, sold: list[Item]) -> frozenset[FacetKey]:
        items = [family.root, *(item for item in sold if item is not family.root)]
        for item in items:
            if item.id not in self._facets:
                self._facets[item.id] = frozenset(
                    key for fact in item.facts for key in facet_keys(fact=fact, languages=self._languages)
                )
        return frozenset().union(*(self._facets[item.id] for item in items))

    def _html(self, text: str) -> str:
        if text and text not in self._clean:
            marked_up = text if "<" in text else parts.paragraphs(text)
            self._clean[text] = nh3.clean(marked_up, tags=_TAGS)
        return self._clean.get(text, "")


def hidden_because(*, family: Family, shop: Shop, quotes: Mapping[int, PriceQuote]) -> str | None:
    """Return why a shop must not show a family (status, brand, no_variant, price), or None when it may."""
    if not family.root.is_live:
        return "status"
    if shop.brand.id not in family.brand_ids:
        return "brand"
    sellable = family.sellable
    if not sellable:
        return "no_variant"
    if not any(item.id in quotes for item in sellable):
        return "price"
    return None


def availability_of(*, item_ids: list[int], stock: Mapping[int, StockFacts]) -> int:
    """Return the availability code of a product from the stock of what can be sold of it; the best of them counts."""
    facts = [stock.get(key, _NO_STOCK) for key in item_ids]
    best = max((fact.available for fact in facts), default=0)
    if best > LOW_STOCK:
        return Availability.IN_STOCK
    if best > 0:
        return Availability.LOW
    if any(fact.is_coming for fact in facts):
        return Availability.COMING
    return Availability.STORE_ONLY if any(fact.in_stores for fact in facts) else Availability.SOLD_OUT


def _slug(texts: Mapping[str, ResolvedText], root: Item) -> str:
    """Return the slug wanted: the one written beside the name, else made of the name."""
    if texts["slug"].value and texts["slug"].source == texts["name"].source:
        return texts["slug"].value
    return slugify(texts["name"].value)[:200] or root.slug[:200] or f"p-{root.id}"


def _json(value: Any) -> str:  # noqa: ANN401 -- JSON of any shape
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hash(row: Row) -> str:
    """Fingerprint what the truth gives; availability is compared on its own, because stock also writes it alone."""
    parts_ = (
        row.slug_base, row.name, row.card, row.page, row.sources, row.price_minor, row.price_max_minor, row.prior_minor,
        row.currency, row.category_ids, sorted(hash_key(key) for key in row.facets), row.skus, row.words,
        row.text_a, row.text_b, row.text_c,
    )  # fmt: skip
    return blake2b(repr(parts_).encode(), digest_size=16).hexdigest()


def hash_key(key: FacetKey) -> tuple[str, str]:
    """Return what tells one filter value from another."""
    return key.attribute, key.value
