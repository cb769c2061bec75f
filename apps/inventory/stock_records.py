"""Oscar's basket and order lines point at a stock record. Ours has no price and no stock: it is only that point."""

from collections.abc import Collection

from django.db import connection, transaction

from apps.inventory.models import Partner  # type: ignore[attr-defined] # Oscar's, through its star import

PARTNER_CODE = "halles"

_ENSURE = """
INSERT INTO partner_stockrecord (partner_id, partner_sku, product_id, price_currency, price, num_in_stock,
                                 num_allocated, low_stock_threshold, date_created, date_updated)
SELECT %(partner)s, product.upc, product.id, '', NULL, NULL, NULL, NULL, now(), now()
  FROM catalogue_product product
 WHERE product.id = ANY(%(products)s) AND product.structure <> 'parent'
   AND NOT EXISTS (SELECT FROM partner_stockrecord held WHERE held.product_id = product.id)
 ORDER BY product.id
    ON CONFLICT (partner_id, partner_sku) DO UPDATE SET product_id = EXCLUDED.product_id
"""


@transaction.atomic
def ensure_stock_records(*, product_ids: Collection[int]) -> int:
    """Give every sellable product among these its stock record; return how many were missing. Two statements."""
    partner, _ = Partner.objects.get_or_create(code=PARTNER_CODE, defaults={"name": "Halles"})
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE, {"partner": partner.pk, "products": list(product_ids)})
        return cursor.rowcount
