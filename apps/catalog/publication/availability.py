"""Tell publications what stock says, without publishing the product again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from apps.catalog.ports import stock_facts
from apps.catalog.publication.build import availability_of
from apps.markets.queries import all_shops

# Only what is published: an import counts the stock of thousands that no page shows yet.
# The kits a product is in live by its stock too.
_FAMILIES = """
SELECT coalesce(p.parent_id, p.id), p.id FROM catalogue_product p
WHERE coalesce(p.parent_id, p.id) IN (
        SELECT coalesce(parent_id, id) FROM catalogue_product
         WHERE id IN (SELECT unnest(%(ids)s::bigint[])
                      UNION SELECT kit_id FROM catalogue_kitcomponent WHERE product_id = ANY(%(ids)s::bigint[])))
  AND p.structure <> 'parent' AND p.is_public AND p.status = 'active'
  AND EXISTS (SELECT FROM catalogue_publication shown WHERE shown.product_id = coalesce(p.parent_id, p.id))
"""
# Locked in the order of ids, as the publisher does, so that the two never wait for each other in a circle.
_SET = """
WITH told AS (
    SELECT p.id, g.code FROM catalogue_publication p
    JOIN unnest(%s::bigint[], %s::bigint[], %s::int[]) AS g(product_id, market_id, code)
      ON g.product_id = p.product_id AND g.market_id = p.market_id
    WHERE p.availability <> g.code ORDER BY p.id FOR UPDATE OF p
)
UPDATE catalogue_publication p SET availability = told.code FROM told WHERE told.id = p.id
"""


def mark_availability(*, product_ids: Iterable[int], at: datetime) -> int:  # noqa: ARG001 -- part of the agreed call
    """
    Bring the availability codes of these products' families up to date; return how many rows changed.

    Two statements and one look at the stock per market, whatever the number; writes only rows whose code changes.
    Call after the stock change, in its transaction or after it.
    """
    ids = list(product_ids)
    if not ids:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FAMILIES, {"ids": ids})
        families: dict[int, list[int]] = {}
        for root, item in cursor.fetchall():
            families.setdefault(root, []).append(item)
        if not families:
            return 0
        told: list[tuple[int, int, int]] = []
        for market in {shop.market.id: shop.market for shop in all_shops()}.values():
            items = [item for members in families.values() for item in members]
            stock = stock_facts(market=market, product_ids=items)
            told.extend(
                (root, market.id, int(availability_of(item_ids=members, stock=stock)))
                for root, members in families.items()
            )
        if not told:
            return 0
        cursor.execute(_SET, [list(column) for column in zip(*told, strict=True)])
        return int(cursor.rowcount)
