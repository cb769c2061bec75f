"""Hand many rows to PostgreSQL at once: COPY into a temporary table, then one statement that merges."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def load(*, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Fill a temporary table that ends with the transaction. table and columns are constants of this package."""
    names = ", ".join(part.strip().split()[0] for part in columns.split(","))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {table}")


def merge(sql: str, params: Sequence[Any] = ()) -> tuple[int, int]:
    """Run an upsert that returns whether each row is new; return how many were created and changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH touched AS ({sql} RETURNING (xmax = 0) AS is_new) "  # noqa: S608 -- constants of this package
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM touched",
            params,
        )
        created, changed = cursor.fetchone()
    return int(created), int(changed)


def run(sql: str, params: Sequence[Any] = ()) -> int:
    """Run one statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
