"""
What units of an order's line are worth when they leave, come back or never leave. Minor units, to the cent in any
portions.

Units that are paid back are counted from the first of a line on, units that are sold from its last back. So what leaves
and what is given up unsent meet in the middle: together they are exactly the line, in whatever order they happen, and
what comes back later is worth what it was sold for.
"""

from dataclasses import dataclass

from apps.core.money import Money
from apps.orders.models import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A line as it was paid, its discount inside: units, amount with tax, tax."""

    quantity: int
    amount_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount with tax and the tax inside it."""

    amount_minor: int
    tax_minor: int


def bought_of(*, line: Line, currency: str) -> Bought:
    """Return an order's line as it was paid, in minor units of the order's currency."""
    gross = Money(line.line_price_incl_tax, currency).minor
    return Bought(
        quantity=line.quantity,
        amount_minor=gross,
        tax_minor=gross - Money(line.line_price_excl_tax, currency).minor,
    )


def worth_of(*, bought: Bought, units: int, paid_back: int = 0) -> Worth:
    """
    Return what the next `units` of a line are worth when they are paid back, `paid_back` of them having been before.

    The difference of two running sums, each rounded half up: the refunds of all units, in any portions, sum to the
    line: 10.00 over 3 gives 3.33, 3.34, 3.33. Tax follows the amount the same way and never exceeds it. Raises
    ValueError for more units than are left.
    """
    if not 0 < units <= bought.quantity - paid_back:
        raise ValueError(f"{units} of {bought.quantity} units, {paid_back} of them paid back")
    return _between(bought, paid_back, paid_back + units)


def sold_worth(*, bought: Bought, units: int, sold: int = 0) -> Worth:
    """
    Return what the next `units` of a line are worth when they leave, `sold` of them having left before.

    As `worth_of`, from the line's other end. Raises ValueError for more units than are left.
    """
    if not 0 <= units <= bought.quantity - sold:
        raise ValueError(f"{units} of {bought.quantity} units, {sold} of them sold")
    end = bought.quantity - sold
    return _between(bought, end - units, end)


def portion(total: int, part: int, whole: int) -> int:
    """Return total × part / whole rounded half up; nothing of nothing. Not negative, all three."""
    return (2 * total * part + whole) // (2 * whole) if whole else 0


def delivery_worth(*, paid: Worth, shown_minor: int, standard_minor: int) -> Worth:
    """
    Return the delivery to pay back: what was paid, at most the cheapest standard delivery (C. conso L221-24).

    shown_minor: what the shopper was shown for delivery, on the side of tax the market shows; standard_minor: the
    cheapest offer on the same side.
    """
    if not shown_minor or standard_minor >= shown_minor:
        return paid
    amount = portion(paid.amount_minor, standard_minor, shown_minor)
    return Worth(amount, portion(paid.tax_minor, amount, paid.amount_minor))


def _between(bought: Bought, start: int, end: int) -> Worth:
    """What the units from `start` to `end` of a line are worth, counted from its first."""
    sums = [portion(bought.amount_minor, units, bought.quantity) for units in (start, end)]
    taxes = [portion(bought.tax_minor, amount, bought.amount_minor) for amount in sums]
    return Worth(sums[1] - sums[0], taxes[1] - taxes[0])
