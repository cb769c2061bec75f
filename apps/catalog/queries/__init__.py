"""What pages read: publications only, in raw statements, as plain values."""

from dataclasses import dataclass

from apps.catalog.queries.cards import cards, product_url
from apps.catalog.queries.categories import MenuTree, category_page, category_url, menu, tree
from apps.catalog.queries.listing import listing
from apps.catalog.queries.product import (
    alternates,
    product_page,
    sellable_lines,
    sitemap_categories,
    sitemap_products,
    variant_url,
)
from apps.catalog.queries.types import (
    SORTS,
    Alternate,
    Card,
    CategoryPage,
    FacetGroup,
    FacetOption,
    ListingRequest,
    ListingResult,
    MenuNode,
    Moved,
    ProductPageData,
    SellableLine,
    Suggestions,
    Variant,
)
from apps.markets.context import Shop

__all__ = [
    "SORTS",
    "Alternate",
    "Card",
    "CategoryPage",
    "FacetGroup",
    "FacetOption",
    "Home",
    "ListingRequest",
    "ListingResult",
    "MenuNode",
    "MenuTree",
    "Moved",
    "ProductPageData",
    "SellableLine",
    "Suggestions",
    "Variant",
    "alternates",
    "cards",
    "category_page",
    "category_url",
    "home",
    "listing",
    "menu",
    "product_page",
    "product_url",
    "sellable_lines",
    "sitemap_categories",
    "sitemap_products",
    "tree",
    "variant_url",
]


@dataclass(frozen=True, slots=True)
class Home:
    """The rails of a home page."""

    newest: tuple[Card, ...]
    bestsellers: tuple[Card, ...]
    on_offer: tuple[Card, ...]


def home(*, shop: Shop, limit: int = 8) -> Home:
    """Return the rails of a shop's home page. Three statements."""
    return Home(
        newest=cards(shop=shop, rule="newest", limit=limit),
        bestsellers=cards(shop=shop, rule="bestsellers", limit=limit),
        on_offer=cards(shop=shop, rule="on_offer", limit=limit),
    )
