"""The category tree of a shop, kept in memory until its version moves."""

import json
import threading
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.catalog.publication import versions
from apps.catalog.queries.types import CategoryPage, MenuNode, Moved
from apps.markets.context import Shop

_TREE = """
SELECT category_id, parent_id, depth, slug, name, product_count, page::text FROM catalogue_categorypublication
WHERE market_id = %s AND language = %s ORDER BY position
"""
_MOVED = """
SELECT object_id FROM catalogue_slugrecord WHERE market_id = %s AND language = %s AND kind = 'category' AND slug = %s
"""


@dataclass(frozen=True, slots=True)
class MenuTree:
    """A shop's categories: the top ones, and all by id and by slug."""

    roots: tuple[MenuNode, ...]
    by_id: dict[int, MenuNode]
    by_slug: dict[str, MenuNode]

    def trail(self, category_id: int) -> tuple[MenuNode, ...]:
        """The way from the top to a category, both included; empty for one the shop does not show."""
        way: list[MenuNode] = []
        node = self.by_id.get(category_id)
        while node is not None:
            way.append(node)
            node = self.by_id.get(node.parent_id) if node.parent_id is not None else None
        return tuple(reversed(way))


_lock = threading.Lock()
_kept: dict[tuple[str, int, str], tuple[int, MenuTree]] = {}


def category_url(*, shop: Shop, slug: str) -> str:
    """Return a category's address in a shop."""
    return f"{shop.prefix}c/{slug}/"


def tree(*, shop: Shop) -> MenuTree:
    """The whole tree of a shop, empty categories included. No statement when warm, one when it has changed."""
    version = versions.current(key=versions.menu_key(market_id=shop.market.id, language=shop.language))
    name = (str(connection.settings_dict["NAME"]), shop.market.id, shop.language)
    found = _kept.get(name)
    if found is None or found[0] != version:
        with _lock:
            found = _kept.get(name)
            if found is None or found[0] != version:
                found = _kept[name] = (version, _read(shop))
    return found[1]


def menu(*, shop: Shop) -> tuple[MenuNode, ...]:
    """The categories of the menu, those without products left out, as a tree. No statement when warm."""
    return _with_products(tree(shop=shop).roots)


def category_page(*, shop: Shop, slug: str) -> CategoryPage | Moved | None:
    """A category's page by its slug; Moved for an old slug. No statement when warm, one for a slug nobody has."""
    found = tree(shop=shop)
    node = found.by_slug.get(slug)
    if node is None:
        return _moved(shop, slug, found)
    trail = found.trail(node.category_id)
    parent = trail[-2] if len(trail) > 1 else None
    return CategoryPage(
        category_id=node.category_id,
        slug=node.slug,
        url=node.url,
        name=node.name,
        description=node.page["description"],
        meta_title=node.page["meta_title"],
        meta_description=node.page["meta_description"],
        picture=node.picture,
        product_count=node.product_count,
        promoted_facets=tuple(node.page["promoted_facets"]),
        trail=trail,
        children=tuple(child for child in node.children if child.product_count),
        siblings=tuple(child for child in (parent.children if parent else found.roots) if child.product_count),
    )


def forget() -> None:
    """Drop what is kept; for tests."""
    _kept.clear()


def _moved(shop: Shop, slug: str, found: MenuTree) -> Moved | None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [shop.market.id, shop.language, slug])
        row = cursor.fetchone()
    node = found.by_id.get(row[0]) if row else None
    return Moved(new_slug=node.slug, url=node.url) if node else None


def _with_products(nodes: tuple[MenuNode, ...]) -> tuple[MenuNode, ...]:
    from dataclasses import replace

    return tuple(
        replace(node, children=_with_products(node.children)) for node in nodes if node.product_count and node.in_menu
    )


def _read(shop: Shop) -> MenuTree:
    with connection.cursor() as cursor:
        cursor.execute(_TREE, [shop.market.id, shop.language])
        rows = cursor.fetchall()
    below: dict[int | None, list[tuple[Any, ...]]] = {}
    shown = {row[0] for row in rows}
    for row in rows:
        below.setdefault(row[1] if row[1] in shown else None, []).append(row)
    by_id: dict[int, MenuNode] = {}

    def make(row: tuple[Any, ...]) -> MenuNode:
        category_id, parent_id, depth, slug, name, product_count, text = row
        page = json.loads(text)
        node = MenuNode(
            category_id=category_id,
            parent_id=parent_id,
            depth=depth,
            slug=slug,
            url=category_url(shop=shop, slug=slug),
            name=name,
            product_count=product_count,
            in_menu=page["in_menu"],
            picture=page["picture"],
            children=tuple(make(child) for child in below.get(category_id, ())),
            page=page,
        )
        by_id[category_id] = node
        return node

    roots = tuple(make(row) for row in below.get(None, ()))
    return MenuTree(roots=roots, by_id=by_id, by_slug={node.slug: node for node in by_id.values()})
