"""What units of an order's lines are invoiced for. Pure of the database; minor units, to the cent in any portions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.core.money import Money
from apps.orders.models import Line, Order, Refund
from apps.orders.worth import bought_of, portion, sold_worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line of an invoice or credit note. line_id: none for the delivery. Minor units; all but tax without tax."""

    line_id: int | None
    title: str
    sku: str
    quantity: int
    unit_minor: int
    discount_minor: int
    tax_percent: Decimal
    net_minor: int
    tax_minor: int


def sold(*, order: Order, lines: Iterable[Line], units: Mapping[int, int], before: Mapping[int, int]) -> list[Part]:
    """
    Return what units of lines (line id → units) are sold for, when `before` of each were invoiced already.

    Counted from the line's end (`worth.sold_worth`): the invoices of what left and the refunds of what did not sum to
    the line, whatever the portions and their order.
    """
    found = []
    for line in lines:
        count = units.get(line.pk, 0)
        if not count:
            continue
        bought = bought_of(line=line, currency=order.currency)
        known = before.get(line.pk, 0)
        worth = sold_worth(bought=bought, units=count, sold=known)
        full = Money(line.line_price_before_discounts_excl_tax, order.currency).minor
        saved = max(full - (bought.amount_minor - bought.tax_minor), 0)
        left = line.quantity - known
        discounts = [portion(saved, upto, line.quantity) for upto in (left - count, left)]
        found.append(
            Part(
                line_id=line.pk,
                title=line.title,
                sku=line.partner_sku,
                quantity=count,
                unit_minor=Money(line.unit_price_excl_tax or Decimal(0), order.currency).minor,
                discount_minor=discounts[1] - discounts[0],
                tax_percent=line.tax_percent,
                net_minor=worth.amount_minor - worth.tax_minor,
                tax_minor=worth.tax_minor,
            )
        )
    return found


def taken_back(*, refund: Refund) -> list[Part]:
    """Return what a refund takes back of goods that were invoiced: its lines as they are paid back."""
    never_left = refund.parent.lines.filter(unsent__gt=0).values("line_id")
    rows = refund.lines.exclude(line_id__in=never_left).select_related("line").order_by("line__position", "id")
    return [
        Part(
            line_id=row.line_id,
            title=row.line.title,
            sku=row.line.partner_sku,
            quantity=row.quantity,
            unit_minor=portion(row.amount_minor - row.tax_minor, 1, row.quantity),
            discount_minor=0,
            tax_percent=row.line.tax_percent,
            net_minor=row.amount_minor - row.tax_minor,
            tax_minor=row.tax_minor,
        )
        for row in rows
    ]


def delivered(*, order: Order, gross_minor: int, tax_minor: int) -> list[Part]:
    """Return the delivery as a line, of an amount with the tax inside; nothing when it was free."""
    if not gross_minor:
        return []
    net = gross_minor - tax_minor
    return [
        Part(
            line_id=None,
            title=order.shipping_method or order.shipping_code,
            sku="",
            quantity=1,
            unit_minor=net,
            discount_minor=0,
            tax_percent=_rate_of_delivery(order),
            net_minor=net,
            tax_minor=tax_minor,
        )
    ]


def _rate_of_delivery(order: Order) -> Decimal:
    """The order's own rate that made the tax on its delivery: the market's may have changed since."""
    net = order.shipping_excl_tax
    tax = order.shipping_incl_tax - net
    rates = [Decimal(str(row["percent"])) for row in order.tax_lines] or [Decimal(0)]
    return min(rates, key=lambda percent: (abs(net * percent / 100 - tax), -percent))


def by_rate(parts: Iterable[Part]) -> list[dict[str, int | str]]:
    """Return net, tax and gross per rate, the highest rate first, as an invoice keeps them."""
    sums: dict[Decimal, list[int]] = {}
    for part in parts:
        known = sums.setdefault(part.tax_percent.normalize(), [0, 0])
        known[0] += part.net_minor
        known[1] += part.tax_minor
    return [
        {"percent": f"{percent:f}", "net": net, "tax": tax, "gross": net + tax}
        for percent, (net, tax) in sorted(sums.items(), reverse=True)
    ]
