"""The demo's families, attributes, options and categories."""

from typing import Any

from oscar.core.loading import get_model

from apps.backoffice.demo.catalogue import DemoCatalogue
from apps.backoffice.demo.pictures import PAINTS
from apps.catalog.models import (
    AttributeOption,
    Category,
    CategoryContent,
    ProductAttribute,
    ProductClass,
)
from apps.catalog.operations import add_category

FACETS = {"colour", "material", "energy_class", "dishwasher_safe", "power_w", "capacity_l", "warranty_years", "size_cm"}
KINDS = {
    "text": ProductAttribute.TEXT,
    "integer": ProductAttribute.INTEGER,
    "decimal": ProductAttribute.FLOAT,
    "option": ProductAttribute.OPTION,
    "boolean": ProductAttribute.BOOLEAN,
}


class Vocabulary:
    """What products refer to, by the demo's codes."""

    def __init__(self) -> None:
        self.classes: dict[str, ProductClass] = {}
        self.attributes: dict[tuple[str, str], ProductAttribute] = {}
        self.options: dict[tuple[str, str], AttributeOption] = {}
        self.categories: dict[str, Category] = {}


def seed_vocabulary(*, demo: DemoCatalogue) -> Vocabulary:
    """Create families, attributes, options and the category tree; return them by code. On an empty catalogue only."""
    words = Vocabulary()
    groups = _options(demo, words)
    axes = {axis for product in demo.products if (axis := product.axis)}
    for code, family in demo.families.items():
        words.classes[code] = ProductClass.objects.create(
            name=family.names["en"], code=code, slug=code, labels=dict(family.names), track_stock=True
        )
        for position, name in enumerate(family.attributes):
            attribute = demo.attributes[name]
            words.attributes[code, name] = ProductAttribute.objects.create(
                product_class=words.classes[code],
                code=name,
                name=attribute.labels["en"],
                labels=dict(attribute.labels),
                unit=attribute.unit,
                type=KINDS[attribute.kind],
                option_group=groups.get(name),
                is_facet=name in FACETS,
                is_variant_axis=name in axes,
                position=position,
            )
    _categories(demo, words)
    return words


def _options(demo: DemoCatalogue, words: Vocabulary) -> dict[str, Any]:
    group_model = get_model("catalogue", "AttributeOptionGroup")
    groups: dict[str, Any] = {}
    for position, option in enumerate(demo.options):
        if option.attribute not in groups:
            groups[option.attribute] = group_model.objects.create(
                name=demo.attributes[option.attribute].labels["en"], code=option.attribute
            )
        words.options[option.attribute, option.code] = AttributeOption.objects.create(
            group=groups[option.attribute],
            option=option.labels["en"],
            code=f"{option.attribute}-{option.code}",
            labels=dict(option.labels),
            swatch=_swatch(option.code) if option.attribute == "colour" else "",
            position=position,
        )
    return groups


def _swatch(code: str) -> str:
    """The paint of that name as a dot; a colour without a paint is written as a word."""
    return "#{:02x}{:02x}{:02x}".format(*PAINTS[code]) if code in PAINTS else ""


def _categories(demo: DemoCatalogue, words: Vocabulary) -> None:
    for category in demo.categories:
        values = {"name": category.names["en"], "slug": category.slugs["en"], "promoted_facets": ["colour", "material"]}
        row = add_category(node=Category(**values), parent=words.categories.get(category.parent or ""))
        words.categories[category.key] = row
        CategoryContent.objects.bulk_create(
            CategoryContent(
                category=row,
                language=language,
                name=name,
                slug=category.slugs[language],
                description=category.descriptions.get(language, ""),
            )
            for language, name in category.names.items()
        )
