"""The PIM's tables. Carries Oscar's label `catalogue`: Oscar's rows extended, its unused ones kept as they are."""

from apps.catalog.models.category import (  # noqa: I001 -- Oscar's own come last: it skips what is registered above
    Category,
    CategoryContent,
    CategoryMedia,
)
from apps.catalog.models.content import ProductContent, SlugRecord
from apps.catalog.models.importing import ImportIssue, ImportJob, ImportRow
from apps.catalog.models.kit import KitComponent
from apps.catalog.models.price import Price, PriceHistory, PriceList
from apps.catalog.models.product import (
    AttributeOption,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductBrand,
    ProductClass,
    ProductMedia,
)
from apps.catalog.models.publication import (
    CatalogVersion,
    CategoryPublication,
    FacetCount,
    FacetValue,
    PriceBoundary,
    Publication,
    PublicationDue,
)

from oscar.apps.catalogue.models import *  # noqa: F403 -- last: Oscar skips what is registered above
from oscar.apps.catalogue.models import AttributeOptionGroup, ProductCategory  # by name, for type checkers

__all__ = [
    "AttributeOption",
    "AttributeOptionGroup",
    "CatalogVersion",
    "Category",
    "CategoryContent",
    "CategoryMedia",
    "CategoryPublication",
    "FacetCount",
    "FacetValue",
    "ImportIssue",
    "ImportJob",
    "ImportRow",
    "KitComponent",
    "Price",
    "PriceBoundary",
    "PriceHistory",
    "PriceList",
    "Product",
    "ProductAttribute",
    "ProductAttributeValue",
    "ProductBrand",
    "ProductCategory",
    "ProductClass",
    "ProductContent",
    "ProductMedia",
    "Publication",
    "PublicationDue",
    "SlugRecord",
]
