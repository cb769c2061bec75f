"""A page of a list: a category, a search, or the whole shop, with filters, sorting and paging."""

from collections.abc import Hashable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db import connection

from apps.catalog.publication import versions
from apps.catalog.queries import categories, facets
from apps.catalog.queries.cards import cards_in_order
from apps.catalog.queries.counting import Counts, Filters, counted, kept
from apps.catalog.queries.near import Near, answered
from apps.catalog.queries.types import (
    MAX_PAGE_SIZE,
    SORTS,
    Card,
    FacetGroup,
    FacetOption,
    ListingRequest,
    ListingResult,
    MenuNode,
    Suggestions,
)
from apps.catalog.search.correct import words_for
from apps.catalog.search.text import Condition, condition_for, condition_for_words, words
from apps.markets.context import Shop

_ORDERS = {
    "popular": "popularity DESC, product_id",
    "newest": "first_published_at DESC, product_id",
    "price": "price_minor, product_id",
    "-price": "price_minor DESC, product_id DESC",
    "name": "left(words, 60), product_id",
}
RANKED_AT_MOST = 240
"""So many of a search's hits are kept in their order: ten pages. Pages behind them are asked for one by one."""
_STEM = 4
"""So many letters of a word must begin a category's word, so that singular meets plural."""


def listing(*, shop: Shop, request: ListingRequest) -> ListingResult:
    """
    Return one page of a list with the counts of its filters. Never empty-handed: see Suggestions.

    One statement for a list asked before in this minute; else three, up to nine when the words as typed find nothing
    (near words are looked for, then any of them, then what others like). An unknown filter or sort is ignored, an
    unknown value matches nothing, a page beyond the last gives the last.
    """
    asked = _tidied(request)
    if not words(asked.text):
        return _page(shop, asked, None, Suggestions())
    condition = condition_for(text=asked.text, language=shop.language)
    fitting = _categories(shop, asked.text)
    found = _page(shop, asked, condition, Suggestions(categories=fitting))
    if found.total or _is_filtered(asked):
        return found
    return _instead(shop, asked, fitting)


def _instead(shop: Shop, asked: ListingRequest, fitting: tuple[MenuNode, ...]) -> ListingResult:
    """Look for what was meant."""
    near = words_for(shop=shop, text=asked.text)
    if near.corrected:
        condition = condition_for_words(groups=near.groups, every=True, language=shop.language)
        more = fitting or _categories(shop, near.corrected)
        found = _page(shop, asked, condition, Suggestions("corrected", near.corrected, more))
        if found.total:
            return found
    if len(near.groups) > 1:
        condition = condition_for_words(groups=near.groups, every=False, language=shop.language)
        found = _page(shop, asked, condition, Suggestions("any_word", "", fitting))
        if found.total:
            return found
    others = categories.menu(shop=shop)
    popular = replace(asked, category_id=None, text="", sort="popular", page=1)
    found = _page(shop, popular, None, Suggestions("popular", "", fitting or others))
    return replace(found, request=asked, total=0, pages=1, facets=(), facets_key=None)


