"""Publish the category tree of every shop: a few hundred rows, always written as a whole."""

import json
from datetime import datetime
from typing import Any

import nh3
from django.db import connection, transaction
from django.utils.text import slugify

from apps.catalog.publication import locks, parts, slugs, versions
from apps.catalog.publication.tree import Node, Tree, load_tree
from apps.catalog.publication.truth import FILES, Asset, asset_of
from apps.markets.context import Shop
from apps.markets.queries import all_shops

_ASSETS = f"SELECT a.id, {FILES} FROM media_asset a WHERE a.state = 'ready' AND a.id = ANY(%s)"  # noqa: S608 -- constants
_UPSERT = """
INSERT INTO catalogue_categorypublication AS have
    (category_id, market_id, language, parent_id, depth, position, slug, name, page, product_count, published_at)
SELECT g.*, 0, %s::timestamptz FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::int[], %s::int[],
    %s::text[], %s::text[], %s::jsonb[]) AS g
ON CONFLICT (market_id, language, category_id) DO UPDATE SET
    parent_id = excluded.parent_id, depth = excluded.depth, position = excluded.position, slug = excluded.slug,
    name = excluded.name, page = excluded.page, published_at = excluded.published_at
WHERE (have.parent_id, have.depth, have.position, have.slug, have.name, have.page) IS DISTINCT FROM
      (excluded.parent_id, excluded.depth, excluded.position, excluded.slug, excluded.name, excluded.page)
"""
_REMOVE = """
DELETE FROM catalogue_categorypublication c WHERE NOT EXISTS (
    SELECT 1 FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS g(category, market, language)
    WHERE g.category = c.category_id AND g.market = c.market_id AND g.language = c.language)
"""
_COUNTS = """
UPDATE catalogue_categorypublication c SET product_count = greatest(0, f.products) FROM catalogue_facetcount f
WHERE f.market_id = c.market_id AND f.language = c.language AND f.category_id = c.category_id
  AND f.facet_value_id IS NULL AND c.product_count IS DISTINCT FROM greatest(0, f.products)
"""


def publish_categories(*, at: datetime) -> int:
    """
    Make the published tree of every shop what the categories say; return how many rows were written or removed.

    One transaction, a fixed number of statements. Products below a changed category are not published by this: mark
    them (`mark_due_for_categories`), because their trail and their words hold its name.
    """
    with transaction.atomic():
        locks.wait_to_write()
        tree = load_tree()
        assets = _assets(tree)
        shops = all_shops()
        rows = [_row(node, shop, tree, assets) for shop in shops for node in tree.nodes.values() if node.is_shown]
        wanted = [((row[1], row[2]), row[0], row[6]) for row in rows]
        given = slugs.assign(kind="category", wanted=wanted, at=at) if rows else {}
        columns: list[list[Any]] = [[] for _ in range(9)]
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        columns[6] = [given[(row[1], row[2]), row[0]] for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE, columns[:3])
            changed = int(cursor.rowcount)
            cursor.execute(_UPSERT, [at, *columns])
            changed += int(cursor.rowcount)
            cursor.execute(_COUNTS)
        if changed:
            versions.bump(keys=[versions.menu_key(market_id=shop.market.id, language=shop.language) for shop in shops])
    return changed


def _row(node: Node, shop: Shop, tree: Tree, assets: dict[int, Asset]) -> tuple[Any, ...]:
    texts = {
        name: tree.text(category_id=node.id, name=name, shop=shop)
        for name in ("name", "slug", "description", "meta_title", "meta_description")
    }
    name, source = texts["name"]
    slug = texts["slug"][0] if texts["slug"][1] == source and texts["slug"][0] else slugify(name)
    description = texts["description"][0]
    marked_up = description if "<" in description else parts.paragraphs(description)
    asset = assets.get(node.asset_id or 0)
    page = {
        "description": nh3.clean(marked_up) if description else "",
        "meta_title": texts["meta_title"][0] or name,
        "meta_description": (texts["meta_description"][0] or parts.plain_text(description))[:300],
        "picture": parts.picture(asset=asset, chain=shop.text_chain, name=name) if asset else None,
        "promoted_facets": node.promoted_facets,
        "in_menu": node.in_menu,
        "sources": {field: text[1] for field, text in texts.items() if text[1]},
    }
    parent = node.ancestors[-1] if node.ancestors else None
    position = list(tree.nodes).index(node.id)
    return (
        node.id,
        shop.market.id,
        shop.language,
        parent,
        node.depth,
        position,
        (slug or f"c-{node.id}")[:230],
        name[:255],
        json.dumps(page, ensure_ascii=False),
    )


def _assets(tree: Tree) -> dict[int, Asset]:
    ids = [node.asset_id for node in tree.nodes.values() if node.asset_id]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ASSETS, [ids])
        return {asset.id: asset for row in cursor.fetchall() if (asset := asset_of(row)) is not None}
