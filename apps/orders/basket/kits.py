"""
Kits in a basket: counted in goods, priced as one.

A kit's line is one for the shopper, its price and its offers. What is promised, sent, taxed, invoiced and given back
are its components, so its amounts are spread over them to the cent (docs/rules/kits.md).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from apps.catalog.pricing import PriceQuote
from apps.catalog.queries import SellableLine
from apps.catalog.queries.kits import possible
from apps.core.money import Money, from_minor, total
from apps.markets.context import MarketInfo
from apps.orders.basket.data import LineDiscount, PricedComponent, PricedLine
from apps.orders.basket.rows import ComponentRow, LineRow
from apps.orders.totals import LineInput, LineTotals


def left_for(*, lines: Sequence[LineRow | PricedLine], left: Mapping[int, int]) -> dict[int, int]:
    """
    Return line id → units that are there for it, once the lines above it have what they ask for.

    left: units by product. The same unit is never counted for two lines, whether they name it or a kit that holds it.
    """
    rest = dict(left)
    found = {}
    for line in lines:
        found[line.id] = possible(needs=line.needs, left=rest)
        takes = min(found[line.id], line.quantity)
        for product_id, units in line.needs:
            rest[product_id] = rest.get(product_id, 0) - takes * units
    return found


def is_taxed(*, line: LineRow, market: MarketInfo) -> bool:
    """Whether the market knows the tax of everything a line is made of; what it does not know is not sold."""
    return all(part.tax_class in market.tax_percent for part in line.components)


def inputs_of(
    *, line: LineRow, quote: PriceQuote, discount: Money, quotes: Mapping[int, PriceQuote], market: MarketInfo
) -> list[LineInput]:
    """
    Return what the calculator counts of a line: the line itself, or one input for each component of a kit.

    The kit's price is spread by the shares its components have, without any by their own prices, where one of them has
    none by their units; a discount is spread over what that came to. Each is taxed at its own rate.
    """
    if not line.components:
        return [
            LineInput(unit=quote.unit, quantity=line.quantity, tax_percent=quote.tax_percent, discount=discount),
        ]
    wholes = (quote.unit * line.quantity).allocate(_weights(line.components, quotes))
    discounts = _spread(discount, wholes)
    return [
        LineInput(
            unit=from_minor(whole.minor // (part.quantity * line.quantity), whole.currency),
            quantity=part.quantity * line.quantity,
            tax_percent=market.tax_percent[part.tax_class],
            discount=taken,
            whole=whole,
        )
        for part, whole, taken in zip(line.components, wholes, discounts, strict=True)
    ]


def components_of(
    *,
    line: LineRow,
    counted: Sequence[LineTotals],
    discounts: Sequence[LineDiscount],
    pages: Mapping[int, SellableLine],
) -> tuple[PricedComponent, ...]:
    """Return a kit's components as its order keeps them, each with its share of every discount; none of no kit."""
    if not line.components or not counted:
        return ()
    # Each offer is spread over what the ones before it left of the components' discounts: the last fits to the cent.
    rest, given = [each.discount for each in counted], []
    for each in discounts:
        given.append(_spread(each.amount, rest))
        rest = [left - part for left, part in zip(rest, given[-1], strict=True)]
    return tuple(
        PricedComponent(
            product_id=part.product_id,
            stockrecord_id=part.stockrecord_id,
            sku=part.sku,
            name=page.title if (page := pages.get(part.product_id)) else part.title,
            url=page.url if page else "",
            picture=dict(page.picture or {}) if page else {},
            units=part.quantity,
            totals=totals,
            discounts=tuple(
                LineDiscount(offer_id=each.offer_id, amount=parts[index])
                for each, parts in zip(discounts, given, strict=True)
            ),
            # What is excepted of the kit as a whole is excepted of all that is in it.
            withdrawal_exception=part.withdrawal_exception or line.withdrawal_exception,
        )
        for index, (part, totals) in enumerate(zip(line.components, counted, strict=True))
    )


def sum_of(*, counted: Sequence[LineTotals], quote: PriceQuote, quantity: int) -> LineTotals:
    """Return what a line comes to: itself, or the sum of a kit's components at the kit's own unit price."""
    first = counted[0]
    if len(counted) == 1 and first.quantity == quantity:
        return first

    def whole(name: str) -> Money:
        return total((getattr(each, name) for each in counted), currency=quote.unit.currency)

    net, gross = whole("net_before"), whole("gross_before")
    return LineTotals(
        unit=quote.unit,
        unit_net=from_minor(net.minor // quantity, net.currency),
        unit_gross=from_minor(gross.minor // quantity, gross.currency),
        quantity=quantity,
        tax_percent=first.tax_percent if len({each.tax_percent for each in counted}) == 1 else Decimal(0),
        shown_before=whole("shown_before"),
        discount=whole("discount"),
        shown=whole("shown"),
        net=whole("net"),
        tax=whole("tax"),
        gross=whole("gross"),
        net_before=net,
        gross_before=gross,
    )


def _weights(components: Sequence[ComponentRow], quotes: Mapping[int, PriceQuote]) -> list[int]:
    shares = [part.share for part in components if part.share is not None]
    if len(shares) == len(components) and any(shares):
        return shares
    own = [quotes[part.product_id].unit.minor * part.quantity for part in components if part.product_id in quotes]
    if len(own) == len(components) and any(own):
        return own
    return [part.quantity for part in components]


def _spread(amount: Money, wholes: Sequence[Money]) -> list[Money]:
    """Spread an amount over parts in proportion; none gets more than itself."""
    if not amount:
        return [Money.zero(amount.currency) for _ in wholes]
    return amount.allocate([whole.minor for whole in wholes])
