"""The category tree with its texts, read once per run; small beside the products."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.catalog.content import REFERENCE, Level, levels
from apps.markets.context import Shop

_FIELDS = ("name", "slug", "description", "meta_title", "meta_description")


@dataclass(slots=True)
class Node:
    """A category as the tables have it. ancestors: from the root down, without itself."""

    id: int
    depth: int
    path: str
    name: str
    slug: str
    description: str
    is_shown: bool
    in_menu: bool
    promoted_facets: list[str]
    asset_id: int | None
    withdrawal_days: int | None
    ancestors: tuple[int, ...] = ()
    contents: dict[Level, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Tree:
    """All categories by id, in tree order."""

    nodes: dict[int, Node]

    def with_ancestors(self, category_ids: list[int]) -> list[int]:
        """Return the shown ones of these categories and all above them, sorted; a hidden branch gives nothing."""
        found: set[int] = set()
        for category_id in category_ids:
            node = self.nodes.get(category_id)
            if node is not None and node.is_shown:
                found.add(node.id)
                found.update(node.ancestors)
        return sorted(found)

    def withdrawal_days(self, category_ids: list[int]) -> int | None:
        """Return the longest time these categories, or those above them, let goods be given back; None: no own one."""
        nodes = [self.nodes[key] for key in category_ids if key in self.nodes]
        all_ = [*nodes, *(self.nodes[key] for node in nodes for key in node.ancestors)]
        return max((node.withdrawal_days for node in all_ if node.withdrawal_days), default=None)

    def trail(self, category_ids: list[int]) -> tuple[int, ...]:
        """Return the path to the deepest of these categories (the first in tree order), from the root down."""
        shown = [self.nodes[key] for key in category_ids if key in self.nodes and self.nodes[key].is_shown]
        if not shown:
            return ()
        node = min(shown, key=lambda item: (-item.depth, item.path))
        return (*node.ancestors, node.id)

    def text(self, *, category_id: int, name: str, shop: Shop) -> tuple[str, str]:
        """Return a category's text for a shop and the level that supplied it."""
        node = self.nodes[category_id]
        for level, source in levels(shop=shop):
            value = node.contents.get(level, {}).get(name)
            if value:
                return value, source
        value = {"name": node.name, "slug": node.slug, "description": node.description}.get(name, "")
        return value, REFERENCE if value else ""


_NODES = """
SELECT c.id, c.depth, c.path, c.name, c.slug, c.description, c.is_public, NOT c.exclude_from_menu,
       c.promoted_facets::text, t.asset_id, c.withdrawal_days
FROM catalogue_category c LEFT JOIN catalogue_categorymedia t ON t.category_id = c.id
ORDER BY c.path
"""
_CONTENTS = """
SELECT category_id, language, market_id, name, slug, description, meta_title, meta_description
FROM catalogue_categorycontent
"""
_STEP = 4  # letters per level of a treebeard path


def load_tree() -> Tree:
    """Read the whole tree. Two statements."""
    nodes: dict[int, Node] = {}
    by_path: dict[str, Node] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NODES)
        for row in cursor.fetchall():
            fields: list[Any] = [*row[:8], json.loads(row[8]), row[9], row[10]]
            node = Node(*fields)
            parent = by_path.get(node.path[:-_STEP])
            if parent is not None:
                node.ancestors = (*parent.ancestors, parent.id)
                # Hidden above means hidden below, whatever Oscar's own flag says.
                node.is_shown = node.is_shown and parent.is_shown
            by_path[node.path] = nodes[node.id] = node
        cursor.execute(_CONTENTS)
        for category_id, language, market_id, *texts in cursor.fetchall():
            nodes[category_id].contents[language, market_id] = dict(zip(_FIELDS, texts, strict=True))
    return Tree(nodes=nodes)
