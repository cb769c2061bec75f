"""What pages are given: plain values, no rows. Addresses are relative to the host."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.core.money import Money
from apps.markets.context import Shop

Picture = Mapping[str, Any]
"""asset, alt, width, height, focal [x, y], sources {avif|webp|jpeg: [[width, path below the media address], …]}."""

SORTS = ("relevance", "popular", "newest", "price", "-price", "name")
MAX_PAGE_SIZE = 96


@dataclass(frozen=True, slots=True)
class Moved:
    """The object lives at another slug now: answer with a 301."""

    new_slug: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A product as a list shows it. price is the lowest of its variants, price_max the highest."""

    product_id: int
    slug: str
    url: str
    name: str
    sku: str
    tagline: str
    specs: tuple[str, ...]
    """The first figures of its facts, with their units."""
    price: Money
    price_max: Money
    prior: Money | None
    is_promotion: bool
    availability: int
    picture: Picture | None
    second_picture: Picture | None
    variants: int
    single_product_id: int | None
    """What "add to basket" adds when there is nothing to choose; None when a variant must be chosen."""
    swatches: tuple[Mapping[str, str], ...]
    more_swatches: int
    fingerprint: int
    """Changes with anything a card shows; lets a page keep what it made of one."""
    foreign: Mapping[str, str] = field(default_factory=dict)
    """name, tagline → language, where it is not the shop's."""

    @property
    def is_from_price(self) -> bool:
        """Whether the price shown is only the lowest of several."""
        return self.price != self.price_max


@dataclass(frozen=True, slots=True)
class FacetOption:
    """A value of a filter: its key in the address, its name, how many products choosing it would give."""

    key: str
    label: str
    swatch: str
    count: int
    is_selected: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A filter: its parameter name, its name, its values."""

    code: str
    name: str
    options: tuple[FacetOption, ...]

    @property
    def selected(self) -> tuple[FacetOption, ...]:
        """The values that are chosen."""
        return tuple(option for option in self.options if option.is_selected)


@dataclass(frozen=True, slots=True)
class MenuNode:
    """A category in the tree of a shop."""

    category_id: int
    parent_id: int | None
    depth: int
    slug: str
    url: str
    name: str
    product_count: int
    in_menu: bool
    picture: Picture | None
    children: tuple["MenuNode", ...]
    page: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """A category's own page: its texts, the way to it and the ways on."""

    category_id: int
    slug: str
    url: str
    name: str
    description: str
    meta_title: str
    meta_description: str
    picture: Picture | None
    product_count: int
    promoted_facets: tuple[str, ...]
    trail: tuple[MenuNode, ...]
    """From the top category to this one."""
    children: tuple[MenuNode, ...]
    siblings: tuple[MenuNode, ...]


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """
    What a list is asked for. facets: parameter name → values, any of which will do; all parameters must hold.

    min_price and max_price in minor units, both included.
    """

    category_id: int | None = None
    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    min_price: int | None = None
    max_price: int | None = None
    sort: str = ""
    page: int = 1
    page_size: int = 24


@dataclass(frozen=True, slots=True)
class Suggestions:
    """
    What the search did when the words as typed found nothing, and where else to look.

    mode: exact (as typed), corrected (`corrected` was searched instead), any_word (products with some of the words),
    popular (nothing fits: what others like). categories: those whose name fits the words.
    """

    mode: str = "exact"
    corrected: str = ""
    categories: tuple[MenuNode, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingResult:
    """A page of a list. pages counts from 1; counts_exact is False when a very common word made us stop counting."""

    request: ListingRequest
    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int
    sort: str
    facets: tuple[FacetGroup, ...]
    suggestions: Suggestions
    counts_exact: bool = True
    facets_key: Hashable = None
    """Stands for `facets`: equal keys, equal filters. None where there are none."""


@dataclass(frozen=True, slots=True)
class Variant:
    """
    What can be put into the basket. axes: axis code → value key. pictures: ids into the gallery. contents: of a kit,
    (product id, units, name as the truth has it) of what it is made of. step, most: the steps it is sold in and how
    many one order may hold; age: from how many years on.
    """

    product_id: int
    sku: str
    gtin: str
    label: str
    axes: Mapping[str, str]
    price: Money
    prior: Money | None
    is_promotion: bool
    tax_percent: str
    weight_g: int | None
    pictures: tuple[int, ...]
    contents: tuple[tuple[int, int, str], ...] = ()
    step: int = 1
    most: int | None = None
    age: int | None = None

    @property
    def needs(self) -> tuple[tuple[int, int], ...]:
        """What one of it takes of the stock: (product id, units)."""
        return tuple((good, units) for good, units, _ in self.contents) or ((self.product_id, 1),)


@dataclass(frozen=True, slots=True)
class ProductPageData:
    """Everything a product page shows but live stock."""

    product_id: int
    slug: str
    url: str
    name: str
    tagline: str
    description: str
    """Clean HTML."""
    bullets: tuple[str, ...]
    price: Money
    price_max: Money
    prior: Money | None
    is_promotion: bool
    availability: int
    tax_percent: str
    gallery: tuple[Picture, ...]
    attributes: tuple[Mapping[str, str], ...]
    """code, name, value."""
    axes: tuple[Mapping[str, Any], ...]
    """code, name, values: key, label, swatch."""
    variants: tuple[Variant, ...]
    """A product without variants has one, itself."""
    trail: tuple[MenuNode, ...]
    meta_title: str
    meta_description: str
    structured: Mapping[str, Any]
    """For JSON-LD: sku, gtin, maker, images (paths), varies_by, description."""
    sources: Mapping[str, str]
    """Field → the level that supplied it: a language, language@market, or reference."""
    first_published_at: datetime
    published_at: datetime
    alternates: tuple["Alternate", ...]
    """The same product in the brand's shops that are live, itself included."""


@dataclass(frozen=True, slots=True)
class SellableLine:
    """How a basket shows a product or variant."""

    product_id: int
    root_id: int
    sku: str
    name: str
    label: str
    url: str
    picture: Picture | None
    weight_g: int | None
    availability: int

    @property
    def title(self) -> str:
        """Its name with what tells the variant apart, as in "Kettle, 1.7 l"."""
        return f"{self.name}, {self.label}" if self.label else self.name


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same object in another shop of the brand."""

    shop: Shop
    url: str
