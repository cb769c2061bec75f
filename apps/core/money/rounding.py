"""When and how fractions of a cent are rounded: a decision of the market, made once."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from apps.core.money.amount import _EXACT, Money, minor_digits


class Level(StrEnum):
    """What is rounded: each unit, each line, or the total of each rate."""

    UNIT = "unit"
    LINE = "line"
    TOTAL = "total"


class Mode(StrEnum):
    """Where half a cent goes: away from zero, or to the even neighbour."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


_DECIMAL_MODE = {Mode.HALF_UP: ROUND_HALF_UP, Mode.HALF_EVEN: ROUND_HALF_EVEN}


@dataclass(frozen=True, slots=True)
class Rounding:
    """A market's policy. Level and mode may be given as their text: Rounding(level="line", mode="half_up")."""

    level: Level = Level.LINE
    mode: Mode = Mode.HALF_UP

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", Level(self.level))
        object.__setattr__(self, "mode", Mode(self.mode))

    def round(self, *, amount: Decimal, currency: str) -> Money:
        """Return an amount of any fineness as money, rounded to the currency's smallest unit."""
        unit = Decimal(1).scaleb(-minor_digits(currency))
        return Money(amount.quantize(unit, rounding=_DECIMAL_MODE[self.mode], context=_EXACT), currency)


STANDARD = Rounding()
