"""Net, tax and gross. Whichever of net and gross the market shows stays as it is; the other follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from apps.core.money.amount import Money, from_minor, total
from apps.core.money.rounding import STANDARD, Level, Mode, Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSplit:
    """One amount seen from three sides; net + tax = gross, always. rate: 0.2 for 20 percent."""

    net: Money
    tax: Money
    gross: Money
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedLine:
    """A line to split: `unit` is the price shown, gross or net as the market shows it. rate: 0.2 for 20 percent."""

    unit: Money
    quantity: int
    rate: Decimal


def gross_to_net(*, gross: Money, rate: Decimal, rounding: Rounding = STANDARD) -> TaxSplit:
    """Return the tax inside an amount that includes it. rate: 0.2 for 20 percent; none below zero (ValueError)."""
    return _split(shown=gross, tax=_rounded(_tax_exact(gross, rate, includes_tax=True), gross, rounding), rate=rate)


def net_to_gross(*, net: Money, rate: Decimal, rounding: Rounding = STANDARD) -> TaxSplit:
    """Return an amount with the tax added to it. rate: 0.2 for 20 percent; none below zero (ValueError)."""
    tax = _rounded(_tax_exact(net, rate, includes_tax=False), net, rounding)
    return _split(shown=net, tax=tax, rate=rate, includes_tax=False)


def split_lines(*, lines: Sequence[TaxedLine], rounding: Rounding, includes_tax: bool) -> list[TaxSplit]:
    """
    Return one split per line, in their order, by the market's policy.

    Level unit rounds the tax of one piece and multiplies; line rounds the tax of the line; total rounds once per rate
    and gives each line its part by largest remainder, so that the lines still sum to the total of their rate.
    includes_tax: whether the units are gross. All lines in one currency (else CurrencyMismatch), quantities >= 0.
    """
    if rounding.level is Level.TOTAL:
        return _split_by_rate(lines, rounding=rounding, includes_tax=includes_tax)
    splits = []
    for line in lines:
        shown = line.unit * line.quantity
        if rounding.level is Level.UNIT:
            exact = _tax_exact(line.unit, line.rate, includes_tax=includes_tax)
            tax = _rounded(exact, line.unit, rounding) * line.quantity
        else:
            tax = _rounded(_tax_exact(shown, line.rate, includes_tax=includes_tax), shown, rounding)
        splits.append(_split(shown=shown, tax=tax, rate=line.rate, includes_tax=includes_tax))
    return splits


def _split_by_rate(lines: Sequence[TaxedLine], *, rounding: Rounding, includes_tax: bool) -> list[TaxSplit]:
    taxes: dict[int, Money] = {}
    for rate in dict.fromkeys(line.rate for line in lines):
        places = [index for index, line in enumerate(lines) if line.rate == rate]
        shown = [lines[index].unit * lines[index].quantity for index in places]
        whole = total(shown, currency=shown[0].currency)
        tax = _rounded(_tax_exact(whole, rate, includes_tax=includes_tax), whole, rounding)
        weights = [abs(part.minor) for part in shown]
        same_sign = all(part.minor >= 0 for part in shown) or all(part.minor <= 0 for part in shown)
        if not same_sign:
            raise ValueError("lines of one rate must all be charges or all be credits")
        parts = tax.allocate(weights) if any(weights) else [tax] * len(places)
        taxes |= zip(places, parts, strict=True)
    return [
        _split(shown=line.unit * line.quantity, tax=taxes[index], rate=line.rate, includes_tax=includes_tax)
        for index, line in enumerate(lines)
    ]


def _split(*, shown: Money, tax: Money, rate: Decimal, includes_tax: bool = True) -> TaxSplit:
    if includes_tax:
        return TaxSplit(net=shown - tax, tax=tax, gross=shown, rate=rate)
    return TaxSplit(net=shown, tax=tax, gross=shown + tax, rate=rate)


def _tax_exact(shown: Money, rate: Decimal, *, includes_tax: bool) -> Fraction:
    """Return the tax in smallest units, exactly: a fraction, because 1/1.2 has no last decimal."""
    if rate < 0:
        raise ValueError(f"a tax rate of {rate} is below zero")
    exact_rate = Fraction(rate)
    return shown.minor * exact_rate / (1 + exact_rate) if includes_tax else shown.minor * exact_rate


def _rounded(minor: Fraction, like: Money, rounding: Rounding) -> Money:
    """Round smallest units; done on the fraction itself, so that a half is a half and not a long decimal near it."""
    low = abs(minor).numerator // abs(minor).denominator
    rest = abs(minor) - low
    half = Fraction(1, 2)
    up = rest > half or (rest == half and (rounding.mode is Mode.HALF_UP or low % 2 == 1))
    units = low + 1 if up else low
    return from_minor(-units if minor < 0 else units, like.currency)
