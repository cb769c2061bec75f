"""Which products and categories show a picture: what the DAM asks before it lets one go."""

from collections.abc import Iterable, Sequence

from apps.catalog.models import CategoryMedia, ProductMedia
from apps.media.queries import Use


def uses(asset_ids: Sequence[int]) -> Iterable[tuple[int, Use]]:
    """Return (asset id, place) for every product and category that shows one of these. Two statements."""
    products = ProductMedia.objects.filter(asset_id__in=asset_ids).order_by("id")
    for asset_id, pk, sku, title in products.values_list("asset_id", "product_id", "product__upc", "product__title"):
        yield asset_id, Use("catalogue.product", pk, title or sku or "")
    tiles = CategoryMedia.objects.filter(asset_id__in=asset_ids).order_by("id")
    for asset_id, pk, name in tiles.values_list("asset_id", "category_id", "category__name"):
        yield asset_id, Use("catalogue.category", pk, name)
