"""Change what a product is, says, belongs to and shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.catalog import publication
from apps.catalog.content import FIELDS
from apps.catalog.enums import ProductStatus
from apps.catalog.errors import UnableToSetContent, UnknownProduct
from apps.catalog.models import Product, ProductBrand, ProductContent, ProductMedia
from apps.core import audit, locks

_ProductCategory = Product.categories.through

_POPULARITY = """
WITH told AS (
    SELECT p.id, greatest(root.priority, 0) + coalesce(g.score, 0) AS score FROM catalogue_publication p
    JOIN catalogue_product root ON root.id = p.product_id
    LEFT JOIN unnest(%s::bigint[], %s::int[]) AS g(product_id, score) ON g.product_id = p.product_id
    WHERE p.market_id = %s AND p.popularity <> greatest(root.priority, 0) + coalesce(g.score, 0)
    ORDER BY p.id FOR UPDATE OF p
)
UPDATE catalogue_publication p SET popularity = told.score FROM told WHERE told.id = p.id
"""


@transaction.atomic
def set_content(
    *,
    product_id: int,
    language: str,
    fields: Mapping[str, Any],
    by: str,
    at: datetime,
    market_id: int | None = None,
) -> ProductContent:
    """
    Set texts of a product in a language, for one market only when given; fields that are not named stay.

    An empty value means "not said here": readers then find the text along the chain. Locks the product's row. Raises
    UnknownProduct, UnableToSetContent for a field there is not.
    """
    product = _locked(product_id)
    for name in fields:
        if name not in FIELDS:
            raise UnableToSetContent(field=name, sku=product.upc or product.title)
    scope: dict[str, Any] = {"language": language, "market_id": market_id}
    content, _made = ProductContent.objects.get_or_create(product=product, **scope)
    before = {name: getattr(content, name) for name in fields}
    for name, value in fields.items():
        setattr(content, name, value)
    content.updated_at = at
    content.save(update_fields=[*fields, "updated_at"])
    _done(product, "catalog.set_content", {"language": language, **before}, {"language": language, **fields}, by, at)
    return content


@transaction.atomic
def set_status(*, product_id: int, status: str, by: str, at: datetime) -> None:
    """Make a product draft, active or archived; anything but active also leaves the shops at once. Safe to repeat."""
    product = _locked(product_id)
    before, product.status = product.status, ProductStatus(status)
    if before == status:
        return
    product.save(update_fields=["status", "date_updated"])
    _done(product, "catalog.set_status", {"status": before}, {"status": status}, by, at)
    if status != ProductStatus.ACTIVE:
        publication.publish_now(root_ids=[product.parent_id or product.pk], at=at)


@transaction.atomic
def set_categories(*, product_id: int, category_ids: Iterable[int], by: str, at: datetime) -> None:
    """Put a product (not a variant) into exactly these categories."""
    product = _locked(product_id)
    wanted = set(category_ids)
    have = set(_ProductCategory.objects.filter(product=product).values_list("category_id", flat=True))
    _ProductCategory.objects.filter(product=product, category_id__in=have - wanted).delete()
    _ProductCategory.objects.bulk_create(
        [_ProductCategory(product=product, category_id=category_id) for category_id in sorted(wanted - have)]
    )
    _done(product, "catalog.set_categories", {"categories": sorted(have)}, {"categories": sorted(wanted)}, by, at)


@transaction.atomic
def set_brands(*, product_id: int, brand_ids: Iterable[int], by: str, at: datetime) -> None:
    """Have exactly these brands of the group sell a product (not a variant)."""
    product = _locked(product_id)
    wanted = set(brand_ids)
    have = set(ProductBrand.objects.filter(product=product).values_list("brand_id", flat=True))
    ProductBrand.objects.filter(product=product, brand_id__in=have - wanted).delete()
    ProductBrand.objects.bulk_create(
        [ProductBrand(product=product, brand_id=brand_id) for brand_id in sorted(wanted - have)]
    )
    _done(product, "catalog.set_brands", {"brands": sorted(have)}, {"brands": sorted(wanted)}, by, at)


@transaction.atomic
def set_media(*, product_id: int, asset_ids: Sequence[int], by: str, at: datetime) -> None:
    """Show exactly these pictures on a product or variant, in this order; the first one leads."""
    product = _locked(product_id)
    shown = ProductMedia.objects.filter(product=product).order_by("position", "id")
    have = list(shown.values_list("asset_id", flat=True))
    wanted = list(dict.fromkeys(asset_ids))
    ProductMedia.objects.filter(product=product).exclude(asset_id__in=wanted).delete()
    ProductMedia.objects.bulk_create(
        [ProductMedia(product=product, asset_id=asset_id, position=place) for place, asset_id in enumerate(wanted)],
        update_conflicts=True,
        unique_fields=["product", "asset"],
        update_fields=["position"],
    )
    _done(product, "catalog.set_media", {"assets": have}, {"assets": wanted}, by, at)


@transaction.atomic
def record_popularity(*, market_id: int, scores: Mapping[int, int]) -> int:
    """
    Set how much shoppers of a market like products (root id → units sold lately, say); return how many rows changed.

    scores: of all products of the market; one that is not named has none. A product's own priority is added.
    A hint for sorting, not a truth: written to the publications at once, kept when they are published again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POPULARITY, [list(scores), list(scores.values()), market_id])
        return int(cursor.rowcount)


def _locked(product_id: int) -> Product:
    found: list[Product] = locks.lock_rows(queryset=Product.objects.filter(pk=product_id), rank=locks.Rank.CATALOGUE)
    if not found:
        raise UnknownProduct(sku=f"#{product_id}")
    return found[0]


def _done(  # noqa: PLR0917 -- what an audit line has
    product: Product, action: str, before: Mapping[str, Any], after: Mapping[str, Any], by: str, at: datetime
) -> None:
    if before == after:
        return
    target = audit.target_of(model="catalogue.product", pk=product.pk)
    audit.record(action=action, target=target, actor=by, at=at, before=before, after=after)
    publication.mark_due(product_ids=[product.pk], reason=action.removeprefix("catalog.set_"), at=at)
