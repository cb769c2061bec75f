"""The shapes of the demo catalogue: frozen, typed, free of Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Language = Literal["fr", "en", "de", "nl"]
Brand = Literal["halles", "volt"]
AttributeKind = Literal["text", "integer", "decimal", "option", "boolean"]
StockProfile = Literal["plenty", "low", "out", "stores"]
Words = Mapping[str, str]
Value = str | int | Decimal | bool | Mapping[str, str]
LANGUAGES: tuple[Language, ...] = ("fr", "en", "de", "nl")


@dataclass(frozen=True, slots=True)
class DemoAttribute:
    """One attribute: its kind, its unit ("" without one) and its label per language."""

    code: str
    kind: AttributeKind
    unit: str
    labels: Words


@dataclass(frozen=True, slots=True)
class DemoOption:
    """One value of an option attribute and its label per language."""

    attribute: str
    code: str
    labels: Words


@dataclass(frozen=True, slots=True)
class DemoFamily:
    """A product class and the codes of the attributes its products carry."""

    code: str
    names: Words
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """A category by key; parent None for a department. `tile` is the key for `pictures.draw_category_tile`."""

    key: str
    parent: str | None
    names: Words
    slugs: Words
    descriptions: Words
    brands: tuple[Brand, ...]

    @property
    def tile(self) -> str:
        """Return the key of its picture."""
        return self.key


@dataclass(frozen=True, slots=True)
class DemoText:
    """What a product says in one language: name, slug, one line of charm, description, selling points."""

    name: str
    slug: str
    charm: str
    description: str
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """Arguments of `pictures.draw`, except view, brand and width."""

    kind: str
    paint: str
    seed: int


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """One thing that can be bought: SKU, its own options (colour, size_cm), prices with tax, weight and picture."""

    sku: str
    options: Mapping[str, str]
    price_eur: Decimal
    price_gbp: Decimal
    weight_g: int
    picture: DemoPicture


@dataclass(frozen=True, slots=True)
class DemoBreak:
    """A trade price: unit price in EUR with tax from a quantity on, for one SKU."""

    sku: str
    quantity: int
    price_eur: Decimal


@dataclass(frozen=True, slots=True)
class DemoPromotion:
    """A promotional price of one SKU, with its period in days from the day of seeding (start negative)."""

    sku: str
    price_eur: Decimal
    price_gbp: Decimal
    starts_in_days: int
    ends_in_days: int


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """
    A product with one or more variants.

    sku: of the product itself; when it has several variants it is the parent's, else equal to its only variant's.
    axis: the attribute its variants differ by, None for a single one. attributes: code → value; options are codes,
    text values are words per language. texts: fr, en and de always, nl for about half.
    """

    sku: str
    key: str
    family: str
    category: tuple[str, ...]
    brands: tuple[Brand, ...]
    texts: Mapping[str, DemoText]
    attributes: Mapping[str, Value]
    axis: str | None
    variants: tuple[DemoVariant, ...]
    stock: StockProfile
    breaks: tuple[DemoBreak, ...]
    promotions: tuple[DemoPromotion, ...]

    @property
    def on_sale(self) -> bool:
        """Return whether a promotional price is part of the demo."""
        return bool(self.promotions)


@dataclass(frozen=True, slots=True)
class DemoLocation:
    """A place that holds stock, at a demo address in a real city. hours: weekday 0 (Monday) to 6 → (opens, closes)."""

    code: str
    kind: Literal["warehouse", "partner", "store"]
    brand: Brand | None
    name: str
    line1: str
    postcode: str
    city: str
    country: str
    latitude: Decimal
    longitude: Decimal
    time_zone: str
    hours: Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DemoHome:
    """Texts of a brand's home page in one language."""

    headline: str
    sentence: str
    button: str
    promises: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A static page in one language, of one country only or all: sections of a heading and paragraphs, no markup."""

    code: str
    title: str
    slug: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    country: str = ""


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """Everything `seed_demo` plants."""

    attributes: Mapping[str, DemoAttribute]
    options: tuple[DemoOption, ...]
    families: Mapping[str, DemoFamily]
    categories: tuple[DemoCategory, ...]
    products: tuple[DemoProduct, ...]
    locations: tuple[DemoLocation, ...]
    homes: Mapping[tuple[Brand, str], DemoHome]
    pages: Mapping[tuple[Brand, str], tuple[DemoPage, ...]]
