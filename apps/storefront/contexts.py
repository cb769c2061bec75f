"""
What the storefront's templates are given.

Every text here arrives translated and formatted, every address ready to print: a template never computes. All values are
frozen, so that a whole page's context can be kept and shared between requests. Templates name these types at their top.
"""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

# ---------------------------------------------------------------------------------------------- pieces of a page


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere. `is_current` marks the place where the visitor is."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class PictureSource:
    """One format of a picture: MIME type and the ready `srcset` value (`url 320w, url 640w`)."""

    mime_type: str
    srcset: str


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A picture in all its formats, best first; `src` is the JPEG every browser reads, `large_url` the one to zoom into.

    width, height: of `src`, in pixels, so that the page does not jump. focus: class of the focal point, as in `focus-c`.
    """

    src: str
    width: int
    height: int
    alt: str
    sources: tuple[PictureSource, ...] = ()
    large_url: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class PriceView:
    """
    A price as the market writes it.

    amount_text: "39,90 €", or "from 39,90 €" with `is_from`. prior_text: the lowest price of the 30 days before, only
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
class StockView:
    """Stock in words. code: `in`, `low`, `out` or `stores`, used only to choose an icon and a colour."""

    code: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One promise that is true in this market. icon: a symbol of icons.svg without its prefix."""

    icon: str
    title: str
    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A refusal said to the shopper. tone: `error`, `warning`, `success` or `info`. action: the way out."""

    code: str
    text: str
    tone: str = "warning"
    action: Link | None = None


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour a product comes in. css_class: `sw-` and the six hex digits, from the brand's generated swatch sheet."""

    label: str
    hex: str


@dataclass(frozen=True, slots=True)
class Card:
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


@dataclass(frozen=True, slots=True)
class Tile:
    """A category with its picture."""

    label: str
    url: str
    picture: Picture | None = None
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class Rail:
    """A row of products under a heading. cards_html: the stored cards, joined."""

    id: str
    title: str
    cards_html: SafeString
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Numbered pages. links: in order; None stands for a gap. range_text: "25–48 of 312 products"."""

    links: tuple[Link | None, ...]
    previous_url: str
    next_url: str
    range_text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the checkout. state: `done`, `current` or `ahead`; done steps have an address to go back to."""

    label: str
    state: str
    url: str = ""


# ------------------------------------------------------------------------------------------------ the page's frame


