"""
How readers notice that what they keep in memory is old.

PostgreSQL is the record: one row per shop, one for the filters' names and one for the tree, moved in the transaction
that changes what they stand for. The numbers come from a sequence, so that one never stands for two states, not even
after a rollback. A process reads all of them at most once a second.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from apps.core.kept import Kept

FACETS = "facets"
MAX_AGE_S = 1.0

_BUMP = """
INSERT INTO catalogue_catalogversion (key, version)
SELECT k, nextval('catalogue_version_seq') FROM unnest(%s::text[]) AS k
ON CONFLICT (key) DO UPDATE SET version = excluded.version
"""

_kept: Kept[str, dict[str, int]] = Kept(age_s=MAX_AGE_S, outlives_database=True)


def shop_key(*, market_id: int, language: str) -> str:
    """Return the key of a shop's publications."""
    return f"shop:{market_id}:{language}"


def menu_key(*, market_id: int, language: str) -> str:
    """Return the key of a shop's category tree and the numbers of products in it."""
    return f"menu:{market_id}:{language}"


def bump(*, keys: Iterable[str]) -> None:
    """Move versions in the caller's transaction, as its last statement; under the write lock."""
    names = sorted(set(keys))
    if names:
        with connection.cursor() as cursor:
            cursor.execute(_BUMP, [names])
        # This process sees its own change at once, others within MAX_AGE_S.
        forget()
        transaction.on_commit(forget)


def current(*, key: str) -> int:
    """
    Return a version, at most MAX_AGE_S old. No statement when warm, one when not.

    While the database is away it is the last one read: what is kept in memory and in caches is shown meanwhile.
    """
    return _kept.get(key="", read=_all_versions).get(key, 0)


def _all_versions() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, version FROM catalogue_catalogversion")
        return dict(cursor.fetchall())


def forget() -> None:
    """Make the next read go to the database; after a change in this process."""
    _kept.forget()
