"""
The one calculator of basket page, checkout, order and mail. Worked numbers: docs/rules/totals.md.

The amounts a market shows (with tax for consumers) are kept to the cent; the other side follows by the market's
rounding policy. Discounts are spread over the lines they were given on; the parts sum to the discount, the lines and
the delivery to the total, the taxes per rate to the tax.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.core.money import Money, Rounding, TaxedLine, TaxSplit, split_lines
from apps.markets.context import MarketInfo

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """
    A line to count: the unit price as the market shows it, and the discount on the whole line, same side of tax.

    whole: what the line costs before the discount where that is no multiple of a unit price (a share of a kit's price).
    """

    unit: Money
    quantity: int
    tax_percent: Decimal
    discount: Money
    whole: Money | None = None

    @property
    def before(self) -> Money:
        """What it costs before the discount."""
        return self.unit * self.quantity if self.whole is None else self.whole


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTotals:
    """A line counted. `shown` amounts are on the market's side of tax: with it for consumers, else without."""

    unit: Money
    unit_net: Money
    unit_gross: Money
    quantity: int
    tax_percent: Decimal
    shown_before: Money
    discount: Money
    shown: Money
    net: Money
    tax: Money
    gross: Money
    net_before: Money
    gross_before: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTotals:
    """The delivery charge counted; `before` is the charge without a delivery discount, on the market's side of tax."""

    before: Money
    discount: Money
    shown: Money
    net: Money
    tax: Money
    gross: Money
    tax_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """What is taxed at one rate, and the tax on it."""

    percent: Decimal
    net: Money
    tax: Money
    gross: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Everything a basket, an order or a mail says about money."""

    currency: str
    includes_tax: bool
    lines: tuple[LineTotals, ...]
    delivery: DeliveryTotals | None
    tax_lines: tuple[TaxLine, ...]
    goods_before: Money
    discount: Money
    goods: Money
    net: Money
    tax: Money
    gross: Money

    @property
    def total(self) -> Money:
        """What is to be paid, all taxes included."""
        return self.gross


def count_totals(
    *, market: MarketInfo, lines: Sequence[LineInput], delivery: Money | None, delivery_discount: Money | None = None
) -> Totals:
    """
    Count lines and a delivery charge (None: not chosen yet) by the market's tax display and rounding policy.

    Raises CurrencyMismatch for amounts of another currency, ValueError for a discount above its line or below zero.
    """
    rounding = Rounding(level=market.rounding_level, mode=market.rounding_mode)  # type: ignore[arg-type] # by their text
    zero = Money.zero(market.currency)
    charge = None if delivery is None else (delivery, delivery_discount or zero)
    taxed, owners = _taxed_parts(market=market, lines=lines, charge=charge)
    splits = split_lines(lines=taxed, rounding=rounding, includes_tax=market.prices_include_tax)
    sums = _summed(splits=splits, owners=owners, count=len(lines) + 1, zero=zero)
    units, wholes = _before_discounts(lines=lines, rounding=rounding, market=market)
    counted = tuple(
        _line(
            line=line,
            sides=sums[index],
            unit=units[index],
            whole=wholes.get(index),
            includes_tax=market.prices_include_tax,
        )
        for index, line in enumerate(lines)
    )
    delivered = _delivery(charge=charge, sides=sums[-1], percent=delivery_tax_percent(market=market))
    shown_before = sum((line.shown_before for line in counted), zero)
    discount = sum((line.discount for line in counted), zero)
    return Totals(
        currency=market.currency,
        includes_tax=market.prices_include_tax,
        lines=counted,
        delivery=delivered,
        tax_lines=_tax_lines(splits=splits, zero=zero),
        goods_before=shown_before,
        discount=discount,
        goods=shown_before - discount,
        net=sum((split.net for split in splits), zero),
        tax=sum((split.tax for split in splits), zero),
        gross=sum((split.gross for split in splits), zero),
    )


def goods_of(*, lines: Sequence[LineInput], currency: str) -> Money:
    """What the goods are worth after discounts, on the market's side of tax: what free delivery is measured by."""
    return sum((line.before - line.discount for line in lines), Money.zero(currency))


def delivery_tax_percent(*, market: MarketInfo) -> Decimal:
    """The tax on delivery: the market's standard rate, zero where it has none."""
    return market.tax_percent.get("standard", Decimal(0))


def _taxed_parts(
    *, market: MarketInfo, lines: Sequence[LineInput], charge: tuple[Money, Money] | None
) -> tuple[list[TaxedLine], list[int]]:
    """Cut every line into parts of equal units after its discount; say which line each part belongs to."""
    taxed: list[TaxedLine] = []
    owners: list[int] = []
    by_unit = market.rounding_level == "unit"
    for index, line in enumerate(lines):
        shown = line.before - line.discount
        if line.discount.minor < 0 or shown.minor < 0:
            raise ValueError(f"a discount of {line.discount} on {line.unit} × {line.quantity}")
        rate = line.tax_percent / _PERCENT
        for unit, quantity in _pieces(shown=shown, quantity=line.quantity) if by_unit else [(shown, 1)]:
            taxed.append(TaxedLine(unit=unit, quantity=quantity, rate=rate))
            owners.append(index)
    if charge is not None:
        shown = charge[0] - charge[1]
        if charge[1].minor < 0 or shown.minor < 0:
            raise ValueError(f"a discount of {charge[1]} on a delivery of {charge[0]}")
        taxed.append(TaxedLine(unit=shown, quantity=1, rate=delivery_tax_percent(market=market) / _PERCENT))
        owners.append(len(lines))
    return taxed, owners


def _pieces(*, shown: Money, quantity: int) -> list[tuple[Money, int]]:
    """Split a line into units that differ by one cent at most: 10.00 over 3 is one of 3.34 and two of 3.33."""
    low, dearer = divmod(shown.minor, quantity)
    cent = Money(shown.amount.__class__(1).scaleb(-_digits(shown)), shown.currency)
    unit = cent * low
    return [(unit + cent, dearer), (unit, quantity - dearer)] if dearer else [(unit, quantity)]


def _digits(money: Money) -> int:
    return -int(money.amount.as_tuple().exponent)


_Sides = tuple[Money, Money, Money]  # net, tax, gross


def _summed(*, splits: Sequence[TaxSplit], owners: Sequence[int], count: int, zero: Money) -> list[_Sides]:
    sums: list[_Sides] = [(zero, zero, zero)] * count
    for split, owner in zip(splits, owners, strict=True):
        net, tax, gross = sums[owner]
        sums[owner] = (net + split.net, tax + split.tax, gross + split.gross)
    return sums


def _before_discounts(
    *, lines: Sequence[LineInput], rounding: Rounding, market: MarketInfo
) -> tuple[list[TaxSplit], dict[int, TaxSplit]]:
    """What each unit, and each discounted line, would be without discount; for showing, never for summing."""
    discounted = [index for index, line in enumerate(lines) if line.discount]
    asked = [(line.unit, line.tax_percent) for line in lines]
    asked += [(lines[index].before, lines[index].tax_percent) for index in discounted]
    splits = split_lines(
        lines=[TaxedLine(unit=unit, quantity=1, rate=percent / _PERCENT) for unit, percent in asked],
        rounding=Rounding(mode=rounding.mode),
        includes_tax=market.prices_include_tax,
    )
    return splits[: len(lines)], dict(zip(discounted, splits[len(lines) :], strict=True))


def _line(*, line: LineInput, sides: _Sides, unit: TaxSplit, whole: TaxSplit | None, includes_tax: bool) -> LineTotals:
    net, tax, gross = sides
    return LineTotals(
        unit=line.unit,
        unit_net=unit.net,
        unit_gross=unit.gross,
        quantity=line.quantity,
        tax_percent=line.tax_percent,
        shown_before=line.before,
        discount=line.discount,
        shown=gross if includes_tax else net,
        net=net,
        tax=tax,
        gross=gross,
        # Without a discount both are the line itself, whatever the policy made of its tax.
        net_before=max(whole.net, net) if whole else net,
        gross_before=max(whole.gross, gross) if whole else gross,
    )


def _delivery(*, charge: tuple[Money, Money] | None, sides: _Sides, percent: Decimal) -> DeliveryTotals | None:
    if charge is None:
        return None
    net, tax, gross = sides
    before, discount = charge
    return DeliveryTotals(
        before=before, discount=discount, shown=before - discount, net=net, tax=tax, gross=gross, tax_percent=percent
    )


def _tax_lines(*, splits: Sequence[TaxSplit], zero: Money) -> tuple[TaxLine, ...]:
    sums: dict[Decimal, _Sides] = {}
    for split in splits:
        net, tax, gross = sums.get(split.rate, (zero, zero, zero))
        sums[split.rate] = (net + split.net, tax + split.tax, gross + split.gross)
    return tuple(
        TaxLine(percent=rate * _PERCENT, net=net, tax=tax, gross=gross)
        for rate, (net, tax, gross) in sorted(sums.items(), reverse=True)
    )
