"""Say that publications are older than their truth, and wake the publisher once the truth is committed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from celery import current_app
from django.db import connection, transaction

from apps.catalog.publication.categories import publish_categories
from apps.core.enums import Queue
from apps.core.outbox.wake import hints

logger = structlog.get_logger(__name__)

TASK = "catalog.publish_due"

# A child's mark is its parent's: publications are of whole families.
_MARK = """
INSERT INTO catalogue_publicationdue (product_id, due_since, reason)
SELECT DISTINCT coalesce(p.parent_id, p.id), %s::timestamptz, %s FROM catalogue_product p WHERE p.id = ANY(%s)
"""
_ASSET_PRODUCTS = "SELECT DISTINCT product_id FROM catalogue_productmedia WHERE asset_id = ANY(%s)"
_CATEGORY_PRODUCTS = """
SELECT DISTINCT pc.product_id FROM catalogue_productcategory pc
JOIN catalogue_category c ON c.id = pc.category_id
JOIN catalogue_category above ON c.path LIKE above.path || '%%'
WHERE above.id = ANY(%s)
"""


def mark_due(*, product_ids: Iterable[int], reason: str, at: datetime) -> int:
    """
    Mark the families of these products for publication in the caller's transaction; return how many marks.

    One statement for any number; never waits for a publisher. reason: short, as in "price". The publisher is woken
    after commit; without a broker the sweep finds the marks within seconds.
    """
    ids = list(product_ids)
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [at, reason, ids])
        marked = int(cursor.rowcount)
    if marked:
        _wake_after_commit()
    return marked


def mark_due_for_assets(*, asset_ids: Iterable[int], at: datetime) -> int:
    """
    Mark every product that shows one of these pictures, and publish the tree when a category does; return the marks.

    Called when renditions are ready, an alt text or a focal point has changed.
    """
    ids = list(asset_ids)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM catalogue_categorymedia WHERE asset_id = ANY(%s))", [ids])
        in_tree = cursor.fetchone()[0]
    marked = _mark_found(_ASSET_PRODUCTS, ids, reason="picture", at=at)
    if in_tree:
        publish_categories(at=at)
    return marked


def mark_due_for_categories(*, category_ids: Iterable[int], at: datetime) -> int:
    """Mark every product in or below one of these categories."""
    return _mark_found(_CATEGORY_PRODUCTS, category_ids, reason="category", at=at)


def oldest_due_age(*, at: datetime) -> timedelta | None:
    """Return how long the oldest mark has been waiting: the lag of the read model; None when nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(due_since) FROM catalogue_publicationdue")
        oldest = cursor.fetchone()[0]
    return None if oldest is None else max(timedelta(0), at - oldest)


def due_count() -> int:
    """Return how many products are waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT product_id) FROM catalogue_publicationdue")
        return int(cursor.fetchone()[0])


def _mark_found(sql: str, ids: Iterable[int], *, reason: str, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(ids)])
        found = [row[0] for row in cursor.fetchall()]
    return mark_due(product_ids=found, reason=reason, at=at)


def _wake() -> None:
    if not hints.open():
        return
    try:
        current_app.send_task(TASK, queue=Queue.SOON.value, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 -- whatever a broker's client raises: the marks are committed, the sweep finds them
        hints.failed()
        logger.warning("publisher_not_woken", error=type(error).__name__, reason=str(error)[:200])


def _wake_after_commit() -> None:
    # Once per transaction, however many marks it makes.
    if not any(hook[1] is _wake for hook in connection.run_on_commit):
        transaction.on_commit(_wake)
