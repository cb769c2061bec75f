"""What surrounds a page: head, header, menu, footer."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from apps.storefront.contexts.pieces import Link, Picture, PromiseView
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class MenuNode(Shown):
    """A category in the menu with its sub-categories; every node is a page of its own."""

    label: str
    url: str
    is_current: bool = False
    children: tuple["MenuNode", ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class LocaleLink(Shown):
    """A shop one may switch to, with the same page in it where it exists. tag: as in `fr-BE`."""

    country: str
    language: str
    tag: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Alternate(Shown):
    """A live equal of this page for search engines. tag: hreflang, or `x-default`."""

    tag: str
    url: str


@dataclass(frozen=True, slots=True)
class FooterColumn(Shown):
    """A column of links in the footer."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Frame(Shown):
    """
    What surrounds every page of one shop; the same for all visitors and all pages, so built once per shop.

    head_html, menu_html, sheet_html, footer_html: `components/head.html`, `menu.html`, `menu_sheet.html` and
    `footer.html`, rendered once per frame.
    header: `components/header.html` cut where the switcher's addresses go, which alone differ from page to
    page; header_tags: the shops those addresses belong to, in order. Tag `shop_header` puts the two together.
    locale_text: "France · français · €". withdrawal: the link the law wants on every page, or None.
    """

    brand_code: str
    brand_name: str
    tag: str
    home_url: str
    search_url: str
    basket_url: str
    basket_count_url: str
    account_url: str
    contact_url: str
    markets_url: str
    locale_text: str
    promise_line: str = ""
    head_html: SafeString = field(default_factory=SafeString)
    menu_html: SafeString = field(default_factory=SafeString)
    sheet_html: SafeString = field(default_factory=SafeString)
    footer_html: SafeString = field(default_factory=SafeString)
    header: tuple[str, ...] = ()
    header_tags: tuple[str, ...] = ()
    withdrawal: Link | None = None


@dataclass(frozen=True, slots=True)
class FooterView(Shown):
    """What `components/footer.html` needs."""

    frame: Frame
    columns: tuple[FooterColumn, ...]
    promises: tuple[PromiseView, ...]
    payment_labels: tuple[str, ...]
    legal_line: str
    address: str
    withdrawal: Link | None = None


@dataclass(frozen=True, slots=True)
class Meta(Shown):
    """What goes into the head. structured_data: JSON-LD as text, already escaped for a script element."""

    title: str
    description: str = ""
    canonical_url: str = ""
    robots: str = ""
    picture_url: str = ""
    alternates: tuple[Alternate, ...] = ()
    locales: tuple[LocaleLink, ...] = ()
    structured_data: SafeString = field(default_factory=SafeString)
    preload: Picture | None = None
