"""
Texts resolved field by field along a shop's chain, each able to say where it comes from.

The chain: the market's own text in the language, the language's text, then each fallback language in the same two
steps, at last the reference text on the product. An empty field means "not said here".
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.markets.context import Shop

FIELDS = ("name", "slug", "tagline", "description", "bullets", "meta_title", "meta_description", "keywords")
REFERENCE = "reference"

Level = tuple[str, int | None]
"""A language, and the market when the text is that market's own."""

_SQL = """
SELECT c.product_id, c.language, c.market_id, c.name, c.slug, c.tagline, c.description, c.bullets::text, c.meta_title,
       c.meta_description, c.keywords
FROM catalogue_productcontent c
WHERE c.product_id = ANY(%s) AND c.language = ANY(%s) AND (c.market_id IS NULL OR c.market_id = %s)
"""
_REFERENCE_SQL = """
SELECT id, title, slug, description, coalesce(meta_title, ''), coalesce(meta_description, '')
FROM catalogue_product WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class ResolvedText:
    """A text and the level that supplied it: `fr@halles-be`, `fr`, `reference`; empty when nobody says anything."""

    value: Any
    source: str


def foreign(*, sources: Mapping[str, str], language: str) -> dict[str, str]:
    """
    Return field → language of what is not in the reader's language, for marking it as such (WCAG 2.2, 3.1.2).

    sources: field → level, as `resolve` names it. The reference text does not say its language and is left out.
    """
    spoken = {name: source.partition("@")[0] for name, source in sources.items() if source not in {"", REFERENCE}}
    return {name: other for name, other in spoken.items() if other != language}


def levels(*, shop: Shop) -> tuple[tuple[Level, str], ...]:
    """Return where a shop looks for a text, first choice first, each with the name of that level."""
    return tuple(
        step
        for language in shop.text_chain
        for step in (
            ((language, shop.market.id), f"{language}@{shop.market.code}"),
            ((language, None), language),
        )
    )


def resolve(
    *,
    contents: Mapping[Level, Mapping[str, Any]],
    reference: Mapping[str, Any],
    chain: tuple[tuple[Level, str], ...],
    fields: Iterable[str] = FIELDS,
) -> dict[str, ResolvedText]:
    """Resolve each field along a chain of `levels`. Pure: no statement."""
    spoken = [(contents[level], source) for level, source in chain if level in contents]
    out = {}
    for field in fields:
        for texts, source in spoken:
            if texts[field]:
                out[field] = ResolvedText(texts[field], source)
                break
        else:
            value = reference.get(field)
            out[field] = ResolvedText(value or "", REFERENCE if value else "")
    return out


def texts_for_products(*, shop: Shop, product_ids: Iterable[int]) -> dict[int, dict[str, ResolvedText]]:
    """Return product id → field → text as a shop reads it. Two statements for any number of products."""
    ids = list(product_ids)
    contents: dict[int, dict[Level, dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [ids, list(shop.text_chain), shop.market.id])
        for product_id, language, market_id, *texts in cursor.fetchall():
            texts[4] = json.loads(texts[4])
            contents.setdefault(product_id, {})[language, market_id] = dict(zip(FIELDS, texts, strict=True))
        cursor.execute(_REFERENCE_SQL, [ids])
        rows = cursor.fetchall()
    names = ("name", "slug", "description", "meta_title", "meta_description")
    chain = levels(shop=shop)
    return {
        row[0]: resolve(
            contents=contents.get(row[0], {}), reference=dict(zip(names, row[1:], strict=True)), chain=chain
        )
        for row in rows
    }
