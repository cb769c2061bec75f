"""An amount with its currency. Exact: it never rounds on its own and never mixes currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# ISO 4217, the exceptions to two decimals.
_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_CODE = re.compile(r"[A-Z]{3}")
# Wide enough that no sum of amounts is ever rounded by the context.
_EXACT = Context(prec=60)


class CurrencyMismatch(ValueError):  # noqa: N818 -- named as the fact it is
    """Two amounts of different currencies met."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be mixed")


class TooManyDecimals(ValueError):  # noqa: N818 -- named as the fact it is
    """The amount is finer than the currency's smallest unit; round it with a policy first."""


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has: 2 for EUR, 0 for JPY, 3 for KWD. Raises ValueError for no code."""
    if not _CODE.fullmatch(currency):
        raise ValueError(f"{currency!r} is not a currency code of three capitals")
    return _DIGITS.get(currency, 2)


def digits_that_differ() -> dict[str, int]:
    """The decimals of every currency that has not two, by code; for statements that compare cents with amounts."""
    return dict(_DIGITS)


@dataclass(frozen=True, slots=True)
class Money:
    """
    An exact amount in one currency, kept with the currency's own number of decimals.

    Raises TypeError for what is not a Decimal (floats above all), TooManyDecimals for fractions of the smallest unit,
    ValueError for NaN and infinity. Sums, differences and comparisons raise CurrencyMismatch across currencies.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"amount must be Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount")
        exact = self.amount.quantize(Decimal(1).scaleb(-minor_digits(self.currency)), context=_EXACT)
        if exact != self.amount:
            raise TooManyDecimals(f"{self.amount} {self.currency} is finer than the currency's smallest unit")
        # No negative zero: it would print as -0.00.
        object.__setattr__(self, "amount", exact or abs(exact))

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing, in a currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def down(cls, amount: Decimal, currency: str) -> Money:
        """Return an amount cut at the currency's smallest unit: 3.99 JPY is 3, 1.999 EUR is 1.99."""
        return cls(amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_DOWN, context=_EXACT), currency)

    @property
    def minor(self) -> int:
        """The amount in the currency's smallest unit: 1250 for 12.50 EUR."""
        return int(self.amount.scaleb(minor_digits(self.currency), context=_EXACT))

    def allocate(self, weights: Sequence[int | Decimal]) -> list[Money]:
        """
        Split into one part per weight, in their proportion; the parts sum to the whole, to the smallest unit.

        What is left after rounding down goes one unit each to the largest remainders, the first of equals first, so the
        same weights always give the same parts. weights: none negative, at least one above zero (else ValueError).
        """
        shares = [Fraction(weight) for weight in weights]
        whole = sum(shares)
        if not whole or min(shares) < 0:
            raise ValueError("weights must not be negative and not all zero")
        sign = -1 if self.amount < 0 else 1
        exact = [abs(self.minor) * share / whole for share in shares]
        parts = [int(part) for part in exact]
        left = abs(self.minor) - sum(parts)
        by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
        for index in by_remainder[:left]:
            parts[index] += 1
        return [from_minor(sign * part, self.currency) for part in parts]

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __mul__(self, quantity: int) -> Money:
        if not isinstance(quantity, int):
            raise TypeError("money is multiplied by whole numbers only; anything else needs a rounding policy")
        return Money(_EXACT.multiply(self.amount, Decimal(quantity)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> None:
        if not isinstance(other, Money):
            raise TypeError(f"money meets money only, not {type(other).__name__}")
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)


def from_minor(minor: int, currency: str) -> Money:
    """Return the amount of so many smallest units: 1250 of EUR is 12.50 EUR."""
    if not isinstance(minor, int):
        raise TypeError(f"smallest units are whole numbers, not {type(minor).__name__}")
    return Money(Decimal(minor).scaleb(-minor_digits(currency), context=_EXACT), currency)


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """Return the sum, zero of `currency` when there is nothing. Raises CurrencyMismatch for any other currency."""
    return sum(amounts, Money.zero(currency))
