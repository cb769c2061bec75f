"""Issue invoices and credit notes. Lock order: order, then the series of numbers, which is held shortest."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.core import locks, outbox
from apps.core.money import Money
from apps.markets.context import MarketInfo
from apps.markets.enums import CapturePolicy
from apps.markets.queries import market_by_code
from apps.orders.addresses import address_of
from apps.orders.enums import InvoiceKind
from apps.orders.invoices import amounts, paper
from apps.orders.invoices.errors import NotLeft, SellerIncomplete
from apps.orders.models import (
    Fulfilment,
    Invoice,
    InvoiceFile,
    InvoiceLine,
    InvoiceSeries,
    Line,
    Order,
    Payment,
    Refund,
)
from apps.orders.payments.parts import GOOD

ISSUED = "invoice.issued"
_LETTER = {InvoiceKind.INVOICE: "", InvoiceKind.CREDIT_NOTE: "C"}


@transaction.atomic
def issue_invoice(*, fulfilment_id: int, at: datetime) -> Invoice:
    """
    Issue the invoice of goods that left; return it. Once per fulfilment: repeated, it returns the first.

    Its lines are the units of the parcel, with the delivery on the order's first invoice; all invoices of an order
    sum to what was paid, what was given up unsent left out. Everything it must say is copied (Directive 2006/112
    art. 226, CGI ann. II art. 242 nonies A). Locks the order, then the series. Publishes invoice.issued. Raises
    NotLeft, SellerIncomplete; then no number is used.
    """
    row = Fulfilment.objects.select_related("order").get(pk=fulfilment_id)
    order = _lock_order(row.order_id)
    known = Invoice.objects.filter(fulfilment_id=fulfilment_id).first()
    if known is not None:
        return known
    if row.shipped_at is None:
        raise NotLeft(number=order.number)
    earlier = InvoiceLine.objects.filter(invoice__order_id=order.pk, invoice__kind=InvoiceKind.INVOICE)
    before = dict(earlier.filter(line__isnull=False).values_list("line_id").annotate(units=Sum("quantity")))
    parts = amounts.sold(
        order=order,
        lines=Line.objects.filter(order_id=order.pk).order_by("position", "id"),
        units=dict(row.lines.values_list("line_id", "quantity")),
        before=before,
    )
    if not earlier.exists():
        gross = Money(order.shipping_incl_tax, order.currency).minor
        tax = gross - Money(order.shipping_excl_tax, order.currency).minor
        parts += amounts.delivered(order=order, gross_minor=gross, tax_minor=tax)
    return _write(
        order=order,
        kind=InvoiceKind.INVOICE,
        parts=parts,
        at=at,
        fulfilment=row,
        supplied_at=row.shipped_at,
        corrects=(),
    )


@transaction.atomic
def issue_credit_note(*, refund_id: int, at: datetime) -> Invoice | None:
    """
    Issue the credit note over what a refund takes back of invoiced goods; None when nothing of it was invoiced.

    Goods that never left were not invoiced, so nothing is credited for them. Once per refund. Issues invoices that are
    still missing first. Locks and publishes as `issue_invoice`. Raises SellerIncomplete.
    """
    refund = Refund.objects.select_related("parent").get(pk=refund_id)
    order = _lock_order(refund.parent.order_id)
    known = Invoice.objects.filter(refund_id=refund_id).first()
    if known is not None:
        return known
    left = Fulfilment.objects.filter(order_id=order.pk, shipped_at__isnull=False, invoice__isnull=True)
    for fulfilment_id in left.order_by("shipped_at", "id").values_list("pk", flat=True):
        issue_invoice(fulfilment_id=fulfilment_id, at=at)
    invoices = list(Invoice.objects.filter(order_id=order.pk, kind=InvoiceKind.INVOICE).order_by("id"))
    parts = amounts.taken_back(refund=refund)
    if invoices:
        parts += amounts.delivered(order=order, gross_minor=refund.delivery_minor, tax_minor=refund.delivery_tax_minor)
    if not parts:
        return None
    return _write(order=order, kind=InvoiceKind.CREDIT_NOTE, parts=parts, at=at, refund=refund, corrects=invoices)


def file_of(*, invoice_id: int, at: datetime) -> bytes:
    """
    Return the PDF of an invoice, drawn at the first call and kept: everybody gets the same bytes for ever.

    Two first calls at once draw the same; the first one's is kept. Raises Invoice.DoesNotExist.
    """
    kept = InvoiceFile.objects.filter(pk=invoice_id).first()
    if kept is None:
        row = Invoice.objects.get(pk=invoice_id)
        content = paper.draw(invoice=row, lines=list(row.lines.order_by("position")))
        made = InvoiceFile(invoice=row, content=content, sha256=hashlib.sha256(content).hexdigest(), made_at=at)
        InvoiceFile.objects.bulk_create([made], ignore_conflicts=True)
        kept = InvoiceFile.objects.get(pk=invoice_id)
    return bytes(kept.content)


def _lock_order(order_id: int) -> Order:
    queryset = Order.objects.select_related("market", "billing_address", "shipping_address").filter(pk=order_id)
    order: Order = locks.lock_row(queryset=queryset, rank=locks.Rank.ORDER)
    return order


def _write(
    *,
    order: Order,
    kind: InvoiceKind,
    parts: Sequence[amounts.Part],
    at: datetime,
    corrects: Sequence[Invoice],
    fulfilment: Fulfilment | None = None,
    refund: Refund | None = None,
    supplied_at: datetime | None = None,
) -> Invoice:
    market = market_by_code(code=order.market.code)
    net, tax = sum(part.net_minor for part in parts), sum(part.tax_minor for part in parts)
    if tax and not market.seller.vat_id:
        raise SellerIncomplete(market=market.code)
    series, number, issued_at = _number(market=market, kind=kind, at=at)
    told = _told(
        order=order, market=market, corrects=corrects, refund=refund, supplied_at=supplied_at, issued_at=issued_at
    )
    made = Invoice.objects.create(
        series=series,
        position=series.last,
        number=number,
        kind=kind,
        order=order,
        fulfilment=fulfilment,
        refund=refund,
        issued_at=issued_at,
        language=order.language,
        currency=order.currency,
        net_minor=net,
        tax_minor=tax,
        gross_minor=net + tax,
        taxes=amounts.by_rate(parts),
        told=told,
    )
    InvoiceLine.objects.bulk_create(
        [
            InvoiceLine(
                invoice=made,
                position=position,
                line_id=part.line_id,
                title=part.title[:255],
                sku=part.sku,
                quantity=part.quantity,
                unit_minor=part.unit_minor,
                discount_minor=part.discount_minor,
                tax_percent=part.tax_percent,
                net_minor=part.net_minor,
                tax_minor=part.tax_minor,
            )
            for position, part in enumerate(parts, start=1)
        ]
    )
    payload = {"order_id": order.pk, "invoice_id": made.pk, "kind": str(kind)}
    outbox.publish(topic=ISSUED, key=order.number, payload=payload, at=at)
    return made


def _number(*, market: MarketInfo, kind: InvoiceKind, at: datetime) -> tuple[InvoiceSeries, str, datetime]:
    """
    Take the next number of the seller's series; return the series, the number and the time it stands for.

    Never earlier than the number before: whose clock is behind takes the other's time. The caller's transaction keeps
    the series locked, so a rollback gives the number back.
    """
    prefix = market.seller.invoice_prefix or market.code.upper()
    year = at.astimezone(market.time_zone).year
    own = {"prefix": prefix, "kind": kind, "year": year}
    mine = InvoiceSeries.objects.filter(**own)
    if not mine.exists():
        locks.note(rank=locks.Rank.NUMBER_SERIES)
        InvoiceSeries.objects.bulk_create([InvoiceSeries(**own)], ignore_conflicts=True)
    series = locks.lock_row(queryset=mine, rank=locks.Rank.NUMBER_SERIES)
    series.last += 1
    series.last_issued_at = max(at, series.last_issued_at or at)
    series.save(update_fields=["last", "last_issued_at"])
    return series, f"{prefix}-{_LETTER[kind]}{year}-{series.last:06}", series.last_issued_at


def _told(
    *,
    order: Order,
    market: MarketInfo,
    corrects: Sequence[Invoice],
    refund: Refund | None,
    supplied_at: datetime | None,
    issued_at: datetime,
) -> dict[str, Any]:
    """Everything the document says besides its lines and sums."""
    seller = market.seller
    paid = list(
        Payment.objects.filter(order_id=order.pk, state__in=GOOD)
        .select_related("credit_account")
        .order_by("-credit_account_id", "id")
    )
    return {
        "seller": {
            "name": seller.name,
            "address": seller.address.splitlines(),
            "legal_form": seller.legal_form,
            "registration": seller.registration,
            "capital": seller.capital,
            "vat_id": seller.vat_id,
            "email": seller.email,
            "phone": seller.phone,
            "note": seller.invoice_note,
        },
        "buyer": address_of(order.billing_address or order.shipping_address),
        "ship_to": address_of(order.shipping_address),
        "email": order.email,
        "market": market.code,
        "country": market.country,
        "time_zone": str(market.time_zone),
        "order": order.number,
        "ordered_at": order.date_placed.isoformat(),
        "supplied_at": supplied_at.isoformat() if supplied_at else "",
        "payment": {
            "method": order.payment_method,
            "at": max((at.isoformat() for each in paid if (at := _paid_at(each, supplied_at))), default=""),
            "tenders": [
                {
                    "method": each.gateway,
                    "end": each.credit_account.code_end if each.credit_account else "",
                    "minor": each.amount_minor - each.released_minor,
                }
                for each in paid
            ],
            "due_by": _due_by(paid, issued_at=issued_at),
        },
        "corrects": [{"number": row.number, "at": row.issued_at.isoformat()} for row in corrects],
        "return": refund.parent.number if refund else "",
    }


def _due_by(paid: Sequence[Payment], *, issued_at: datetime) -> str:
    """When what was bought on account is to be paid, as ISO time; "" where nothing was."""
    terms = [each.credit_account.terms_days for each in paid if each.credit_account and each.credit_account.terms_days]
    return (issued_at + timedelta(days=max(terms))).isoformat() if terms else ""


def _paid_at(payment: Payment, supplied_at: datetime | None) -> datetime | None:
    """When a payment was charged; one that was authorised is as its goods leave."""
    return payment.settled_at if payment.capture == CapturePolicy.AT_ONCE else supplied_at or payment.settled_at