def _page(shop: Shop, asked: ListingRequest, text: Condition | None, suggestions: Suggestions) -> ListingResult:
    sort = asked.sort if asked.sort in SORTS else ""
    if text is None and sort == "relevance":
        sort = ""
    sort = sort or ("relevance" if text else "popular")
    filters = _filters(shop, asked, text)
    if text is None and not _is_filtered(asked):
        counts = kept(shop=shop, category_id=asked.category_id)
    else:
        counts = counted(shop=shop, filters=filters)
    pages = max(1, -(-counts.total // asked.page_size))
    page = min(asked.page, pages)
    # The names of filters and values have a version of their own.
    key = (counts.key, tuple(sorted(asked.facets.items())), versions.current(key=versions.FACETS))
    order = text.rank if text is not None and sort == "relevance" else _ORDERS[sort]
    cards = _cards(shop, filters, order, asked.page_size, (page - 1) * asked.page_size) if counts.total else ()
    return ListingResult(
        request=asked,
        cards=cards,
        total=counts.total,
        page=page,
        pages=pages,
        sort=sort,
        facets=_groups(shop, asked, counts, key),
        suggestions=suggestions,
        counts_exact=counts.exact,
        facets_key=key,
    )


def _cards(shop: Shop, filters: Filters, order: str, limit: int, offset: int) -> tuple[Card, ...]:
    """Return a page's cards. Which they are is asked once a minute, what they show each time: prices and stock move."""
    # To rank a common word reads every hit: the first pages of a search are ranked together.
    is_ranked = order not in _ORDERS.values() and offset + limit <= RANKED_AT_MOST
    first, many = (0, RANKED_AT_MOST) if is_ranked else (offset, limit)
    ids = answered(
        shop=shop,
        said=["ids", filters.base, filters.params, filters.groups, order, first, many],
        near=_near_ids,
        ask=lambda: _ids(filters, order, many, first),
        read=lambda _, found: tuple(found),
    )
    return cards_in_order(shop=shop, product_ids=ids[offset - first : offset - first + limit])


# About 10 KB each at most.
_near_ids: Near[tuple[int, ...]] = Near(size=1_000)


def _ids(filters: Filters, order: str, limit: int, offset: int) -> list[int]:
    params: dict[str, Any] = {**filters.params, "limit": limit, "offset": offset}
    where = [filters.base]
    for index, (chosen, _) in enumerate(filters.groups):
        params[f"chosen{index}"] = chosen
        where.append(f"facet_ids && %(chosen{index})s::int[]")
    sql = f"""
SELECT product_id FROM catalogue_publication WHERE {" AND ".join(where)}
ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 -- made of constants; values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _filters(shop: Shop, asked: ListingRequest, text: Condition | None) -> Filters:
    # The scope of the shop comes first in every condition: no other market's row can be read.
    where = ["market_id = %(market)s AND language = %(language)s"]
    params: dict[str, Any] = {"market": shop.market.id, "language": shop.language}
    if asked.category_id is not None:
        where.append("category_ids @> %(category)s::int[]")
        params["category"] = [asked.category_id]
    if text is not None:
        where.append(text.where)
        params |= text.params
    if asked.min_price is not None:
        where.append("price_minor >= %(min_price)s")
        params["min_price"] = asked.min_price
    if asked.max_price is not None:
        where.append("price_minor <= %(max_price)s")
        params["max_price"] = asked.max_price
    groups = []
    if asked.facets:
        known = facets.registry()
        for code, keys in sorted(asked.facets.items()):
            groups.append((known.ids(code=code, keys=keys), [value.id for value in known.by_code[code].values()]))
    return Filters(base=" AND ".join(where), params=params, groups=tuple(groups), bounded=text is not None)


# About 15 KB each.
_near: Near[tuple[FacetGroup, ...]] = Near(size=500)


def _groups(shop: Shop, asked: ListingRequest, counts: Counts, key: Hashable) -> tuple[FacetGroup, ...]:
    found = _near.get(key)
    return found if found is not None else _near.keep(key, _groups_made(shop, asked, counts))


def _groups_made(shop: Shop, asked: ListingRequest, counts: Counts) -> tuple[FacetGroup, ...]:
    if not counts.by_value and not asked.facets:
        return ()
    out = []
    for code, values in facets.registry().by_code.items():
        chosen = asked.facets.get(code, ())
        options = tuple(
            FacetOption(
                key=value.key,
                label=value.labels.get(shop.language) or value.key,
                swatch=value.swatch,
                count=counts.by_value.get(value.id, 0),
                is_selected=value.key in chosen,
            )
            for value in values.values()
            if value.id in counts.by_value or value.key in chosen
        )
        if options:
            first = next(iter(values.values()))
            out.append(FacetGroup(code=code, name=first.attribute_labels.get(shop.language) or code, options=options))
    return tuple(out)


def _tidied(request: ListingRequest) -> ListingRequest:
    known = facets.registry().by_code if request.facets else {}
    return replace(
        request,
        text=request.text.strip(),
        facets={code: tuple(dict.fromkeys(keys)) for code, keys in request.facets.items() if keys and code in known},
        page=max(1, request.page),
        page_size=min(MAX_PAGE_SIZE, max(1, request.page_size)),
    )


def _is_filtered(asked: ListingRequest) -> bool:
    return bool(asked.facets) or asked.min_price is not None or asked.max_price is not None


def _categories(shop: Shop, text: str) -> tuple[MenuNode, ...]:
    """Return categories with products whose name has a word that begins like each word of the query."""
    typed = [word for word in words(text) if len(word) >= _STEM]
    if not typed:
        return ()
    found = []
    for node in categories.tree(shop=shop).by_id.values():
        named = _words_of(node.name)
        if node.product_count and all(
            any(name.startswith(word[: max(_STEM, len(word) - 2)]) for name in named) for word in typed
        ):
            found.append(node)
    return tuple(sorted(found, key=lambda node: (-node.product_count, node.depth, node.category_id))[:6])


@lru_cache(maxsize=5_000)
def _words_of(name: str) -> tuple[str, ...]:
    """Return a category's words, folded; remembered: each search asks it of every category."""
    return tuple(words(name))
