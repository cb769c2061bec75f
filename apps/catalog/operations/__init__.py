"""Every write to the truth of the catalogue by hand: checked, audited, and marked due in the same transaction."""

from apps.catalog.operations.categories import add_category, place_category, set_category_content
from apps.catalog.operations.kits import Component, set_components
from apps.catalog.operations.prices import remove_price, set_price
from apps.catalog.operations.products import (
    record_popularity,
    set_brands,
    set_categories,
    set_content,
    set_media,
    set_status,
)

__all__ = [
    "Component",
    "add_category",
    "place_category",
    "record_popularity",
    "remove_price",
    "set_brands",
    "set_categories",
    "set_category_content",
    "set_components",
    "set_content",
    "set_media",
    "set_price",
    "set_status",
]
