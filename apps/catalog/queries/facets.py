"""The filters' values by number, kept in memory until one is added or renamed."""

import json
import threading
from dataclasses import dataclass

from django.db import connection

from apps.catalog.publication import versions

_VALUES = """
SELECT id, attribute_code, value_key, labels::text, attribute_labels::text, swatch, attribute_position, sort_key
FROM catalogue_facetvalue ORDER BY attribute_position, attribute_code, sort_key, id
"""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one filter."""

    id: int
    code: str
    key: str
    labels: dict[str, str]
    attribute_labels: dict[str, str]
    swatch: str


@dataclass(frozen=True, slots=True)
class Registry:
    """All values, in the order they are shown."""

    by_id: dict[int, Value]
    by_code: dict[str, dict[str, Value]]

    def ids(self, *, code: str, keys: tuple[str, ...]) -> list[int]:
        """Return the numbers of these values; a value that does not exist gives -1, which nothing has."""
        known = self.by_code.get(code, {})
        return [known[key].id if key in known else -1 for key in keys]


_lock = threading.Lock()
_kept: dict[str, tuple[int, Registry]] = {}


def registry() -> Registry:
    """All filter values. No statement when warm, one when something changed."""
    version = versions.current(key=versions.FACETS)
    name = str(connection.settings_dict["NAME"])
    found = _kept.get(name)
    if found is None or found[0] != version:
        with _lock:
            found = _kept.get(name)
            if found is None or found[0] != version:
                found = _kept[name] = (version, _read())
    return found[1]


def forget() -> None:
    """Drop what is kept; for tests."""
    _kept.clear()


def _read() -> Registry:
    by_id: dict[int, Value] = {}
    by_code: dict[str, dict[str, Value]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_VALUES)
        for row in cursor.fetchall():
            value = Value(row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4]), row[5])
            by_id[value.id] = value
            by_code.setdefault(value.code, {})[value.key] = value
    return Registry(by_id=by_id, by_code=by_code)
