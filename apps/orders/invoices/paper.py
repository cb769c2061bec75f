"""An invoice as a document, in its language, from what it keeps and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.money import format_money, from_minor
from apps.core.pdf import Column, Sheet
from apps.orders.enums import CreditKind, InvoiceKind
from apps.orders.mail.texts import percent_text
from apps.orders.models import Invoice, InvoiceLine
from apps.orders.payments.words import credit_label, payment_label


def draw(*, invoice: Invoice, lines: Sequence[InvoiceLine]) -> bytes:
    """Return the PDF/A-3 file of an invoice or credit note. The same row gives the same bytes."""
    with translation.override(invoice.language):
        return _sheet(invoice, lines).content()


def title_of(*, invoice: Invoice) -> str:
    """What the document is called, in the active language."""
    names = {"number": invoice.number}
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return _("Credit note %(number)s") % names
    return _("Invoice %(number)s") % names


def _sheet(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Sheet:
    told = invoice.told
    write = _Writer(invoice)
    title = title_of(invoice=invoice)
    seller = told["seller"]
    sheet = Sheet(title=title, language=invoice.language, at=invoice.issued_at, foot=_foot(seller))
    sheet.title(title, under=_("Issued on %(day)s") % {"day": write.day(invoice.issued_at)})
    parties = [
        (_("Seller"), [seller["name"], *seller["address"], *_vat(seller)]),
        (_("Buyer"), address_lines(told["buyer"], language=invoice.language)),
    ]
    if told["ship_to"] != told["buyer"]:
        parties.append((_("Delivered to"), address_lines(told["ship_to"], language=invoice.language)))
    sheet.blocks(*parties)
    sheet.blocks(*_about(invoice, write))
    sheet.table(_columns(lines), [_row(line, write, has_discount=_has_discount(lines)) for line in lines])
    sheet.sums(_sums(invoice, write))
    for note in _notes(invoice, write):
        sheet.text(note)
    if seller["note"]:
        sheet.space()
        sheet.text(seller["note"], is_small=True)
    return sheet


class _Writer:
    """Writes amounts and days of one invoice."""

    def __init__(self, invoice: Invoice) -> None:
        self.currency = invoice.currency
        self.language = invoice.language
        self.country = invoice.told["country"]
        self.zone = ZoneInfo(invoice.told["time_zone"])

    def __call__(self, minor: int) -> str:
        return format_money(money=from_minor(minor, self.currency), language=self.language, country=self.country)

    def day(self, at: datetime | str) -> str:
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return date_format(moment.astimezone(self.zone), "DATE_FORMAT")


def address_lines(address: Mapping[str, str], *, language: str) -> list[str]:
    """Return an address as lines of a letter, the country in a language."""
    if not address:
        return []
    town = f"{address['postcode']} {address['city']}".strip()
    country = Locale.parse(language).territories.get(address["country"], address["country"])
    found = (address["company"], address["name"], address["line1"], address["line2"], town, country)
    return [line for line in found if line]


def _vat(seller: Mapping[str, str]) -> list[str]:
    return [_("VAT number %(id)s") % {"id": seller["vat_id"]}] if seller["vat_id"] else []


def _foot(seller: Mapping[str, str]) -> list[str]:
    form = "" if seller["legal_form"] in seller["name"] else seller["legal_form"]
    capital = _("capital %(amount)s") % {"amount": seller["capital"]} if seller["capital"] else ""
    who = " · ".join(part for part in (seller["name"], form, capital, seller["registration"]) if part)
    return [who, " · ".join(part for part in (seller["email"], seller["phone"]) if part)]


def _about(invoice: Invoice, write: _Writer) -> list[tuple[str, list[str]]]:
    told = invoice.told
    ordered = _("of %(day)s") % {"day": write.day(told["ordered_at"])}
    found = [(_("Order"), [told["order"], ordered])]
    if told["supplied_at"]:
        found.append((_("Goods sent on"), [write.day(told["supplied_at"])]))
    if told["corrects"]:
        label = ngettext("Corrects invoice", "Corrects invoices", len(told["corrects"]))
        rows = [f"{row['number']} ({write.day(row['at'])})" for row in told["corrects"]]
        found.append((label, rows))
    if told["return"]:
        found.append((_("Return"), [told["return"]]))
    return found


def _has_discount(lines: Iterable[InvoiceLine]) -> bool:
    return any(line.discount_minor for line in lines)


def _columns(lines: Sequence[InvoiceLine]) -> list[Column]:
    columns = [
        Column(_("Description"), 44),
        Column(_("Quantity"), 10, is_figure=True),
        Column(_("Unit price without VAT"), 14, is_figure=True),
    ]
    if _has_discount(lines):
        columns.append(Column(_("Discount without VAT"), 13, is_figure=True))
    return [
        *columns,
        Column(_("VAT"), 9, is_figure=True),
        Column(_("Without VAT"), 14, is_figure=True),
        Column(_("With VAT"), 14, is_figure=True),
    ]


def _row(line: InvoiceLine, write: _Writer, *, has_discount: bool) -> list[str]:
    title = f"{line.title}\n{line.sku}" if line.sku else line.title
    discount = [write(-line.discount_minor) if line.discount_minor else ""] if has_discount else []
    return [
        title,
        str(line.quantity),
        write(line.unit_minor),
        *discount,
        f"{percent_text(str(line.tax_percent))} %",
        write(line.net_minor),
        write(line.gross_minor),
    ]


def _sums(invoice: Invoice, write: _Writer) -> list[tuple[str, str]]:
    rows = [(_("Total without VAT"), write(invoice.net_minor))]
    for rate in invoice.taxes:
        if Decimal(rate["percent"]) or len(invoice.taxes) > 1:
            names = {"percent": percent_text(rate["percent"]), "net": write(rate["net"])}
            rows.append((_("VAT %(percent)s %% of %(net)s") % names, write(rate["tax"])))
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
    return [
        *rows,
        (_("Total credited, VAT included") if is_credit else _("Total, VAT included"), write(invoice.gross_minor)),
    ]


def _notes(invoice: Invoice, write: _Writer) -> list[str]:
    paid = invoice.told["payment"]
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return [_("This amount is sent back the way the order was paid.")]
    if not paid["at"]:
        return []
    # Invoices of before gift cards name one method alone.
    told = paid.get("tenders", [])
    names = {"method": payment_label(code=paid["method"]), "day": write.day(paid["at"])}
    if any(each["method"] in CreditKind.values for each in told):
        names["method"] = ", ".join(
            f"{credit_label(kind=each['method'], end=each['end'])} {write(each['minor'])}" for each in told
        )
    if due_by := paid.get("due_by"):
        names |= {"due": write.day(due_by), "number": invoice.number}
        return [_("%(method)s. What is on account is to be paid by %(due)s, naming %(number)s.") % names]
    return [_("Paid with the order: %(method)s, %(day)s. Nothing is left to pay.") % names]
