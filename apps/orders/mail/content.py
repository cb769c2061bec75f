"""What a mail about an order says, as values; templates only lay it out. Runs inside `using(shop=…)`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.money import Money, format_money, from_minor
from apps.inventory.hours import hours_of
from apps.markets.context import Shop
from apps.orders import kits, links
from apps.orders.enums import CONFIRMATIONS, MailKind
from apps.orders.fulfilment import queries as fulfilments
from apps.orders.mail import texts
from apps.orders.models import Fulfilment, Line, Order, Payment
from apps.orders.payments.queries import payment_status
from apps.orders.payments.words import tenders
from apps.orders.returns.words import withdrawal_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An absolute address and its words."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFrame:
    """What surrounds every mail."""

    brand_code: str
    brand_name: str
    language: str
    home_url: str
    legal_line: str
    contact_url: str
    help_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of the order."""

    name: str
    sku: str
    quantity: int
    unit_text: str
    total_text: str
    url: str
    contents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow:
    """A row under the lines. kind: empty, `saving`, `tax` or `total`."""

    label: str
    amount_text: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading and its lines: an address, the delivery, the payment."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and paragraphs of the legal part."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMail:
    """Everything a mail shows. parcels: carrier, tracking code and link per parcel."""

    frame: MailFrame
    subject: str
    headline: str
    text: str
    order_number: str
    track: Link
    lines: tuple[LineView, ...] = ()
    totals: tuple[TotalRow, ...] = ()
    blocks: tuple[Block, ...] = ()
    bank_details: tuple[Fact, ...] = ()
    parcels: tuple[tuple[str, str, str], ...] = ()
    withdrawal: Link | None = None
    withdrawal_text: str = ""
    terms: tuple[Section, ...] = ()


def short_mail(*, words: texts.Words, order: Order, shop: Shop, blocks: tuple[Block, ...] = ()) -> OrderMail:
    """Return a mail of a few words, blocks and the link to the order."""
    return OrderMail(
        frame=_frame(shop=shop),
        subject=words.subject,
        headline=words.headline,
        text=words.text,
        order_number=order.number,
        track=Link(label=_("Follow your order"), url=links.tracking_url(shop=shop, number=order.number)),
        blocks=blocks,
    )


def content_of(*, kind: str, order: Order, shop: Shop, fulfilment_id: int | None = None, why: str = "") -> OrderMail:
    """Return what a mail of that kind says of an order. At most 5 statements for any number of lines."""
    words = texts.words_of(kind=kind, order=order, shop=shop, why=why)
    short = short_mail(words=words, order=order, shop=shop)
    if kind in {MailKind.SHIPPED, MailKind.COLLECTED}:
        return _with_parcels(short, order=order, fulfilment_id=fulfilment_id)
    if kind == MailKind.READY:
        return _ready(short, shop=shop, fulfilment_id=fulfilment_id)
    if kind == MailKind.PROMISE_MOVED and not order.delivery_promise.get("waits"):
        days = Block(title=_("Delivery"), lines=(order.shipping_method, *_promise(order=order)))
        return replace(short, blocks=(days,))
    if kind not in CONFIRMATIONS:
        return short
    lines = list(Line.objects.filter(order_id=order.pk).select_related("kit").order_by("position", "id"))
    payments = list(Payment.objects.filter(order_id=order.pk).select_related("credit_account").order_by("id"))
    return replace(
        short,
        lines=tuple(_line(line=line, order=order, shop=shop) for line in kits.chosen(lines=lines)),
        totals=_totals(order=order, payments=payments, shop=shop),
        blocks=_blocks(order=order),
        bank_details=bank_details(order=order, payments=payments, shop=shop),
        withdrawal=Link(label=texts.withdrawal_label(), url=links.shop_url(shop=shop, path="withdraw/")),
        withdrawal_text=_withdrawal_text(lines),
        terms=_terms(shop=shop, order=order),
    )


