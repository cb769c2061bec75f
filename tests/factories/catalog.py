"""Smallest legal products, prices and categories. Nothing here marks anything due: publish with `publish_all`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from apps.catalog.enums import PriceListKind, ProductStatus
from apps.catalog.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    CategoryContent,
    Price,
    PriceList,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductBrand,
    ProductCategory,
    ProductClass,
    ProductContent,
)
from apps.catalog.operations import add_category
from apps.markets.models import Brand, Market
from tests.factories.markets import make_brand

_numbers = count(1)


def make_product_class(*, code: str = "things", **fields: Any) -> ProductClass:
    """Return the family of that code, made when it is not there."""
    return ProductClass.objects.get_or_create(
        code=code, defaults={"name": code.title(), "slug": code, "track_stock": False, **fields}
    )[0]


def make_product(
    *,
    sku: str | None = None,
    title: str | None = None,
    brands: Iterable[Brand | str] = ("halles",),
    price: Mapping[PriceList, str] | None = None,
    names: Mapping[str, str] | None = None,
    categories: Iterable[Category] = (),
    parent: Product | None = None,
    attributes: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Product:
    """
    Make an active product of the given brands; with `parent` a variant of it.

    price: price list → amount as text, as in {base: "19.90"}. names: language → name (title alone is the reference
    text). attributes: code → value, as `set_attribute` takes it. structure="parent" gives one without a SKU.
    """
    number = next(_numbers)
    values: dict[str, Any] = {
        "status": ProductStatus.ACTIVE,
        "structure": "child" if parent else "standalone",
        **fields,
    }
    if values["structure"] != "parent":
        values["upc"] = sku or f"SKU-{number}"
    if parent is None:
        values.setdefault("product_class", make_product_class())
    label = title if title is not None else ("" if parent else f"Thing {number}")
    product = Product.objects.create(title=label, slug=values.pop("slug", f"thing-{number}"), parent=parent, **values)
    if parent is None:
        owners = [make_brand(code=brand) if isinstance(brand, str) else brand for brand in brands]
        ProductBrand.objects.bulk_create([ProductBrand(product=product, brand=owner) for owner in owners])
        ProductCategory.objects.bulk_create([ProductCategory(product=product, category=node) for node in categories])
    for price_list, amount in (price or {}).items():
        make_price(product=product, price_list=price_list, amount=amount)
    for language, name in (names or {}).items():
        ProductContent.objects.create(product=product, language=language, name=name)
    for code, value in (attributes or {}).items():
        set_attribute(product=product, code=code, value=value)
    return product


def make_price_list(
    *, markets: Iterable[Market], code: str | None = None, kind: str = PriceListKind.BASE, **fields: Any
) -> PriceList:
    """Make an active price list of the markets, in the currency of the first."""
    owners = list(markets)
    label = code or f"list-{next(_numbers)}"
    precedence = {PriceListKind.BASE: 0, PriceListKind.PROMOTION: 10, PriceListKind.GROUP: 20}[PriceListKind(kind)]
    values = {"name": label, "currency": owners[0].currency, "precedence": precedence, **fields}
    made = PriceList.objects.create(code=label, kind=kind, **values)
    made.markets.set(owners)
    return made


def make_price(
    *,
    product: Product,
    price_list: PriceList,
    amount: str,
    min_quantity: int = 1,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Price:
    """Make a price; `amount` is in the list's currency, as in "19.90"."""
    return Price.objects.create(
        product=product,
        price_list=price_list,
        amount_minor=int(Decimal(amount) * 100),
        min_quantity=min_quantity,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def make_category(
    *, name: str | None = None, parent: Category | None = None, names: Mapping[str, str] | None = None, **fields: Any
) -> Category:
    """Make a category below `parent`; names: language → name, the slug is made of it."""
    from django.utils.text import slugify

    label = name or f"Category {next(_numbers)}"
    values = {"name": label, "slug": slugify(label), **fields}
    node = add_category(node=Category(**values), parent=parent)
    for language, text in (names or {}).items():
        CategoryContent.objects.create(category=node, language=language, name=text, slug=slugify(text))
    return node


def make_attribute(
    *,
    code: str,
    kind: str = "option",
    options: Iterable[str] = (),
    product_class: ProductClass | None = None,
    is_facet: bool = True,
    is_variant_axis: bool = False,
    labels: Mapping[str, str] | None = None,
    **fields: Any,
) -> ProductAttribute:
    """Make an attribute of a family, with its options when it has some."""
    group = AttributeOptionGroup.objects.create(name=code) if kind in {"option", "multi_option"} else None
    for position, option in enumerate(options):
        AttributeOption.objects.create(group=group, option=option, position=position)
    return ProductAttribute.objects.create(
        product_class=product_class or make_product_class(),
        code=code,
        name=code.title(),
        type=kind,
        option_group=group,
        is_facet=is_facet,
        is_variant_axis=is_variant_axis,
        labels=dict(labels or {}),
        **fields,
    )


def set_attribute(*, product: Product, code: str, value: Any) -> ProductAttributeValue:
    """Give a product a fact: an option's name (several for multi options), a text, a number, yes or no."""
    family = product.product_class_id or product.parent.product_class_id
    attribute = ProductAttribute.objects.get(product_class_id=family, code=code)
    row = ProductAttributeValue(product=product, attribute=attribute)
    if attribute.type == "option":
        row.value_option = AttributeOption.objects.get(group=attribute.option_group, option=value)
    elif attribute.type != "multi_option":
        setattr(row, f"value_{attribute.type}", value)
    ProductAttributeValue.objects.bulk_create([row])
    if attribute.type == "multi_option":
        row.value_multi_option.set(AttributeOption.objects.filter(group=attribute.option_group, option__in=value))
    return row
