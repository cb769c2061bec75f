"""Money, its rounding, its tax and how it is written. The one calculator of page, basket, order, invoice and refund."""

from apps.core.money.amount import (
    CurrencyMismatch,
    Money,
    TooManyDecimals,
    digits_that_differ,
    from_minor,
    minor_digits,
    total,
)
from apps.core.money.format import format_money
from apps.core.money.rounding import Level, Mode, Rounding
from apps.core.money.tax import TaxedLine, TaxSplit, gross_to_net, net_to_gross, split_lines

__all__ = [
    "CurrencyMismatch",
    "Level",
    "Mode",
    "Money",
    "Rounding",
    "TaxSplit",
    "TaxedLine",
    "TooManyDecimals",
    "digits_that_differ",
    "format_money",
    "from_minor",
    "gross_to_net",
    "minor_digits",
    "net_to_gross",
    "split_lines",
    "total",
]