def _withdrawal_text(lines: Sequence[Line]) -> str:
    """The right to withdraw, and which of the goods it does not hold for."""
    told = [(line.title, withdrawal_words(exception=line.withdrawal_exception)) for line in lines]
    days = min(line.withdrawal_days for line in lines)
    longer = [line for line in lines if line.withdrawal_days > days and not line.withdrawal_exception]
    told += [(line.title, texts.longer_text(days=line.withdrawal_days)) for line in longer]
    return " ".join([texts.withdrawal_text(days=days), *(f"{title}: {words}" for title, words in told if words)])


def _frame(*, shop: Shop) -> MailFrame:
    brand = shop.brand
    return MailFrame(
        brand_code=brand.code,
        brand_name=brand.name,
        language=shop.locale_tag,
        home_url=links.shop_url(shop=shop),
        legal_line=shop.seller.legal_line,
        contact_url=links.shop_url(shop=shop, path="contact/"),
        help_text=_("Any question? Answer this mail or write to us from our contact page."),
    )


def _amount(amount: Decimal, *, order: Order, shop: Shop) -> str:
    money = Money(amount, order.currency)
    return format_money(money=money, language=shop.language, country=shop.market.country)


def _line(*, line: kits.Chosen, order: Order, shop: Shop) -> LineView:
    gross = shop.market.prices_include_tax
    return LineView(
        name=line.title,
        sku=line.sku,
        quantity=line.quantity,
        unit_text=_amount(line.unit(gross=gross, currency=order.currency).amount, order=order, shop=shop),
        total_text=_amount(
            line.total(name="line_price_incl_tax" if gross else "line_price_excl_tax"), order=order, shop=shop
        ),
        contents=line.contents,
        url=f"{links.origin_of(brand=shop.brand)}{line.url_path}" if line.url_path else "",
    )


def _totals(*, order: Order, payments: Sequence[Payment], shop: Shop) -> tuple[TotalRow, ...]:
    """
    Goods, delivery, discount already inside the lines, total, tax per rate, and what it is paid with: the figures
    written on the order.
    """
    goods = order.total_incl_tax - order.shipping_incl_tax
    rows = [TotalRow(label=_("Goods"), amount_text=_amount(goods, order=order, shop=shop))]
    if order.discount_incl_tax:
        saved = _amount(order.discount_incl_tax, order=order, shop=shop)
        rows.append(TotalRow(label=_("Included discounts"), amount_text=saved, kind="saving"))
    rows.append(TotalRow(label=_("Delivery"), amount_text=_amount(order.shipping_incl_tax, order=order, shop=shop)))
    rows.append(
        TotalRow(
            label=_("Total to pay, tax included"),
            amount_text=_amount(order.total_incl_tax, order=order, shop=shop),
            kind="total",
        )
    )
    for tax in order.tax_lines:
        label = _("including %(percent)s %% VAT") % {"percent": texts.percent_text(tax["percent"])}
        rows.append(TotalRow(label=label, amount_text=_amount(Decimal(tax["tax"]), order=order, shop=shop), kind="tax"))
    for label, minor in tenders(payments=payments):
        amount = from_minor(minor, order.currency).amount
        rows.append(TotalRow(label=label, amount_text=_amount(amount, order=order, shop=shop)))
    return tuple(rows)


def _blocks(*, order: Order) -> tuple[Block, ...]:
    blocks = []
    if order.shipping_address is not None:
        title = _("Collected in store") if order.collect_at_id else _("Delivery address")
        blocks.append(Block(title=title, lines=tuple(order.shipping_address.active_address_fields())))
    if order.billing_address is not None:
        blocks.append(Block(title=_("Billing address"), lines=tuple(order.billing_address.active_address_fields())))
    blocks.append(Block(title=_("Delivery"), lines=(order.shipping_method, *_promise(order=order))))
    return tuple(blocks)


