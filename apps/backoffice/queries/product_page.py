"""What each shop reads of one product, which level says it, and whether its page is up to date."""

from dataclasses import dataclass
from datetime import datetime

from apps.catalog import content
from apps.catalog.content import Level, ResolvedText
from apps.catalog.models import Product, ProductContent, Publication, PublicationDue
from apps.markets.context import Shop
from apps.markets.queries import all_shops

SHOWN = ("name", "slug", "tagline", "description", "meta_title", "meta_description")


@dataclass(frozen=True, slots=True)
class ShopState:
    """One shop's view of a product. page is None when the product has no page there."""

    shop: Shop
    page: Publication | None
    texts: dict[str, ResolvedText]


@dataclass(frozen=True, slots=True)
class ProductState:
    """All shops that could show a product, and since when a newer truth waits to be published."""

    shops: tuple[ShopState, ...]
    due_since: datetime | None


def state_of(*, product: Product) -> ProductState:
    """Return how every shop stands with a product (of a variant: its parent's page). Four statements."""
    root_id = product.parent_id or product.pk
    brand_ids = set(Product.objects.filter(pk=root_id).values_list("brand_links__brand_id", flat=True))
    pages = {(page.market_id, page.language): page for page in _pages(root_id)}
    contents: dict[Level, dict[str, object]] = {
        (row.language, row.market_id): {name: getattr(row, name) for name in content.FIELDS}
        for row in ProductContent.objects.filter(product_id=product.pk)
    }
    reference = {
        "name": product.title,
        "slug": product.slug,
        "description": product.description,
        "meta_title": product.meta_title,
        "meta_description": product.meta_description,
    }
    due = (
        PublicationDue.objects.filter(product_id=root_id)
        .order_by("due_since")
        .values_list("due_since", flat=True)
        .first()
    )
    return ProductState(
        shops=tuple(
            ShopState(
                shop=shop,
                page=pages.get((shop.market.id, shop.language)),
                texts=content.resolve(
                    contents=contents, reference=reference, chain=content.levels(shop=shop), fields=SHOWN
                ),
            )
            for shop in all_shops()
            if shop.brand.id in brand_ids
        ),
        due_since=due,
    )


def _pages(root_id: int) -> list[Publication]:
    columns = (
        "product_id",
        "market_id",
        "language",
        "slug",
        "price_minor",
        "price_max_minor",
        "currency",
        "availability",
        "published_at",
    )
    return list(Publication.objects.filter(product_id=root_id).only(*columns))
