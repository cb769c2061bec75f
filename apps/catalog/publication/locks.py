"""
Who publishes what, settled by advisory locks that end with the transaction.

A product is taken by at most one publisher at a time: `try_products` skips what others hold, as SKIP LOCKED would,
without writing to or blocking the product's row. What publishers share (slugs, filter values, counts, versions) is
written under one lock, always taken after the products' own, so publishers cannot wait for each other in a circle.
"""

from django.db import connection

PRODUCT_CLASS = 4201
WRITE_CLASS = 4202

# Walks the marks by age and stops: a hundred thousand more waiting behind them cost nothing.
_DUE_ROOTS = """
SELECT root FROM (
    SELECT coalesce(p.parent_id, p.id) AS root
    FROM (SELECT id, product_id, due_since FROM catalogue_publicationdue ORDER BY due_since, id LIMIT %(window)s) d
    JOIN catalogue_product p ON p.id = d.product_id
    GROUP BY 1 ORDER BY min(d.due_since), min(d.id)
) waiting
WHERE pg_try_advisory_xact_lock(%(class)s, (root %% 2147483647)::int)
LIMIT %(limit)s
"""
_LOCK = """
SELECT pg_advisory_xact_lock(%s, (r %% 2147483647)::int) FROM (SELECT unnest(%s::bigint[]) AS r ORDER BY 1) roots
"""
# Publishers that meet all look past each other's batch this many times its size.
_LOOK_AHEAD = 8


def take_due(*, limit: int) -> list[int]:
    """Take up to `limit` due root products nobody else is publishing, longest waiting first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_ROOTS, {"window": limit * _LOOK_AHEAD, "class": PRODUCT_CLASS, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def wait_for_products(*, root_ids: list[int]) -> None:
    """Take these roots, waiting for publishers that hold them."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [PRODUCT_CLASS, root_ids])


def wait_to_write() -> None:
    """Become the one publisher that writes, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [WRITE_CLASS])
