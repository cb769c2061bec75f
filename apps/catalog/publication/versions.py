"""
How readers notice that what they keep in memory is old.

PostgreSQL is the record: one row per shop, one for the filters' names and one for the tree, moved in the transaction
that changes what they stand for. A process reads all of them at most once a second.
"""

import threading
import time
from collections.abc import Iterable

from django.db import connection

FACETS = "facets"
MAX_AGE_S = 1.0

_BUMP = """
INSERT INTO catalogue_catalogversion AS have (key, version) SELECT k, 1 FROM unnest(%s::text[]) AS k
ON CONFLICT (key) DO UPDATE SET version = have.version + 1
"""

_lock = threading.Lock()
_read: dict[str, tuple[float, dict[str, int]]] = {}


def shop_key(*, market_id: int, language: str) -> str:
    """Return the key of a shop's publications."""
    return f"shop:{market_id}:{language}"


def bump(*, keys: Iterable[str]) -> None:
    """Move versions in the caller's transaction, as its last statement; under the write lock."""
    names = sorted(set(keys))
    if names:
        with connection.cursor() as cursor:
            cursor.execute(_BUMP, [names])


def current(*, key: str) -> int:
    """Return a version, at most MAX_AGE_S old. No statement when warm, one when not."""
    name = str(connection.settings_dict["NAME"])
    found = _read.get(name)
    if found is None or time.monotonic() - found[0] >= MAX_AGE_S:
        with _lock:
            found = _read.get(name)
            if found is None or time.monotonic() - found[0] >= MAX_AGE_S:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT key, version FROM catalogue_catalogversion")
                    found = (time.monotonic(), dict(cursor.fetchall()))
                _read[name] = found
    return found[1].get(key, 0)


def forget() -> None:
    """Make the next read go to the database; for tests and after a change in this process."""
    _read.clear()
