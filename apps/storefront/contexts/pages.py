"""Home, department, listing, product."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from apps.storefront.contexts.pieces import (
    IN_ITS_LANGUAGE,
    Foreign,
    Link,
    Paging,
    Picture,
    PriceView,
    ProblemView,
    PromiseView,
    Rail,
    StockView,
    Tile,
)
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class SplitBlock(Shown):
    """The editorial opening of the home page: a picture, a sentence and where it leads."""

    title: str
    text: str
    link: Link | None
    picture: Picture | None
    eyebrow: str = ""


@dataclass(frozen=True, slots=True)
class HomePage(Shown):
    """The home page of a shop."""

    split: SplitBlock | None
    tiles_title: str
    tiles: tuple[Tile, ...]
    rails: tuple[Rail, ...]
    promises: tuple[PromiseView, ...]


@dataclass(frozen=True, slots=True)
class DepartmentPage(Shown):
    """A top category: its sub-categories first, then a choice of its products."""

    title: str
    text: str
    breadcrumbs: tuple[Link, ...]
    tiles: tuple[Tile, ...]
    rails: tuple[Rail, ...]
    all_products: Link | None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class FacetChoice(Shown):
    """One box of a filter. value: what the form sends. toggle_url: the list without it, when it is chosen."""

    label: str
    value: str
    count: int
    is_chosen: bool = False
    swatch: str = ""
    toggle_url: str = ""


@dataclass(frozen=True, slots=True)
class FacetGroupView(Shown):
    """One filter. code: the parameter's name. is_promoted: also shown above the list. is_open: unfolded."""

    code: str
    label: str
    choices: tuple[FacetChoice, ...]
    is_open: bool = True
    is_promoted: bool = False
    chosen_count: int = 0


@dataclass(frozen=True, slots=True)
class PriceRange(Shown):
    """The two price fields: what was asked, and the bounds shown as hints. unit: the currency's sign."""

    minimum: str
    maximum: str
    unit: str


@dataclass(frozen=True, slots=True)
class SortChoice(Shown):
    """One order of the list."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class NothingFound(Shown):
    """An empty list that still leads somewhere: other spellings, wider searches, categories, products many buy."""

    title: str
    text: str
    suggestions: tuple[Link, ...]
    tiles: tuple[Tile, ...]
    rail: Rail | None = None


@dataclass(frozen=True, slots=True)
class ListingPage(Shown):
    """
    A category or a search with its filters.

    count_text: "312 products". applied: every chosen filter as a link that removes it. kept: parameters the filter form
    must carry along, as (name, value). subcategories: links above the list. query: what was searched, or empty.
    facets_key stands for `facets` where what was made of them is remembered.
    """

    title: str
    action_url: str
    count_text: str
    cards_html: SafeString
    breadcrumbs: tuple[Link, ...] = ()
    text: str = ""
    query: str = ""
    subcategories: tuple[Link, ...] = ()
    facets: tuple[FacetGroupView, ...] = ()
    facets_key: Hashable = None
    price_range: PriceRange | None = None
    applied: tuple[Link, ...] = ()
    clear_url: str = ""
    sorts: tuple[SortChoice, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    paging: Paging | None = None
    nothing: NothingFound | None = None
    correction: Link | None = None


@dataclass(frozen=True, slots=True)
class VariantButton(Shown):
    """
    One value of a variant axis, as a link to the product in that variant. is_available: can be bought now.

    price_text: what it costs, where the variants do not all cost the same.
    """

    label: str
    url: str
    is_chosen: bool
    is_available: bool
    swatch: str = ""
    hint: str = ""
    price_text: str = ""


@dataclass(frozen=True, slots=True)
class VariantAxis(Shown):
    """A question the shopper answers: colour, size. chosen_label: the present answer."""

    label: str
    chosen_label: str
    buttons: tuple[VariantButton, ...]
    is_colour: bool = False


@dataclass(frozen=True, slots=True)
class Fact(Shown):
    """A row of the facts table."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class StoreStock(Shown):
    """A store and whether the product is there."""

    name: str
    url: str
    stock: StockView


@dataclass(frozen=True, slots=True)
class ProductPage(Shown):
    """
    A product in one variant.

    buy_url, product_id: what the form sends. can_buy: False shows `unavailable` instead of the button.
    max_quantity, step: what one line may hold; limits: the same in words.
    maker: lines of the maker's address (product safety law), always visible.
    withdrawal: why it cannot be given back, or when. contents: what a kit is made of, a link where it is sold alone.
    """

    name: str
    sku: str
    breadcrumbs: tuple[Link, ...]
    pictures: tuple[Picture, ...]
    price: PriceView
    stock: StockView
    buy_url: str
    product_id: int
    can_buy: bool = True
    max_quantity: int = 99
    step: int = 1
    limits: tuple[str, ...] = ()
    eyebrow: str = ""
    charm: str = ""
    specs: tuple[str, ...] = ()
    axes: tuple[VariantAxis, ...] = ()
    promises: tuple[PromiseView, ...] = ()
    stores: tuple[StoreStock, ...] = ()
    description: SafeString = field(default_factory=SafeString)
    facts: tuple[Fact, ...] = ()
    maker: tuple[str, ...] = ()
    withdrawal: str = ""
    unavailable: ProblemView | None = None
    contents: tuple[Link, ...] = ()
    rails: tuple[Rail, ...] = ()
    foreign: Foreign = IN_ITS_LANGUAGE
