"""Which stored files orders name: their lines show the goods as they were when they were bought."""

from collections.abc import Sequence

from django.db import connection

_NAMED = """
SELECT DISTINCT named.path FROM order_line line,
    LATERAL (SELECT file->>1 AS path FROM jsonb_path_query(line.picture, '$.sources.*[*]') AS file) named
WHERE named.path = ANY(%s)
"""


def files(names: Sequence[str]) -> set[str]:
    """Return those of these files that a line of an order shows. One statement; it reads every line."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [list(names)])
        return {row[0] for row in cursor.fetchall()}
