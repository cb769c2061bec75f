"""The basket as pages, checkout and placement see it. Plain values; nothing here asks the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.catalog.pricing import PriceQuote
from apps.core.errors import Refusal
from apps.core.money import Money
from apps.inventory.sourcing.data import Wanted
from apps.orders.delivery import DeliveryOption
from apps.orders.totals import LineTotals, Totals


def by_product(*, wanted: Iterable[Wanted]) -> list[Wanted]:
    """Return the units of each product as one, worth what the dearest of them is; in the order they come."""
    found: dict[int, Wanted] = {}
    for each in wanted:
        known = found.get(each.product_id)
        if known is not None:
            dearest = max(known.unit_minor, each.unit_minor)
            each = Wanted(each.product_id, known.quantity + each.quantity, known.sku, dearest)  # noqa: PLW2901
        found[each.product_id] = each
    return list(found.values())


class Fix(StrEnum):
    """What the shopper can do about a problem, in one press."""

    REMOVE = "remove"
    LOWER = "lower"
    CHANGE = "change"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Lost:
    """An offer that was set aside. by: the offer, or for barred ones the group, that came before it."""

    offer_id: int
    name: str
    why: str
    by: str
    amount: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON values, as an order keeps them."""
        amount = None if self.amount is None else str(self.amount)
        return {"offer_id": self.offer_id, "name": self.name, "why": str(self.why), "by": self.by, "amount": amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something about a line the shopper must know: a typed sentence, whether it stops the order, and the way out."""

    refusal: Refusal
    blocking: bool
    fix: Fix
    fix_quantity: int | None = None

    @property
    def code(self) -> str:
        """Stable name of the problem."""
        return self.refusal.code

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(self.refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDiscount:
    """What one offer takes off one line."""

    offer_id: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedComponent:
    """What a kit's line holds of one product: units in one kit, and its share of the line's amounts and discounts."""

    product_id: int
    stockrecord_id: int | None
    sku: str
    name: str
    url: str
    picture: dict[str, Any]
    units: int
    totals: LineTotals
    discounts: tuple[LineDiscount, ...]
    withdrawal_exception: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """
    A basket line with everything said about it. `totals` is None when it cannot be bought at all.

    components: of a kit; its order has a line for each of them. needs: what one of it takes of the stock, (product id,
    units). step, most: the steps it is sold in, and how many an order may hold.
    """

    id: int
    product_id: int
    stockrecord_id: int
    sku: str
    name: str
    url: str
    picture: dict[str, Any]
    quantity: int
    unit: Money | None
    prior: Money | None
    tax_percent: Decimal
    totals: LineTotals | None
    discounts: tuple[LineDiscount, ...]
    problems: tuple[Problem, ...]
    left: int | None
    quote: PriceQuote | None
    needs: tuple[tuple[int, int], ...]
    withdrawal_exception: str = ""
    components: tuple[PricedComponent, ...] = ()
    step: int = 1
    most: int | None = None

    @property
    def trace(self) -> dict[str, Any]:
        """How the price came about, JSON values; built when asked for."""
        return self.quote.trace if self.quote else {}

    @property
    def blocked(self) -> bool:
        """Whether this line stops the order."""
        return any(problem.blocking for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedOffer:
    """An offer that gives something. `on_delivery`: it lowers the delivery charge, not the goods."""

    offer_id: int
    name: str
    voucher_id: int | None
    voucher_code: str
    times: int
    amount: Money
    on_delivery: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketVoucher:
    """A voucher in the basket; `reason` says why it gives nothing."""

    id: int
    code: str
    name: str
    usage: str
    discount: Money
    reason: Refusal | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """
    What was agreed about prices instead of today's offers: kept unit prices by product id (others are today's) and the
    delivery charge, as the market shows tax. why: the order they were agreed in, kept in each line's trace.
    """

    units: Mapping[int, Money]
    delivery: Money
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedBasket:
    """
    A basket with prices, discounts, tax and problems at one moment.

    refusal: why an order is not taken for this amount. minimum_age: what the shopper has to confirm for its goods.
    """

    id: int
    owner_id: int | None
    priced_at: datetime
    lines: tuple[PricedLine, ...]
    offers: tuple[AppliedOffer, ...]
    offers_lost: tuple[Lost, ...]
    vouchers: tuple[BasketVoucher, ...]
    delivery: DeliveryOption | None
    delivery_options: tuple[DeliveryOption, ...]
    totals: Totals
    refusal: Refusal | None = None
    minimum_age: int | None = None

    @property
    def total(self) -> Money:
        """What is to be paid, delivery (or its estimate) and all taxes included."""
        return self.totals.gross

    @property
    def problems(self) -> tuple[tuple[PricedLine, Problem], ...]:
        """Every problem with its line, in the order of the lines."""
        return tuple((line, problem) for line in self.lines for problem in line.problems)

    @property
    def can_be_ordered(self) -> bool:
        """Whether there is something in it and nothing stops the order."""
        return bool(self.lines) and self.refusal is None and not any(line.blocked for line in self.lines)

    @property
    def wanted(self) -> list[Wanted]:
        """What sourcing is asked for: units of each product, those inside kits too, with what one is worth."""
        found = []
        for line in self.lines:
            parts = {part.product_id: (part.sku, part.totals.unit) for part in line.components}
            for product_id, units in line.needs:
                sku, unit = parts.get(product_id, (line.sku, line.unit))
                found.append(Wanted(product_id, units * line.quantity, sku, unit.minor if unit else 0))
        return by_product(wanted=found)

    @property
    def count(self) -> int:
        """Pieces in the basket."""
        return sum(line.quantity for line in self.lines)
