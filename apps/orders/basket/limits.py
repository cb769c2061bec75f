"""How much of something, and how much in all, one order may be for."""

from apps.core.errors import Refusal
from apps.core.money import Money, from_minor
from apps.markets.context import Shop
from apps.orders.basket.words import written
from apps.orders.errors import NotInSteps, OrderTooLarge, OrderTooSmall, TooManyPerOrder


def of_line(*, name: str, quantity: int, step: int, most: int | None) -> tuple[Refusal, int] | None:
    """Return why a quantity is not sold and the nearest one that is, at most the one asked for where there is one."""
    top = None if most is None else most - most % step
    if top is not None and quantity > top:
        return TooManyPerOrder(name=name, most=top), top
    if quantity % step:
        return NotInSteps(name=name, step=step), max(quantity - quantity % step, step)
    return None


def of_order(*, shop: Shop, goods: Money) -> Refusal | None:
    """Return why an order is not taken for goods of this worth (after discounts, as the market shows tax), if so."""
    least, most = shop.market.order_min_minor, shop.market.order_max_minor
    if least is not None and goods.minor < least:
        missing = from_minor(least - goods.minor, goods.currency)
        return OrderTooSmall(
            least=written(money=from_minor(least, goods.currency), shop=shop), missing=written(money=missing, shop=shop)
        )
    if most is not None and goods.minor > most:
        return OrderTooLarge(most=written(money=from_minor(most, goods.currency), shop=shop))
    return None
