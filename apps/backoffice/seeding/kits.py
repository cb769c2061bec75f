"""The demo's kits: goods of the catalogue sold together for less."""

from dataclasses import dataclass
from datetime import datetime

from apps.backoffice.seeding.catalogue import BY, Sold
from apps.backoffice.seeding.families import Vocabulary
from apps.catalog.enums import ProductStatus
from apps.catalog.models import Price, PriceList, Product, ProductBrand, ProductContent, ProductMedia
from apps.catalog.operations import Component, set_components
from apps.markets.models import Brand


@dataclass(frozen=True, slots=True)
class DemoKit:
    """A kit: its SKU, brand, category, price in minor units per list, components and texts (name, slug, tagline)."""

    sku: str
    brand: str
    category: str
    prices: dict[str, int]
    components: tuple[tuple[str, int], ...]
    texts: dict[str, tuple[str, str, str]]


KITS = (
    DemoKit(
        sku="MH-901",
        brand="halles",
        category="tea-coffee",
        prices={"base-eur": 9990, "base-gbp": 8790},
        components=(("MH-131-PET", 1), ("MH-101-PET", 4)),
        texts={
            "fr": ("Service à thé Ondine", "service-a-the-ondine", "Une théière, quatre bols, le même bleu."),
            "en": ("Ondine tea set", "ondine-tea-set", "One teapot, four bowls, the same blue."),
            "de": ("Teeservice Ondine", "teeservice-ondine", "Eine Kanne, vier Schalen, dasselbe Blau."),
            "nl": ("Theeservies Ondine", "theeservies-ondine", "Eén theepot, vier kommen, hetzelfde blauw."),
        },
    ),
    DemoKit(
        sku="VF-901",
        brand="volt",
        category="hand-tools",
        prices={"base-eur": 8990, "base-gbp": 7790},
        components=(("VF-531-RED", 1), ("VF-521-RED", 1), ("VF-511-RED", 1), ("VF-541-RED", 1)),
        texts={
            "fr": ("Coffre garni du premier atelier", "coffre-garni", "Tout pour la première étagère, déjà rangé."),
            "en": ("First workshop, boxed", "first-workshop-boxed", "All for the first shelf, already put away."),
            "de": ("Erste Werkstatt im Koffer", "erste-werkstatt", "Alles für das erste Regal, schon eingeräumt."),
            "nl": (
                "Eerste werkplaats in een koffer",
                "eerste-werkplaats",
                "Alles voor de eerste plank, opgeborgen.",
            ),
        },
    ),
)


def seed_kits(*, sold: Sold, words: Vocabulary, at: datetime) -> None:
    """Create the kits with texts, prices and components, and publish them like any product. After the catalogue."""
    lists = {row.code: row for row in PriceList.objects.all()}
    brands = {row.code: row for row in Brand.objects.all()}
    for kit in KITS:
        first = sold.by_sku[kit.components[0][0]]
        row = Product.objects.create(
            structure=Product.STANDALONE,
            upc=kit.sku,
            title=kit.texts["en"][0],
            slug=kit.texts["en"][1],
            product_class=first.product_class or first.parent.product_class,
            status=ProductStatus.ACTIVE,
            is_public=True,
        )
        sold.roots[kit.sku] = sold.by_sku[kit.sku] = row
        ProductBrand.objects.create(product=row, brand=brands[kit.brand])
        row.categories.add(words.categories[kit.category])
        ProductContent.objects.bulk_create(
            ProductContent(product=row, language=language, name=name, slug=slug, tagline=tagline, updated_at=at)
            for language, (name, slug, tagline) in kit.texts.items()
        )
        Price.objects.bulk_create(
            Price(price_list=lists[code], product=row, amount_minor=minor) for code, minor in kit.prices.items()
        )
        components = [Component(product_id=sold.by_sku[sku].pk, quantity=units) for sku, units in kit.components]
        set_components(product_id=row.pk, components=components, by=BY, at=at)


def show_kits(*, sold: Sold) -> None:
    """Show on each kit the first picture of everything it is made of. After the pictures."""
    for kit in KITS:
        leads = [
            ProductMedia.objects.filter(product=sold.by_sku[sku]).order_by("position").first()
            for sku, _ in kit.components
        ]
        ProductMedia.objects.bulk_create(
            ProductMedia(product=sold.by_sku[kit.sku], asset_id=lead.asset_id, position=place)
            for place, lead in enumerate(leads)
            if lead is not None
        )
