"""How amounts stand in sentences about a basket."""

from apps.core.money import Money, format_money
from apps.markets.context import Shop


def written(*, money: Money, shop: Shop) -> str:
    """An amount as readers of the shop write it."""
    return format_money(money=money, language=shop.language, country=shop.market.country)
