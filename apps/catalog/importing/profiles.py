"""Profiles: which column of a file says what. Declared, so that a new source is a new value and no new code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Profile:
    """
    How one kind of file is read.

    columns: our word → header. attribute_prefix: headers that begin with it are facts of the product.
    currencies: what the file says → what it is taken as; amounts are never converted.
    """

    code: str
    language: str
    columns: Mapping[str, str]
    required: tuple[str, ...]
    attribute_prefix: str
    currencies: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    default_currency: str = "EUR"
    default_status: str = "draft"
    category_separator: str = "->"
    weight_unit: str = "g"
    texts_columns: Mapping[str, str] = field(default_factory=dict)
    option_names: Mapping[str, str] = field(default_factory=dict)

    def fits(self, headers: Iterable[str]) -> bool:
        """Tell whether a header has every required column."""
        held = set(headers)
        return all(self.columns[name] in held for name in self.required)


_TEXTS = {
    "group": "slug",
    "language": "locale",
    "name": "name",
    "description": "description",
    "meta_title": "meta_title",
    "meta_description": "meta_description",
}
_OPTION_NAMES = {"color": "colour", "couleur": "colour", "farbe": "colour", "kleur": "colour"}

SPREE = Profile(
    code="spree",
    language="en",
    columns={
        "group": "slug",
        "sku": "sku",
        "name": "name",
        "price": "price",
        "compare_at": "compare_at_price",
        "currency": "currency",
        "status": "status",
        "description": "description",
        "meta_title": "meta_title",
        "meta_description": "meta_description",
        "keywords": "tags",
        "family": "product_type",
        "category": "category1",
        "option1_name": "option1_name",
        "option1_value": "option1_value",
        "option2_name": "option2_name",
        "option2_value": "option2_value",
        "picture": "image1_src",
        "width": "width",
        "height": "height",
        "depth": "depth",
        "dimensions_unit": "dimensions_unit",
        "weight": "weight",
        "weight_unit": "weight_unit",
        "stock": "inventory_count",
    },
    required=("group", "sku", "name", "price", "currency"),
    attribute_prefix="custom_field.custom.",
    # The source sells in dollars and euros, this group in euros and pounds: the other amount is taken as pounds.
    currencies={"EUR": "EUR", "GBP": "GBP", "USD": "GBP"},
    ignored=frozenset(
        {
            "meta_keywords",
            "tax_category",
            "available_on",
            "discontinue_on",
            "inventory_backorderable",
            "track_inventory",
            *(f"category{number}" for number in range(2, 6)),
            *(f"image{number}_src" for number in range(2, 6)),
            "option3_name",
            "option3_value",
        }
    ),
    texts_columns=_TEXTS,
    option_names=_OPTION_NAMES,
    weight_unit="lb",
)

HALLES = Profile(
    code="halles",
    language="en",
    columns={
        "sku": "sku",
        "group": "product",
        "name": "name",
        "family": "family",
        "category": "category",
        "description": "description",
        "keywords": "keywords",
        "price": "price",
        "currency": "currency",
        "stock": "stock",
        "picture": "picture",
        "status": "status",
        "withdrawal_exception": "withdrawal_exception",
        "gtin": "gtin",
        "weight": "weight_g",
        "meta_title": "meta_title",
        "meta_description": "meta_description",
        "option1_name": "option1_name",
        "option1_value": "option1_value",
        "option2_name": "option2_name",
        "option2_value": "option2_value",
    },
    required=("sku", "name", "family", "price"),
    attribute_prefix="attribute.",
    currencies={"EUR": "EUR", "GBP": "GBP"},
    default_status="active",
    texts_columns={**_TEXTS, "group": "product", "language": "language"},
    option_names=_OPTION_NAMES,
)

PROFILES: dict[str, Profile] = {profile.code: profile for profile in (SPREE, HALLES)}


def detect(*, headers: Iterable[str]) -> Profile | None:
    """Return the first profile whose required columns are all there."""
    held = list(headers)
    return next((profile for profile in PROFILES.values() if profile.fits(held)), None)
