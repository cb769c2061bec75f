"""Write a batch of publication rows: one COPY, one upsert, one delete; rows that say the same are left alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.catalog.pricing.types import PriceQuote
from apps.catalog.publication import counts, facets, history, slugs, versions
from apps.catalog.publication.build import Row, hash_key

_EXISTING = """
SELECT id, product_id, market_id, language, source_hash, availability, category_ids, facet_ids
FROM catalogue_publication WHERE product_id = ANY(%s) ORDER BY id FOR UPDATE
"""
_STAGE = """
CREATE TEMP TABLE publication_in (
    product_id bigint, market_id bigint, language text, slug text, name text, card jsonb, page jsonb, sources jsonb,
    price_minor bigint, price_max_minor bigint, prior_minor bigint, currency text, availability smallint,
    category_ids int[], facet_ids int[], skus text[], words text, text_a text, text_b text, text_c text,
    popularity int, source_hash text
) ON COMMIT DROP
"""
_COPY = "COPY publication_in FROM STDIN"
_VECTOR = """
setweight(to_tsvector(('shop_' || language)::regconfig, text_a), 'A')
|| setweight(to_tsvector(('shop_' || language)::regconfig, text_b), 'B')
|| setweight(to_tsvector(('shop_' || language)::regconfig, text_c), 'C')
"""
_COLUMNS = (
    "slug", "name", "card", "page", "sources", "price_minor", "price_max_minor", "prior_minor", "currency",
    "availability", "category_ids", "facet_ids", "skus", "source_hash",
)  # fmt: skip
_UPSERT = f"""
INSERT INTO catalogue_publication
    (product_id, market_id, language, {", ".join(_COLUMNS)}, search, words, popularity, first_published_at,
     published_at)
SELECT product_id, market_id, language, {", ".join(_COLUMNS)}, {_VECTOR}, lower(unaccent(words)), popularity, %(at)s,
       %(at)s
FROM publication_in
ON CONFLICT (market_id, language, product_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS, "search", "words", "published_at"))}
"""  # noqa: S608 -- made of constants; values are parameters


@dataclass(slots=True)
class Written:
    """What a batch changed."""

    inserted: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
        )

    @property
    def rows(self) -> int:
        """Rows written or removed."""
        return self.inserted + self.updated + self.removed


@dataclass(frozen=True, slots=True)
class _Existing:
    id: int
    hash: str
    availability: int
    category_ids: list[int]
    facet_ids: list[int]


_Key = tuple[int, int, str]


def write(
    *, root_ids: list[int], rows: Iterable[Row], shown: Mapping[tuple[int, int], PriceQuote], at: datetime
) -> Written:
    """
    Make the publications of these roots exactly `rows`; a fixed number of statements. Call under the write lock.

    shown: (market id, product id) → the price shoppers are shown from now on.
    """
    existing = _existing(root_ids)
    wanted = {(row.product_id, row.market_id, row.language): row for row in rows}
    changed = {
        key: row
        for key, row in wanted.items()
        if key not in existing or (existing[key].hash, existing[key].availability) != (row.hash, row.availability)
    }
    gone = {key: have for key, have in existing.items() if key not in wanted}
    numbers, renamed = facets.number(keys={key for row in changed.values() for key in row.facets})
    _number_rows(changed, numbers, at)
    moves = counts.Differences()
    for (_, market_id, language), row in changed.items():
        moves.add(scope=(market_id, language), categories=row.category_ids, facets=row.facet_ids, by=1)
    for key, have in existing.items():
        if key in gone or key in changed:
            moves.add(scope=key[1:], categories=have.category_ids, facets=have.facet_ids, by=-1)
    _remove([have.id for have in gone.values()])
    _upsert(changed.values(), at=at)
    recounted = counts.apply(differences=moves)
    history.record(shown=shown, at=at)
    touched = {versions.shop_key(market_id=key[1], language=key[2]) for key in (*changed, *gone)}
    touched |= {versions.menu_key(market_id=market_id, language=language) for market_id, language in recounted}
    versions.bump(keys=touched | ({versions.FACETS} if renamed else set()))
    updated = sum(1 for key in changed if key in existing)
    return Written(
        inserted=len(changed) - updated, updated=updated, removed=len(gone), unchanged=len(wanted) - len(changed)
    )


def _number_rows(changed: Mapping[_Key, Row], numbers: Mapping[tuple[str, str], int], at: datetime) -> None:
    given = (
        slugs.assign(
            kind="product",
            wanted=[
                ((market_id, language), root, row.slug_base) for (root, market_id, language), row in changed.items()
            ],
            at=at,
        )
        if changed
        else {}
    )
    for (root, market_id, language), row in changed.items():
        row.slug = given[(market_id, language), root]
        row.facet_ids = sorted(numbers[hash_key(key)] for key in {hash_key(key): key for key in row.facets}.values())


def _existing(root_ids: list[int]) -> dict[_Key, _Existing]:
    with connection.cursor() as cursor:
        cursor.execute(_EXISTING, [root_ids])
        return {(row[1], row[2], row[3]): _Existing(row[0], *row[4:]) for row in cursor.fetchall()}


def _remove(ids: list[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalogue_publication WHERE id = ANY(%s)", [ids])


def _upsert(rows: Iterable[Row], *, at: datetime) -> None:
    given = list(rows)
    if not given:
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS publication_in")
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in given:
                copy.write_row(_record(row))
        cursor.execute(_UPSERT, {"at": at})


def _record(row: Row) -> tuple[object, ...]:
    return (
        row.product_id, row.market_id, row.language, row.slug, row.name, row.card, row.page, row.sources,
        row.price_minor, row.price_max_minor, row.prior_minor, row.currency, int(row.availability),
        _array(row.category_ids), _array(row.facet_ids), _texts(row.skus), row.words,
        row.text_a, row.text_b, row.text_c,
        row.popularity, row.hash,
    )  # fmt: skip


def _array(numbers: list[int]) -> str:
    # Written here: the driver's own way looks at each number's type and takes a third of the time of a row.
    return f"{{{','.join(map(str, numbers))}}}"


def _texts(values: list[str]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
