"""Write a batch of publication rows: one upsert, one delete; rows that say the same are left alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.catalog.pricing.types import PriceQuote
from apps.catalog.publication import counts, facets, history, slugs, versions
from apps.catalog.publication.build import Row, hash_key
from apps.catalog.publication.staging import Key, Staged, differing
from apps.core.sql import array_text

_EXISTING = """
SELECT id, product_id, market_id, language, source_hash, availability, category_ids, facet_ids
FROM catalogue_publication WHERE product_id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE
"""
_LOOK = """
SELECT product_id, market_id, language, source_hash, availability FROM catalogue_publication
WHERE product_id = ANY(%s::bigint[])
"""


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


def stage(*, root_ids: list[int], rows: Mapping[Key, Row]) -> Staged:
    """
    Copy the rows that seem to have changed, before the write lock is asked for. Five statements.

    A look without a lock: what stock changes meanwhile is seen, and staged, by `write`.
    """
    staged = Staged()
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK, [array_text(root_ids)])
            held = {row[:3]: row[3:] for row in cursor.fetchall()}
        staged.add(differing(rows=rows, held=held))
    return staged


def write(
    *,
    root_ids: list[int],
    rows: Mapping[Key, Row],
    staged: Staged,
    shown: Mapping[tuple[int, int], PriceQuote],
    at: datetime,
) -> Written:
    """
    Make the publications of these roots exactly `rows`; a fixed number of statements. Call under the write lock.

    staged: what `stage` made of the same rows. shown: (market id, product id) → the price shoppers are shown from now
    on.
    """
    existing = _existing(root_ids)
    changed = differing(rows=rows, held={key: (have.hash, have.availability) for key, have in existing.items()})
    staged.add(changed)
    gone = {key: have for key, have in existing.items() if key not in rows}
    numbers, renamed = facets.number(keys={key for row in changed.values() for key in row.facets})
    _number_rows(changed, numbers, at)
    moves = counts.Differences()
    for (_, market_id, language), row in changed.items():
        moves.add(scope=(market_id, language), categories=row.category_ids, facets=row.facet_ids, by=1)
    for key, have in existing.items():
        if key in gone or key in changed:
            moves.add(scope=key[1:], categories=have.category_ids, facets=have.facet_ids, by=-1)
    _remove([have.id for have in gone.values()])
    staged.write(changed, at=at)
    recounted = counts.apply(differences=moves)
    history.record(shown=shown, at=at)
    touched = {versions.shop_key(market_id=key[1], language=key[2]) for key in (*changed, *gone)}
    touched |= {versions.menu_key(market_id=market_id, language=language) for market_id, language in recounted}
    versions.bump(keys=touched | ({versions.FACETS} if renamed else set()))
    updated = sum(1 for key in changed if key in existing)
    return Written(
        inserted=len(changed) - updated, updated=updated, removed=len(gone), unchanged=len(rows) - len(changed)
    )


def _number_rows(changed: Mapping[Key, Row], numbers: Mapping[tuple[str, str], int], at: datetime) -> None:
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


def _existing(root_ids: list[int]) -> dict[Key, _Existing]:
    with connection.cursor() as cursor:
        cursor.execute(_EXISTING, [array_text(root_ids)])
        return {(row[1], row[2], row[3]): _Existing(row[0], *row[4:]) for row in cursor.fetchall()}


def _remove(ids: list[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalogue_publication WHERE id = ANY(%s)", [ids])