def _promise(*, order: Order) -> Sequence[str]:
    days = order.delivery_promise
    if not days.get("latest"):
        return ()
    if order.collect_at_id is not None:
        day = date_format(date.fromisoformat(days["latest"]), "DATE_FORMAT")
        return (_("Ready to be collected from %(day)s") % {"day": day},)
    first, last = (date_format(date.fromisoformat(days[name]), "DATE_FORMAT") for name in ("earliest", "latest"))
    if first == last:
        return (_("Arrives on %(day)s") % {"day": last},)
    return (_("Arrives between %(first)s and %(last)s") % {"first": first, "last": last},)


def bank_details(*, order: Order, payments: Sequence[Payment], shop: Shop) -> tuple[Fact, ...]:
    """Return where to transfer the money to, with which words and until when; nothing for other ways to pay."""
    paying = payment_status(order, payments=payments)
    account = paying.instructions
    if not account:
        return ()
    due = from_minor(paying.amount_minor, order.currency).amount
    facts = [
        Fact(label=_("Amount"), value=_amount(due, order=order, shop=shop)),
        Fact(label=_("To"), value=account["holder"]),
        Fact(label="IBAN", value=account["iban"]),
        Fact(label="BIC", value=account["bic"]),
        Fact(label=_("Reference"), value=account["reference"]),
    ]
    if order.expires_at is not None:
        local = order.expires_at.astimezone(shop.market.time_zone)
        facts.append(Fact(label=_("To be received by"), value=date_format(local, "DATE_FORMAT")))
    return tuple(fact for fact in facts if fact.value)


def _with_parcels(mail: OrderMail, *, order: Order, fulfilment_id: int | None) -> OrderMail:
    mine = [each for each in fulfilments.parcels(order_id=order.pk) if fulfilment_id in {None, each.pk}]
    rows = [row for parcel in mine for row in sorted(parcel.lines.all(), key=lambda row: row.line.position)]
    return replace(
        mail,
        parcels=tuple((each.carrier, each.tracking_code, each.tracking_url) for each in mine if each.tracking_code),
        lines=tuple(
            LineView(
                name=row.line.title,
                sku=row.line.partner_sku,
                quantity=row.quantity,
                unit_text="",
                total_text="",
                url="",
            )
            for row in rows
        ),
    )


def _ready(mail: OrderMail, *, shop: Shop, fulfilment_id: int | None) -> OrderMail:
    """Where the goods lie, when the store is open, until when they are kept, and which they are."""
    rows = Fulfilment.objects.select_related("location").prefetch_related("lines__line")
    row = rows.get(pk=fulfilment_id or 0)
    until = date_format(row.due_at.astimezone(shop.market.time_zone), "DATE_FORMAT")
    place = row.location
    blocks = [Block(title=_("Kept for you until"), lines=(until,))]
    if place is not None:
        town = f"{place.postcode} {place.city}".strip()
        lines = tuple(line for line in (place.name, place.street, town) if line)
        blocks.insert(0, Block(title=_("Collect it here"), lines=lines))
        if hours := hours_of(opening_hours=place.opening_hours):
            blocks.append(Block(title=_("Opening hours"), lines=tuple(f"{day}: {spans}" for day, spans in hours)))
    carried = sorted(row.lines.all(), key=lambda each: each.line.position)
    goods = tuple(f"{each.quantity} × {each.line.title}" for each in carried)
    return replace(mail, blocks=(*blocks, Block(title=_("Goods"), lines=goods)))


def _terms(*, shop: Shop, order: Order) -> tuple[Section, ...]:
    seller = shop.seller
    day = date_format(order.date_placed.astimezone(shop.market.time_zone), "DATE_FORMAT")
    return tuple(
        Section(heading=heading, paragraphs=paragraphs)
        for heading, paragraphs in texts.legal_sections(
            legal_name=seller.name,
            address=seller.address_line,
            number=order.number,
            day=day,
            terms_url=(
                links.terms_url(shop=shop, number=order.number)
                if order.terms_id
                else links.shop_url(shop=shop, path="terms/")
            ),
            are_attached=bool(order.terms_id),
            country=shop.market.country,
            mail=seller.email,
        )
    )
