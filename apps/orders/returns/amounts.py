"""What units of a line are worth when they come back. Pure, in minor units, to the cent in any portions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A line as it was paid, its discount inside: units, amount with tax, tax, and units paid back before."""

    quantity: int
    amount_minor: int
    tax_minor: int
    paid_back: int = 0


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount with tax and the tax inside it."""

    amount_minor: int
    tax_minor: int


def worth_of(*, bought: Bought, units: int) -> Worth:
    """
    Return what the next `units` of a line are worth: the difference of two running sums, each rounded half up.

    So the refunds of all units, in any portions, sum to the line: 10.00 over 3 gives 3.33, 3.34, 3.33. Tax follows the
    amount the same way and never exceeds it. Raises ValueError for more units than are left.
    """
    after = bought.paid_back + units
    if not 0 < units <= bought.quantity - bought.paid_back:
        raise ValueError(f"{units} of {bought.quantity} units, {bought.paid_back} of them paid back")
    before_sum = portion(bought.amount_minor, bought.paid_back, bought.quantity)
    after_sum = portion(bought.amount_minor, after, bought.quantity)
    taxes = [portion(bought.tax_minor, sum_, bought.amount_minor) for sum_ in (before_sum, after_sum)]
    return Worth(after_sum - before_sum, taxes[1] - taxes[0])


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
