"""Keep the numbers of products per category and filter value exact, by the difference each publication makes."""

from collections import Counter
from collections.abc import Sequence

from django.db import connection

from apps.core.sql import array_text

Key = tuple[int, str, int | None, int | None]
"""Market, language, category or None for the whole shop, filter value or None for all products."""

_APPLY = """
INSERT INTO catalogue_facetcount AS have (market_id, language, category_id, facet_value_id, products)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::int[])
ON CONFLICT (market_id, language, category_id, facet_value_id)
DO UPDATE SET products = have.products + excluded.products
"""
_CATEGORIES = """
UPDATE catalogue_categorypublication c SET product_count = greatest(0, f.products)
FROM catalogue_facetcount f
WHERE f.market_id = c.market_id AND f.language = c.language AND f.category_id = c.category_id
  AND f.facet_value_id IS NULL AND c.product_count IS DISTINCT FROM greatest(0, f.products)
"""
_RECOUNT = """
WITH pairs AS (
    SELECT p.market_id, p.language, c.category, f.facet, count(*) AS products
    FROM catalogue_publication p
    CROSS JOIN LATERAL (SELECT unnest(p.category_ids) UNION ALL SELECT NULL) AS c(category)
    CROSS JOIN LATERAL (SELECT unnest(p.facet_ids) UNION ALL SELECT NULL) AS f(facet)
    GROUP BY 1, 2, 3, 4
)
INSERT INTO catalogue_facetcount (market_id, language, category_id, facet_value_id, products)
SELECT market_id, language, category, facet, products FROM pairs
"""


class Differences:
    """Adds up what a batch changes."""

    def __init__(self) -> None:
        self._moves: Counter[Key] = Counter()

    def add(self, *, scope: tuple[int, str], categories: Sequence[int], facets: Sequence[int], by: int) -> None:
        """Count a row in (by=1) or out (by=-1)."""
        moves = self._moves
        market, language = scope
        for category in (None, *categories):
            for facet in (None, *facets):
                moves[market, language, category, facet] += by

    def moved(self) -> list[tuple[Key, int]]:
        """Return what is left of ups and downs."""
        return [(key, by) for key, by in self._moves.items() if by]


def apply(*, differences: Differences) -> set[tuple[int, str]]:
    """
    Move the counts; two statements, none when nothing moved. Call under the write lock.

    Returns the (market, language) whose categories now hold more or fewer products.
    """
    moved = differences.moved()
    if not moved:
        return set()
    markets, languages, categories, facets, products = zip(*((*key, by) for key, by in moved), strict=True)
    columns: list[str | list[str]] = [array_text(markets), list(languages)]
    columns += map(array_text, (categories, facets, products))
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, columns)
        scopes = {key[:2] for key, _ in moved if key[3] is None and key[2] is not None}
        if scopes:
            cursor.execute(_CATEGORIES)
    return scopes


def recount() -> None:
    """Count everything afresh from the publications: the repair, and what tests compare with. Under the write lock."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_facetcount")
        cursor.execute(_RECOUNT)
        cursor.execute(_CATEGORIES)
        cursor.execute(
            "UPDATE catalogue_categorypublication c SET product_count = 0 WHERE product_count <> 0 AND NOT EXISTS ("
            "SELECT 1 FROM catalogue_facetcount f WHERE f.market_id = c.market_id AND f.language = c.language"
            " AND f.category_id = c.category_id AND f.facet_value_id IS NULL)"
        )
