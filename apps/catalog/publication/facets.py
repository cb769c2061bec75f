"""Give filter values their numbers."""

import json
from collections.abc import Iterable

from django.db import connection

from apps.catalog.publication.words import FacetKey

_UPSERT = """
INSERT INTO catalogue_facetvalue AS have
       (attribute_code, value_key, labels, attribute_labels, swatch, attribute_position, sort_key)
SELECT * FROM unnest(%s::text[], %s::text[], %s::jsonb[], %s::jsonb[], %s::text[], %s::int[], %s::text[])
ON CONFLICT (attribute_code, value_key) DO UPDATE SET
    labels = excluded.labels, attribute_labels = excluded.attribute_labels, swatch = excluded.swatch,
    attribute_position = excluded.attribute_position, sort_key = excluded.sort_key
WHERE (have.labels, have.attribute_labels, have.swatch, have.attribute_position, have.sort_key)
      IS DISTINCT FROM
      (excluded.labels, excluded.attribute_labels, excluded.swatch, excluded.attribute_position, excluded.sort_key)
"""
_IDS = """
SELECT v.attribute_code, v.value_key, v.id FROM catalogue_facetvalue v
JOIN unnest(%s::text[], %s::text[]) AS asked(code, key) ON asked.code = v.attribute_code AND asked.key = v.value_key
"""


def number(*, keys: Iterable[FacetKey]) -> tuple[dict[tuple[str, str], int], bool]:
    """
    Return (attribute, value) → number for these values, and whether any was new or renamed. Two statements.

    Two families may give one value different labels; the last in sort order is kept, so that the answer is the same
    whatever the order of products. Call under the write lock.
    """
    by_name = {(key.attribute, key.value): key for key in sorted(keys, key=_total_order)}
    if not by_name:
        return {}, False
    given = list(by_name.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [
                [key.attribute for key in given],
                [key.value for key in given],
                [json.dumps(dict(key.labels), ensure_ascii=False) for key in given],
                [json.dumps(dict(key.attribute_labels), ensure_ascii=False) for key in given],
                [key.swatch for key in given],
                [key.attribute_position for key in given],
                [key.sort_key for key in given],
            ],
        )
        changed = cursor.rowcount > 0
        cursor.execute(_IDS, [[key.attribute for key in given], [key.value for key in given]])
        return {(code, key): number_ for code, key, number_ in cursor.fetchall()}, changed


def _total_order(key: FacetKey) -> tuple[str, ...]:
    place = f"{key.attribute_position:05d}"
    return (key.attribute, key.value, key.sort_key, repr(key.labels), key.swatch, repr(key.attribute_labels), place)
