"""
Hand built rows to PostgreSQL before the write lock: copied, and their search vectors made, while another writes.

What is left for the lock is what publishers share (slugs and the numbers of filters) and one statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from apps.catalog.publication.build import Row
from apps.core.sql import array_text

Key = tuple[int, int, str]
"""Product, market, language."""

_TABLES = """
DROP TABLE IF EXISTS pg_temp.staged_publication, pg_temp.staged_text, pg_temp.staged_search;
CREATE TEMP TABLE staged_publication (
    n int, product_id bigint, market_id bigint, language text, name text, card jsonb, page jsonb, sources jsonb,
    price_minor bigint, price_max_minor bigint, prior_minor bigint, currency text, availability smallint,
    category_ids int[], skus text[], popularity int, source_hash text
) ON COMMIT DROP;
CREATE TEMP TABLE staged_text (
    n int, language text, words text, text_a text, text_b text, text_c text
) ON COMMIT DROP;
CREATE TEMP TABLE staged_search (n int, search tsvector, words text) ON COMMIT DROP;
"""
_COPY = "COPY staged_publication FROM STDIN"
_COPY_TEXTS = "COPY staged_text FROM STDIN"
_SEARCH = """
INSERT INTO staged_search
SELECT n, setweight(to_tsvector(('shop_' || language)::regconfig, text_a), 'A')
       || setweight(to_tsvector(('shop_' || language)::regconfig, text_b), 'B')
       || setweight(to_tsvector(('shop_' || language)::regconfig, text_c), 'C'), lower(unaccent(words))
FROM staged_text WHERE n >= %s
"""
_COLUMNS = (
    "name", "card", "page", "sources", "price_minor", "price_max_minor", "prior_minor", "currency", "availability",
    "category_ids", "skus", "source_hash",
)  # fmt: skip
_NUMBERED = ("slug", "facet_ids", "search", "words")
# In the order they were handed in, so that two publishers never wait for each other's slugs in a circle.
_UPSERT = f"""
INSERT INTO catalogue_publication
    (product_id, market_id, language, {", ".join(_COLUMNS)}, slug, facet_ids, search, words, popularity,
     first_published_at, published_at)
SELECT product_id, market_id, language, {", ".join(_COLUMNS)}, given.slug, given.facet_ids::int[], made.search,
       made.words, popularity, %(at)s, %(at)s
FROM unnest(%(numbers)s::int[], %(slugs)s::text[], %(facets)s::text[]) AS given(n, slug, facet_ids)
JOIN staged_publication USING (n) JOIN staged_search made USING (n)
ORDER BY n
ON CONFLICT (market_id, language, product_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS, *_NUMBERED, "published_at"))}
"""  # noqa: S608 -- made of constants; values are parameters


class Staged:
    """Rows that lie ready in this transaction's temporary tables."""

    def __init__(self) -> None:
        self._numbers: dict[Key, int] = {}

    def add(self, rows: Mapping[Key, Row]) -> None:
        """Copy those of these rows that do not lie ready yet. Four statements, none when there are none."""
        new = [(key, row) for key, row in rows.items() if key not in self._numbers]
        if not new:
            return
        first = len(self._numbers)
        with connection.cursor() as cursor:
            if not first:
                cursor.execute(_TABLES)
            with cursor.copy(_COPY) as copy:
                for number, (key, row) in enumerate(new, start=first):
                    self._numbers[key] = number
                    copy.write_row(_record(number, row))
            with cursor.copy(_COPY_TEXTS) as copy:
                for number, (_key, row) in enumerate(new, start=first):
                    copy.write_row((number, row.language, row.words, row.text_a, row.text_b, row.text_c))
            cursor.execute(_SEARCH, [first])

    def write(self, rows: Mapping[Key, Row], *, at: datetime) -> None:
        """Make these of the staged rows, which have slug and filter numbers now, publications. One statement."""
        if not rows:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                _UPSERT,
                {
                    "at": at,
                    "numbers": array_text([self._numbers[key] for key in rows]),
                    "slugs": [row.slug for row in rows.values()],
                    "facets": [array_text(row.facet_ids) for row in rows.values()],
                },
            )


def _record(number: int, row: Row) -> tuple[object, ...]:
    return (
        number, row.product_id, row.market_id, row.language, row.name, row.card, row.page, row.sources,
        row.price_minor, row.price_max_minor, row.prior_minor, row.currency, int(row.availability),
        array_text(row.category_ids), _texts(row.skus), row.popularity, row.hash,
    )  # fmt: skip


def _texts(values: Sequence[str]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def differing(*, rows: Mapping[Key, Row], held: Mapping[Key, tuple[str, int]]) -> dict[Key, Row]:
    """Return the rows that say something else than what is held: (hash, availability) by key."""
    return {key: row for key, row in rows.items() if held.get(key) != (row.hash, row.availability)}


def by_key(rows: Iterable[Row]) -> dict[Key, Row]:
    """Return rows by product, market and language."""
    return {(row.product_id, row.market_id, row.language): row for row in rows}
