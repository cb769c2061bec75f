"""The demo's products: rows, texts, facts, prices and stock."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.backoffice.demo.catalogue import DemoCatalogue, DemoProduct, units
from apps.backoffice.demo.catalogue.model import DemoVariant
from apps.backoffice.seeding.families import Vocabulary
from apps.catalog.enums import ProductStatus
from apps.catalog.models import (
    Price,
    PriceHistory,
    PriceList,
    Product,
    ProductAttributeValue,
    ProductBrand,
    ProductContent,
)
from apps.core.money import Money
from apps.inventory import inbound
from apps.inventory import operations as inventory
from apps.inventory.enums import LocationKind
from apps.inventory.models import Location
from apps.markets.models import Brand, Market

# The stores that let the web sell what they have.
CONSENTING = frozenset({"paris-marais", "lille"})
BY = "system:demo"
# What is on its way: so many units of a SKU in so many days, of which the web may sell so much.
COMING_UNITS, COMING_IN_DAYS, COMING_SHARE, FIRST_PAPER = 24, 12, 75, 1040
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

STREETS = {
    "FR": "{} rue de la Démonstration",
    "BE": "{} rue de la Démonstration",
    "DE": "Musterstraße {}",
    "GB": "{} Demonstration Street",
}


class Sold:
    """The products made, by SKU, and which product each variant belongs to."""

    def __init__(self) -> None:
        self.by_sku: dict[str, Product] = {}
        self.roots: dict[str, Product] = {}


def seed_products(*, demo: DemoCatalogue, words: Vocabulary, at: datetime) -> Sold:
    """Create products and variants with texts and facts; return them. On an empty catalogue only."""
    sold = Sold()
    brands = {brand.code: brand for brand in Brand.objects.all()}
    values: list[ProductAttributeValue] = []
    for number, demo_product in enumerate(demo.products):
        root = _root(demo_product, words, priority=len(demo.products) - number)
        sold.roots[demo_product.sku] = root
        _texts(demo_product, root, at)
        ProductBrand.objects.bulk_create(ProductBrand(product=root, brand=brands[code]) for code in demo_product.brands)
        root.categories.add(words.categories[demo_product.category[-1]])
        values += _facts(root, demo_product.family, demo_product.attributes, words)
        if demo_product.axis is None:
            sold.by_sku[demo_product.variants[0].sku] = root
            values += _facts(root, demo_product.family, demo_product.variants[0].options, words)
            continue
        for position, variant in enumerate(demo_product.variants):
            child = _child(root, variant, position)
            sold.by_sku[variant.sku] = child
            values += _facts(child, demo_product.family, variant.options, words)
    ProductAttributeValue.objects.bulk_create(values)
    return sold


def _root(product: DemoProduct, words: Vocabulary, *, priority: int) -> Product:
    text = product.texts["en"]
    single = product.axis is None
    return Product.objects.create(
        structure=Product.STANDALONE if single else Product.PARENT,
        upc=product.variants[0].sku if single else product.sku,
        title=text.name,
        slug=text.slug,
        description=text.description,
        product_class=words.classes[product.family],
        status=ProductStatus.ACTIVE,
        is_public=True,
        weight_g=product.variants[0].weight_g if single else None,
        priority=priority,
    )


def _child(root: Product, variant: DemoVariant, position: int) -> Product:
    return Product.objects.create(
        structure=Product.CHILD,
        parent=root,
        upc=variant.sku,
        title="",
        slug=variant.sku.lower(),
        status=ProductStatus.ACTIVE,
        is_public=True,
        weight_g=variant.weight_g,
        variant_position=position,
    )


def _texts(product: DemoProduct, root: Product, at: datetime) -> None:
    ProductContent.objects.bulk_create(
        ProductContent(
            product=root,
            language=language,
            name=text.name,
            slug=text.slug,
            tagline=text.charm,
            description=text.description,
            bullets=list(text.points),
            updated_at=at,
        )
        for language, text in product.texts.items()
    )


def _facts(row: Product, family: str, facts: Mapping[str, Any], words: Vocabulary) -> list[ProductAttributeValue]:
    found = []
    for code, value in facts.items():
        attribute = words.attributes.get((family, code))
        if attribute is None:
            continue
        fact = ProductAttributeValue(product=row, attribute=attribute)
        if attribute.type == attribute.OPTION:
            fact.value_option = words.options[code, str(value)]
        elif isinstance(value, Mapping):
            fact.value_text, fact.texts = value["en"], dict(value)
        elif attribute.type == attribute.FLOAT:
            fact.value_float = float(value)
        else:
            setattr(fact, f"value_{attribute.type}", value)
        found.append(fact)
    return found


def seed_prices(*, demo: DemoCatalogue, sold: Sold, at: datetime) -> None:
    """Base prices in both currencies, trade breaks and a few promotions around the day of seeding."""
    lists = {row.code: row for row in PriceList.objects.all()}
    prices = []
    for product in demo.products:
        for variant in product.variants:
            row = sold.by_sku[variant.sku]
            prices.append(_price(lists["base-eur"], row, variant.price_eur, "EUR"))
            prices.append(_price(lists["base-gbp"], row, variant.price_gbp, "GBP"))
        prices += [
            _price(lists["base-eur"], sold.by_sku[found.sku], found.price_eur, "EUR", min_quantity=found.quantity)
            for found in product.breaks
        ]
        for found in product.promotions:
            period = {
                "valid_from": at + timedelta(days=found.starts_in_days),
                "valid_to": at + timedelta(days=found.ends_in_days),
            }
            row = sold.by_sku[found.sku]
            prices.append(_price(lists["promotion-eur"], row, found.price_eur, "EUR", **period))
            prices.append(_price(lists["promotion-gbp"], row, found.price_gbp, "GBP", **period))
    Price.objects.bulk_create(prices)


def seed_price_history(*, demo: DemoCatalogue, sold: Sold, at: datetime) -> None:
    """What shoppers saw before the promotions began: without it no reduction may be announced (C. conso L112-1-1)."""
    amounts = {variant.sku: variant for product in demo.products for variant in product.variants}
    skus = {found.sku for product in demo.products for found in product.promotions}
    PriceHistory.objects.bulk_create(
        PriceHistory(
            market=market,
            product=sold.by_sku[sku],
            amount_minor=Money(
                amounts[sku].price_gbp if market.currency == "GBP" else amounts[sku].price_eur, market.currency
            ).minor,
            currency=market.currency,
            seen_from=at - timedelta(days=60),
        )
        for market in Market.objects.all()
        for sku in sorted(skus)
    )


def _price(price_list: PriceList, row: Product, amount: Decimal, currency: str, **more: Any) -> Price:  # noqa: ANN401 -- fields of Price
    return Price(price_list=price_list, product=row, amount_minor=Money(amount, currency).minor, **more)


def seed_stock(*, demo: DemoCatalogue, sold: Sold, at: datetime) -> None:
    """Locations with their hours, and a first delivery to each, as movements that explain every figure."""
    for number, place in enumerate(demo.locations, start=1):
        location, _ = Location.objects.update_or_create(
            code=place.code,
            defaults={
                "name": place.name,
                "kind": place.kind,
                "country": place.country,
                "street": STREETS[place.country].format(number),
                "postcode": place.postcode,
                "city": place.city,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "opening_hours": {DAYS[day]: [list(hours)] for day, hours in place.hours.items()},
                "takes_returns": place.kind == "store",
                "offers_collection": place.kind == "store" and place.code in CONSENTING,
                "sells_online": place.kind != "store" or place.code in CONSENTING,
                # A store keeps half of what it has for its counter, and prepares a few orders a day.
                "share_percent": 50 if place.kind == "store" else 100,
                "daily_capacity": 12 if place.kind == "store" else None,
                "group": "franchise" if place.kind == "store" else "",
            },
        )
        quantities = {
            sold.by_sku[variant.sku].pk: count
            for product in demo.products
            for variant in product.variants
            if (count := units(sku=variant.sku, profile=product.stock, location=place))
        }
        if quantities:
            inventory.receive(
                location_id=location.pk,
                quantities=quantities,
                reference="demo:first-delivery",
                at=at,
                by=BY,
                reason="first delivery",
            )
    inventory.ensure_stock_records(product_ids=[row.pk for row in sold.by_sku.values()])
    _announce(demo=demo, sold=sold, at=at)


def _announce(*, demo: DemoCatalogue, sold: Sold, at: datetime) -> None:
    """Of every second SKU that lies nowhere some are on their way to each warehouse, and sold already."""
    out = [variant.sku for product in demo.products if product.stock == "out" for variant in product.variants]
    coming = {sold.by_sku[sku].pk: COMING_UNITS for sku in sorted(out)[::2]}
    today = timezone.localdate(at)
    for number, hub in enumerate(Location.objects.filter(kind=LocationKind.WAREHOUSE).order_by("code"), start=1):
        inbound.announce(
            location_id=hub.pk,
            quantities=coming,
            expected_on=today + timedelta(days=COMING_IN_DAYS),
            reference=f"PO-{FIRST_PAPER + number}",
            sells_online=True,
            percent=COMING_SHARE,
            today=today,
            at=at,
            by=BY,
        )
