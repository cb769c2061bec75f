"""What the resolver says: a price, the entries it chose from, and why the others lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from apps.core.money import Money


class Lost(StrEnum):
    """Why an entry of a price list is not the price; the first that is true is the one given."""

    INACTIVE = "list_inactive"
    OTHER_GROUP = "other_customer_group"
    CURRENCY = "other_currency"
    NOT_YET = "not_yet_valid"
    OVER = "no_longer_valid"
    QUANTITY = "quantity_too_low"
    TAX = "tax_not_known"
    SMALLER_BREAK = "larger_break_applies"
    REPLACED = "later_entry_applies"
    PRECEDENCE = "lower_precedence"
    AMOUNT = "higher_amount"
    ID = "higher_id"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry of one list, as read; amounts in minor units, as the list gives them."""

    product_id: int
    list_id: int
    list_code: str
    kind: str
    precedence: int
    customer_group: str
    currency: str
    includes_tax: bool
    is_active: bool
    list_from: datetime | None
    list_to: datetime | None
    price_id: int
    min_quantity: int
    amount_minor: int
    price_from: datetime | None
    price_to: datetime | None
    tax_class: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its verdict: `lost` is None for the winner. shown_minor: as the market shows it."""

    candidate: Candidate
    shown_minor: int | None
    lost: Lost | None


@dataclass(frozen=True, slots=True)
class PriorPrice:
    """The lowest price of the 30 days before a reduction began, in minor units, and where that comes from."""

    amount_minor: int | None
    reduction_began: datetime
    window_from: datetime
    seen: tuple[tuple[datetime, int, bool], ...]


@dataclass(frozen=True)
class PriceQuote:
    """The unit price of a product for a quantity, as its market shows it (with tax when prices include it)."""

    unit: Money
    tax_percent: Decimal
    price_list: str
    min_quantity: int
    is_promotion: bool
    prior: Money | None
    quantity: int = 1
    at: datetime | None = None
    judged: tuple[Judged, ...] = field(default=(), repr=False, compare=False)
    prior_found: PriorPrice | None = field(default=None, repr=False, compare=False)
    context: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def trace(self) -> dict[str, Any]:
        """Every candidate with its verdict, tax, rounding and prior price as JSON values; kept with an order line."""
        # Built when asked for: a publisher prices thousands and keeps no trace, an order line keeps one.
        from apps.catalog.pricing.trace import trace_of

        return trace_of(quote=self)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why this price" for one SKU, quantity and moment; quote is None when there is no price."""

    sku: str
    product_id: int
    market: str
    quantity: int
    at: datetime
    quote: PriceQuote | None
    judged: tuple[Judged, ...]
