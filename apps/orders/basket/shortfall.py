"""What a voucher's offer is short of, so that a shopper is told the gap and not only that a code does not apply."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from apps.core.money import Money, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apps.orders.basket.offers import OfferLine


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What keeps a voucher's offer from applying: worth or items that are missing, another market, or another offer."""

    amount: Money | None = None
    items: int = 0
    is_elsewhere: bool = False
    is_beaten: bool = False

    @property
    def distance(self) -> tuple[bool, Decimal, int]:
        """How far from applying; terms that are met and beaten come last, there is nothing to add."""
        return self.is_beaten, self.amount.amount if self.amount else Decimal(0), self.items


def short_of(
    *,
    condition: Any,  # noqa: ANN401 -- Oscar's row
    lines: Sequence[OfferLine],
    members: Mapping[int, tuple[bool, frozenset[int]]],
) -> Shortfall | None:
    """What a condition misses; None where none of its goods are there or its kind is not one that can be counted."""
    counted = [
        line for line in lines if members[line.product_id][0] and condition.range_id in members[line.product_id][1]
    ]
    if not counted or condition.value is None:
        return None
    if condition.type == condition.VALUE:
        worth = total((line.unit * line.quantity for line in counted), currency=counted[0].unit.currency)
        missing = Money(Decimal(condition.value), worth.currency) - worth
        return Shortfall(amount=missing) if missing.amount > 0 else Shortfall(is_beaten=True)
    units = len(counted) if condition.type == condition.COVERAGE else sum(line.quantity for line in counted)
    missing_items = int(condition.value) - units
    return Shortfall(items=missing_items) if missing_items > 0 else Shortfall(is_beaten=True)
