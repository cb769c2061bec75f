"""What pages read: publications only, in raw statements, as plain values."""

from apps.catalog.queries.cards import cards, cards_of_rules, product_url
from apps.catalog.queries.categories import MenuTree, category_page, category_url, menu, tree
from apps.catalog.queries.listing import listing
from apps.catalog.queries.product import (
    VARIANT,
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

__all__ = [
    "SORTS",
    "VARIANT",
    "Alternate",
    "Card",
    "CategoryPage",
    "FacetGroup",
    "FacetOption",
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
    "cards_of_rules",
    "category_page",
    "category_url",
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
