"""Basket and checkout."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from apps.storefront.contexts.pieces import Link, Picture, ProblemView, PromiseView, Rail, Step
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class LineView(Shown):
    """
    A line of a basket or an order. key: its id as text. problem: why this line cannot be bought as it stands.
    contents: what a kit is made of. step: the steps it is sold in.
    """

    key: str
    name: str
    url: str
    sku: str
    quantity: int
    unit_text: str
    total_text: str
    picture: Picture | None = None
    prior_text: str = ""
    problem: ProblemView | None = None
    update_url: str = ""
    remove_url: str = ""
    max_quantity: int = 99
    contents: tuple[str, ...] = ()
    step: int = 1


@dataclass(frozen=True, slots=True)
class TotalRow(Shown):
    """A row of a summary: "Delivery — 4,90 €". kind: empty, `saving`, `tax` or `total`. note: smaller words below."""

    label: str
    amount_text: str
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class VoucherView(Shown):
    """A code in use."""

    code: str
    text: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Summary(Shown):
    """Lines and totals beside a checkout step or an order."""

    lines: tuple[LineView, ...]
    totals: tuple[TotalRow, ...]
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class BasketView(Shown):
    """The basket page. can_checkout: False while a problem blocks it. share_url: a link to what is in it."""

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
    share_url: str = ""
    rail: Rail | None = None


@dataclass(frozen=True, slots=True)
class SharedBasketView(Shown):
    """Somebody's basket as a link shows it. missing_text: that some of it is not sold here."""

    lines: tuple[LineView, ...]
    take_url: str
    count_text: str
    missing_text: str = ""


@dataclass(frozen=True, slots=True)
class FieldView(Shown):
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
class RadioCard(Shown):
    """A delivery or payment method to choose. price_text: known before choosing. is_off: shown, not to be chosen."""

    id: str
    name: str
    value: str
    title: str
    text: str = ""
    price_text: str = ""
    is_chosen: bool = False
    is_off: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutView(Shown):
    """
    What every checkout step has: where we are, where the form goes, what is bought, what went wrong.

    kept_text: until when the goods are kept for this checkout; empty where they are not.
    """

    steps: tuple[Step, ...]
    action_url: str
    summary: Summary
    problems: tuple[ProblemView, ...] = ()
    back: Link | None = None
    kept_text: str = ""


@dataclass(frozen=True, slots=True)
class DetailsStep(Shown):
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
class DeliveryStep(Shown):
    """Ways of delivery with price and date. stores: where the goods can be collected; empty where they cannot."""

    methods: tuple[RadioCard, ...]
    stores: tuple[RadioCard, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class RecapBlock(Shown):
    """An answer given before, with a link to change it."""

    title: str
    lines: tuple[str, ...]
    change: Link | None = None


@dataclass(frozen=True, slots=True)
class CreditRow(Shown):
    """A gift card or store credit that pays here. left_text: what stays on it; empty when nothing does."""

    account: str
    label: str
    amount_text: str
    left_text: str = ""


@dataclass(frozen=True, slots=True)
class CreditStep(Shown):
    """
    What gift cards and store credit pay. offer_text: store credit that could be used; empty where there is none.

    due_text: what is left for the payment method; empty while no credit pays. is_all: nothing is left. account_text:
    buying on account that could be used; title: what of them this visitor may have; account_note: when it is to be
    paid, or why it cannot be used.
    """

    url: str
    remove_url: str
    rows: tuple[CreditRow, ...] = ()
    offer_text: str = ""
    due_text: str = ""
    is_all: bool = False
    error: str = ""
    typed: str = ""
    account_text: str = ""
    account_note: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReviewStep(Shown):
    """
    Payment and recap above the order button.

    order_button: the legal words of the market. confirmed_total, confirmed_due (what the payment method is to pay) and
    confirmed_latest (last day of delivery, ISO): sent back and compared with what is computed then.
    legal: sentences with links (terms, withdrawal, privacy), safe HTML. idempotency_key: one per page shown. age: the
    box that confirms it, age_told: the years it says; none where goods are for everybody.
    """

    methods: tuple[RadioCard, ...]
    blocks: tuple[RecapBlock, ...]
    order_button: str
    confirmed_total: str
    confirmed_due: str
    credit: CreditStep
    total_text: str
    tax_text: str
    idempotency_key: str
    legal: tuple[SafeString, ...]
    confirmed_latest: str = ""
    error: str = ""
    age: FieldView | None = None
    age_told: str = ""
