"""
A basket as a link: what is in it and how many, nothing of whose it is.

The link is the list itself, so nothing is stored, nothing ends, and who opens it pays today's prices.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.catalog import pricing as catalog_pricing
from apps.catalog import queries as catalog_queries
from apps.catalog.queries import SellableLine
from apps.core.errors import Refusal
from apps.core.money import Money
from apps.markets.context import Shop
from apps.orders.basket import operations
from apps.orders.basket.data import PricedBasket
from apps.orders.basket.rows import MAX_QUANTITY

MOST_LINES = 40
_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A line of a shared basket as the shop sells it today. unit: as the market shows tax."""

    product_id: int
    quantity: int
    page: SellableLine
    unit: Money


def text_of(*, basket: PricedBasket) -> str:
    """Return a basket's lines as the last part of its link; "" for a basket without lines or with too many."""
    if not 0 < len(basket.lines) <= MOST_LINES:
        return ""
    return "-".join(f"{line.product_id}_{line.quantity}" for line in basket.lines)


def read(*, text: str) -> dict[int, int]:
    """Read product id → quantity back; what nobody can have shared is empty. Pure."""
    found: dict[int, int] = {}
    parts = text.split("-", MOST_LINES)
    if len(parts) > MOST_LINES:
        return {}
    for part in parts:
        product, _, quantity = part.partition("_")
        if not all(_is_number(each) for each in (product, quantity)):
            return {}
        found[int(product)] = int(quantity)
    return found if all(0 < count <= MAX_QUANTITY for count in found.values()) else {}


def lines_of(*, shop: Shop, wanted: dict[int, int], at: datetime) -> list[SharedLine]:
    """Return what of a shared basket this shop sells, at today's prices, in its order. Two statements."""
    if not wanted:
        return []
    pages = catalog_queries.sellable_lines(shop=shop, product_ids=wanted)
    quotes = catalog_pricing.quote_many(market=shop.market, wanted=wanted, at=at)
    return [
        SharedLine(product_id, quantity, pages[product_id], quotes[product_id].unit)
        for product_id, quantity in wanted.items()
        if product_id in pages and product_id in quotes
    ]


def take_over(
    *, shop: Shop, basket_id: int, owner_id: int | None, lines: Iterable[SharedLine], at: datetime
) -> list[Refusal]:
    """
    Put shared lines into a basket, each whole or not at all; return why some were not. Locks as `add_line` does.

    Raises BasketNotFound, ShopClosed.
    """
    refusals: list[Refusal] = []
    for line in lines:
        try:
            operations.add_line(
                shop=shop,
                basket_id=basket_id,
                owner_id=owner_id,
                product_id=line.product_id,
                quantity=line.quantity,
                at=at,
            )
        except operations.OF_A_LINE as refusal:
            refusals.append(refusal)
    return refusals


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
