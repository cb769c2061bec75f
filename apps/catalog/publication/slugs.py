"""Give publications their slugs: unique per market and language, never taken from another object, old ones kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

from apps.core.sql import array_text

Scope = tuple[int, str]
"""A market id and a language."""

_OWNERS = """
SELECT market_id, language, slug, object_id FROM catalogue_slugrecord
WHERE kind = %s AND slug = ANY(%s)
"""
_INSERT = """
INSERT INTO catalogue_slugrecord (market_id, language, kind, slug, object_id, created_at)
SELECT m, l, %s, s, o, %s FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS given(m, l, s, o)
ON CONFLICT (market_id, language, kind, slug) DO NOTHING
"""


def assign(*, kind: str, wanted: Iterable[tuple[Scope, int, str]], at: datetime) -> Mapping[tuple[Scope, int], str]:
    """
    Give each (scope, object, slug wanted) a slug and record it. Two statements; call under the write lock.

    On a clash the one who came later gets its id as a suffix, and a slug that was ever another object's is never given
    away: an old link must not lead to a stranger.
    """
    asked = list(wanted)
    candidates = {text for _, object_id, slug in asked for text in (slug, _suffixed(slug, object_id))}
    owners: dict[tuple[Scope, str], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, [kind, list(candidates)])
        for market_id, language, slug, object_id in cursor.fetchall():
            owners[(market_id, language), slug] = object_id
        out: dict[tuple[Scope, int], str] = {}
        new: list[tuple[int, str, str, int]] = []
        # Sorted by object so that the same batch always settles its clashes the same way.
        for scope, object_id, base in sorted(asked, key=lambda entry: (entry[1], entry[0])):
            slug = _free(owners, scope, object_id, base)
            if (scope, slug) not in owners:
                owners[scope, slug] = object_id
                new.append((*scope, slug, object_id))
            out[scope, object_id] = slug
        if new:
            markets, languages, given, objects = zip(*new, strict=True)
            cursor.execute(_INSERT, [kind, at, array_text(markets), list(languages), list(given), array_text(objects)])
    return out


def _free(owners: Mapping[tuple[Scope, str], int], scope: Scope, object_id: int, base: str) -> str:
    slug, step = base, 1
    while owners.get((scope, slug), object_id) != object_id:
        suffixed = _suffixed(base, object_id)
        slug = suffixed if step == 1 else f"{suffixed}-{step}"
        step += 1
    return slug


def _suffixed(base: str, object_id: int) -> str:
    return f"{base[:230]}-{object_id}"
