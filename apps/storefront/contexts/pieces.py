"""Pieces that stand on several pages."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class Link(Shown):
    """A text that leads somewhere. `is_current` marks the place where the visitor is."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class PictureSource(Shown):
    """One format of a picture: MIME type and the ready `srcset` value (`url 320w, url 640w`)."""

    mime_type: str
    srcset: str


@dataclass(frozen=True, slots=True)
class Picture(Shown):
    """
    A picture in all its formats, best first; `src` is the JPEG every browser reads, `large_url` the one to zoom into.

    width, height: of `src`, in pixels, so that the page does not jump. focus_class: what to keep in view when cut.
    """

    src: str
    width: int
    height: int
    alt: str
    sources: tuple[PictureSource, ...] = ()
    large_url: str = ""
    focus_class: str = ""


@dataclass(frozen=True, slots=True)
class PriceView(Shown):
    """
    A price as the market writes it.

    amount_text: "39,90 €"; from_text: "from" where variants cost more.
    prior_text: the lowest price of the 30 days before, only
    with a lawful reduction. net_text: the amount without tax, for brands that show it. unit_text: "12,40 € / kg".
    shipping_label, shipping_url: the words and page for delivery costs where the market must link them (Germany).
    """

    amount_text: str
    tax_line: str
    prior_text: str = ""
    prior_note: str = ""
    saving_text: str = ""
    net_text: str = ""
    unit_text: str = ""
    from_text: str = ""
    shipping_label: str = ""
    shipping_url: str = ""


@dataclass(frozen=True, slots=True)
class StockView(Shown):
    """Stock in words. code: `in`, `low`, `coming`, `stores` or `out`, used only to choose an icon and a colour."""

    code: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PromiseView(Shown):
    """One promise that is true in this market. icon: a symbol of icons.svg without its prefix."""

    icon: str
    title: str
    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class ProblemView(Shown):
    """A refusal said to the shopper. tone: `error`, `warning`, `success` or `info`. action: the way out."""

    code: str
    text: str
    tone: str = "warning"
    action: Link | None = None


@dataclass(frozen=True, slots=True)
class Swatch(Shown):
    """A colour a product comes in. hex: with #; drawn as SVG, since style attributes are forbidden."""

    label: str
    hex: str


@dataclass(frozen=True, slots=True)
class Foreign(Shown):
    """The languages of a product's texts that are not in the page's own, to be marked as such (WCAG 2.2, 3.1.2)."""

    name: str = ""
    tagline: str = ""
    description: str = ""
    bullets: str = ""


IN_ITS_LANGUAGE = Foreign()


@dataclass(frozen=True, slots=True)
class Card(Shown):
    """
    A product in a list.

    Depends on nothing but the publication row: no visitor, no hour, no request. So its HTML is rendered once when the
    product is published and stored with the row; a list only joins strings.
    """

    name: str
    url: str
    picture: Picture | None
    price: PriceView
    stock: StockView
    sku: str = ""
    charm: str = ""
    badge: str = ""
    specs: tuple[str, ...] = ()
    swatches: tuple[Swatch, ...] = ()
    more_swatches: str = ""
    foreign: Foreign = IN_ITS_LANGUAGE


@dataclass(frozen=True, slots=True)
class Tile(Shown):
    """A category with its picture."""

    label: str
    url: str
    picture: Picture | None = None
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class Rail(Shown):
    """A row of products under a heading. cards_html: the stored cards, joined."""

    id: str
    title: str
    cards_html: SafeString
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Paging(Shown):
    """Numbered pages. links: in order; None stands for a gap. range_text: "25–48 of 312 products"."""

    links: tuple[Link | None, ...]
    previous_url: str
    next_url: str
    range_text: str


@dataclass(frozen=True, slots=True)
class Step(Shown):
    """One step of the checkout. state: `done`, `current` or `ahead`; done steps have an address to go back to."""

    label: str
    state: str
    url: str = ""