@dataclass(frozen=True, slots=True)
class MenuNode:
    """A category in the menu with its sub-categories; every node is a page of its own."""

    label: str
    url: str
    is_current: bool = False
    children: tuple["MenuNode", ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class LocaleLink:
    """A shop one may switch to, with the same page in it where it exists. tag: as in `fr-BE`."""

    country: str
    language: str
    tag: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Alternate:
    """A live equal of this page for search engines. tag: hreflang, or `x-default`."""

    tag: str
    url: str


@dataclass(frozen=True, slots=True)
class FooterColumn:
    """A column of links in the footer."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """
    What surrounds every page of one shop; the same for all visitors and all pages, so built once per shop.

    head_html, menu_html, sheet_html, footer_html: `components/head.html`, `menu.html`, `menu_sheet.html`, `footer.html`,
    rendered once per frame.
    locale_text: "France · français · €". withdrawal: the link the law wants on every page, None where it does not apply.
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
    withdrawal: Link | None = None


@dataclass(frozen=True, slots=True)
class FooterView:
    """What `components/footer.html` needs."""

    frame: Frame
    columns: tuple[FooterColumn, ...]
    promises: tuple[PromiseView, ...]
    payment_labels: tuple[str, ...]
    legal_line: str
    address: str
    withdrawal: Link | None = None


@dataclass(frozen=True, slots=True)
class Meta:
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


# --------------------------------------------------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class SplitBlock:
    """The editorial opening of the home page: a picture, a sentence and where it leads."""

    title: str
    text: str
    link: Link | None
    picture: Picture | None
    eyebrow: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page of a shop."""

    split: SplitBlock | None
    tiles_title: str
    tiles: tuple[Tile, ...]
    rails: tuple[Rail, ...]
    promises: tuple[PromiseView, ...]


@dataclass(frozen=True, slots=True)
class DepartmentPage:
    """A top category: its sub-categories first, then a choice of its products."""

    title: str
    text: str
    breadcrumbs: tuple[Link, ...]
    tiles: tuple[Tile, ...]
    rails: tuple[Rail, ...]
    all_products: Link | None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """One box of a filter. value: what the form sends. remove_url: the list without it, when it is chosen."""

    label: str
    value: str
    count: int
    is_chosen: bool = False
    swatch: str = ""
    toggle_url: str = ""


@dataclass(frozen=True, slots=True)
class FacetGroupView:
    """One filter. code: the parameter's name. is_promoted: also shown above the list. is_open: unfolded."""

    code: str
    label: str
    choices: tuple[FacetChoice, ...]
    is_open: bool = True
    is_promoted: bool = False
    chosen_count: int = 0


@dataclass(frozen=True, slots=True)
class PriceRange:
    """The two price fields: what was asked, and the bounds shown as hints. unit: the currency's sign."""

    minimum: str
    maximum: str
    hint_minimum: str
    hint_maximum: str
    unit: str


@dataclass(frozen=True, slots=True)
class SortChoice:
    """One order of the list."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class NothingFound:
    """An empty list that still leads somewhere: other spellings, wider searches, categories, products many buy."""

    title: str
    text: str
    suggestions: tuple[Link, ...]
    tiles: tuple[Tile, ...]
    rail: Rail | None = None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """
    A category or a search with its filters.

    count_text: "312 products". applied: every chosen filter as a link that removes it. kept: parameters the filter form
    must carry along, as (name, value). subcategories: links above the list. query: what was searched, or empty.
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
    price_range: PriceRange | None = None
    applied: tuple[Link, ...] = ()
    clear_url: str = ""
    sorts: tuple[SortChoice, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    paging: Paging | None = None
    nothing: NothingFound | None = None
    correction: Link | None = None


@dataclass(frozen=True, slots=True)
class VariantButton:
    """One value of a variant axis, as a link to the product in that variant. is_available: can be bought now."""

    label: str
    url: str
    is_chosen: bool
    is_available: bool
    swatch: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class VariantAxis:
    """A question the shopper answers: colour, size. chosen_label: the present answer."""

    label: str
    chosen_label: str
    buttons: tuple[VariantButton, ...]
    is_colour: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the facts table."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class StoreStock:
    """A store and whether the product is there."""

    name: str
    url: str
    stock: StockView


@dataclass(frozen=True, slots=True)
class ProductPage:
    """
    A product in one variant.

    buy_url, product_id: what the form sends. can_buy: False shows `unavailable` instead of the button. max_quantity: what
    one line may hold. maker: lines of the maker's address (product safety law), always visible.
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
    eyebrow: str = ""
    charm: str = ""
    specs: tuple[str, ...] = ()
    axes: tuple[VariantAxis, ...] = ()
    promises: tuple[PromiseView, ...] = ()
    stores: tuple[StoreStock, ...] = ()
    description: SafeString = field(default_factory=SafeString)
    facts: tuple[Fact, ...] = ()
    maker: tuple[str, ...] = ()
    unavailable: ProblemView | None = None
    rails: tuple[Rail, ...] = ()


# ------------------------------------------------------------------------------------------- basket and checkout


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a basket or an order. key: its id as text. problem: why this line cannot be bought as it stands."""

    key: str
    name: str
    url: str
    sku: str
    quantity: int
    unit_text: str
    total_text: str
    picture: Picture | None = None
    variant_text: str = ""
    prior_text: str = ""
    problem: ProblemView | None = None
    update_url: str = ""
    remove_url: str = ""
    max_quantity: int = 99


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row of a summary: "Delivery — 4,90 €". kind: empty, `saving`, `tax` or `total`. note: smaller words below."""

    label: str
    amount_text: str
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A code in use."""

    code: str
    text: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Lines and totals beside a checkout step or an order."""

    lines: tuple[LineView, ...]
    totals: tuple[TotalRow, ...]
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class BasketView:
    """The basket page. can_checkout: False while a problem blocks it."""

    lines: tuple[LineView, ...]
    totals: tuple[TotalRow, ...]
    count_text: str
    checkout_url: str
    voucher_url: str
    problems: tuple[ProblemView, ...] = ()
    vouchers: tuple[VoucherView, ...] = ()
    voucher_error: str = ""
    promises: tuple[PromiseView, ...] = ()
    can_checkout: bool = True
    delivery_hint: str = ""
    rail: Rail | None = None


@dataclass(frozen=True, slots=True)
class FieldView:
    """
    A form field as the templates draw it. kind: an input type, `select`, `textarea` or `checkbox`.

    span: columns of six it takes. error: one sentence, or empty. autocomplete: the HTML token.
    """

    id: str
    name: str
    label: str
    value: str = ""
    kind: str = "text"
    is_required: bool = True
    help: str = ""
    error: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    span: int = 6
    max_length: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class RadioCard:
    """A delivery or payment method to choose. price_text: known before choosing."""

    id: str
    name: str
    value: str
    title: str
    text: str = ""
    price_text: str = ""
    is_chosen: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutView:
    """What every checkout step has: where we are, where the form goes, what is bought, what went wrong."""

    steps: tuple[Step, ...]
    action_url: str
    summary: Summary
    problems: tuple[ProblemView, ...] = ()
    back: Link | None = None


@dataclass(frozen=True, slots=True)
class DetailsStep:
    """Contact and address. fields: in the country's order; folded ones (second address line) open by a click."""

    contact: tuple[FieldView, ...]
    address: tuple[FieldView, ...]
    country_text: str
    sign_in: Link | None = None
    signed_in_as: str = ""

    @property
    def all_fields(self) -> tuple[FieldView, ...]:
        """Every field in the order shown, for the list of errors."""
        return (*self.contact, *self.address)


@dataclass(frozen=True, slots=True)
class DeliveryStep:
    """Ways of delivery with price and date."""

    methods: tuple[RadioCard, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class RecapBlock:
    """An answer given before, with a link to change it."""

    title: str
    lines: tuple[str, ...]
    change: Link | None = None


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """
    Payment and recap above the order button.

    order_button: the legal words of the market. confirmed_total: sent back and compared with the price computed then.
    legal: sentences with links (terms, withdrawal, privacy), safe HTML. idempotency_key: one per page shown.
    """

    methods: tuple[RadioCard, ...]
    blocks: tuple[RecapBlock, ...]
    order_button: str
    confirmed_total: str
    total_text: str
    tax_text: str
    idempotency_key: str
    legal: tuple[SafeString, ...]
    error: str = ""


# --------------------------------------------------------------------------------------------- orders and account


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened, or will, to an order. state: `done`, `current` or `ahead`. moment: ISO for `<time>`."""

    title: str
    text: str
    state: str
    when_text: str = ""
    moment: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its shopper sees it: confirmation, tracking and history share it."""

    number: str
    state_text: str
    state_code: str
    placed_text: str
    headline: str
    text: str
    timeline: tuple[TimelineEntry, ...]
    summary: Summary
    blocks: tuple[RecapBlock, ...]
    email: str = ""
    problems: tuple[ProblemView, ...] = ()
    pay_again: Link | None = None
    withdrawal: Link | None = None
    bank_details: tuple[Fact, ...] = ()
    tracking_link: Link | None = None
    refresh_seconds: int = 0
    create_account: Link | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the history."""

    number: str
    url: str
    placed_text: str
    total_text: str
    state_text: str
    state_code: str
    pictures: tuple[Picture, ...] = ()
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The account's pages: navigation, the person's mail address, recent orders."""

    email: str
    nav: tuple[Link, ...]
    orders: tuple[OrderRow, ...] = ()
    paging: Paging | None = None
    cards: tuple[PromiseView, ...] = ()


# ------------------------------------------------------------------------------------------------- other pages


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs in a static page. id: anchor."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """Terms, legal notice, privacy and the like."""

    title: str
    sections: tuple[Section, ...]
    version_text: str = ""
    siblings: tuple[Link, ...] = ()
    breadcrumbs: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page with one form: contact, order look-up."""

    title: str
    text: str
    action_url: str
    fields: tuple[FieldView, ...]
    button: str
    problems: tuple[ProblemView, ...] = ()
    is_sent: bool = False
    sent_text: str = ""
    asides: tuple[PromiseView, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store in the list. hours: label and value per day; open_text: "Open until 19:00"."""

    name: str
    anchor: str
    address: tuple[str, ...]
    hours: tuple[Fact, ...] = ()
    open_text: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class MarketChoice:
    """A country on the page that offers all shops; `locales` are its languages."""

    country: str
    currency: str
    locales: tuple[LocaleLink, ...]


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A mail in the demo's mail viewer."""

    id: int
    url: str
    to: str
    subject: str
    sent_text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class HostedPayment:
    """The demo provider's own page: brandless on purpose. actions: (value, label, explanation)."""

    shop_name: str
    order_number: str
    amount_text: str
    action_url: str
    actions: tuple[tuple[str, str, str], ...]
    cancel_url: str = ""


# -------------------------------------------------------------------------------------------------------- mails


@dataclass(frozen=True, slots=True)
class MailFrame:
    """What surrounds every mail. Addresses are absolute."""

    brand_code: str
    brand_name: str
    language: str
    home_url: str
    legal_line: str
    contact_url: str
    help_text: str


@dataclass(frozen=True, slots=True)
class OrderMail:
    """Order confirmation and shipping mails. parcels: carrier, tracking code and link per parcel."""

    frame: MailFrame
    subject: str
    headline: str
    text: str
    order_number: str
    lines: tuple[LineView, ...]
    totals: tuple[TotalRow, ...]
    blocks: tuple[RecapBlock, ...]
    track: Link
    withdrawal: Link | None = None
    withdrawal_text: str = ""
    bank_details: tuple[Fact, ...] = ()
    parcels: tuple[tuple[str, str, str], ...] = ()
    terms: tuple[Section, ...] = ()
