"""Answer "why this price" for any SKU, quantity, customer group and moment, past or future."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from apps.catalog.errors import UnknownProduct
from apps.catalog.models import Product
from apps.catalog.pricing.choose import judge
from apps.catalog.pricing.load import load
from apps.catalog.pricing.quotes import quote_of
from apps.catalog.pricing.types import Explanation
from apps.markets.context import MarketInfo
from apps.markets.models import TaxRate


def explain(*, market: MarketInfo, sku: str, quantity: int, at: datetime, customer_group: str = "") -> Explanation:
    """
    Return the price of a SKU with every entry of every list of the market and why it lost. Three statements.

    Uses the tax rates of that day and the price history up to that moment. Raises UnknownProduct.
    """
    product_id = Product.objects.filter(upc=sku).values_list("id", flat=True).first()
    if product_id is None:
        raise UnknownProduct(sku=sku)
    rates = _rates(market=market, at=at)
    candidates, seen = load(
        market_id=market.id,
        currency=market.currency,
        wanted={product_id: quantity},
        at=at,
        customer_group=customer_group,
        everything=True,
    )
    entries = candidates.get(product_id, [])
    judged = judge(
        candidates=entries,
        market=market,
        tax_percent=rates,
        quantity=quantity,
        at=at,
        customer_group=customer_group,
    )
    quote = quote_of(
        candidates=entries,
        seen=seen.get(product_id, ()),
        market=market,
        tax_percent=rates,
        quantity=quantity,
        at=at,
        customer_group=customer_group,
    )
    return Explanation(
        sku=sku, product_id=product_id, market=market.code, quantity=quantity, at=at, quote=quote, judged=judged
    )


def _rates(*, market: MarketInfo, at: datetime) -> dict[str, Decimal]:
    day = at.astimezone(market.time_zone).date()
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = TaxRate.objects.filter(in_force, market_id=market.id, valid_from__lte=day)
    return dict(rows.values_list("tax_class", "percent"))
