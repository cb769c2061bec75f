"""The scheduled switch: a price that begins or ends by its dates is published again at that moment."""

from datetime import datetime

from django.db import connection, transaction

from apps.catalog.publication.marks import mark_due

_TAKE = """
INSERT INTO catalogue_priceboundary AS have (id, seen_until) VALUES (1, %(at)s)
ON CONFLICT (id) DO UPDATE SET seen_until = greatest(have.seen_until, excluded.seen_until)
RETURNING (SELECT seen_until FROM catalogue_priceboundary WHERE id = 1)
"""
_PASSED = """
SELECT DISTINCT p.product_id FROM catalogue_price p JOIN catalogue_pricelist l ON l.id = p.price_list_id
WHERE p.valid_from > %(since)s AND p.valid_from <= %(at)s OR p.valid_to > %(since)s AND p.valid_to <= %(at)s
   OR l.valid_from > %(since)s AND l.valid_from <= %(at)s OR l.valid_to > %(since)s AND l.valid_to <= %(at)s
"""


def switch_scheduled_prices(*, at: datetime) -> int:
    """
    Mark products whose price began or ended since the last look; return how many marks. Safe to run twice at once.

    The first look only remembers the time: what was published before it was priced at its own moment. Basket and
    checkout never wait for this: they price live.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"at": at})
        since = cursor.fetchone()[0]
        if since is None or since >= at:
            return 0
        cursor.execute(_PASSED, {"since": since, "at": at})
        found = [row[0] for row in cursor.fetchall()]
        return mark_due(product_ids=found, reason="price switch", at=at)
