"""Quote prices, for one line or for thousands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from apps.catalog.enums import PriceListKind
from apps.catalog.pricing.choose import judge
from apps.catalog.pricing.load import load
from apps.catalog.pricing.prior import Seen, prior_price
from apps.catalog.pricing.types import Candidate, Judged, PriceQuote, PriorPrice
from apps.core.money import from_minor
from apps.markets.context import MarketInfo


def quote_many(
    *, market: MarketInfo, wanted: Mapping[int, int], at: datetime, customer_group: str = ""
) -> dict[int, PriceQuote]:
    """
    Return the price of each product for its quantity in a market at a moment; one statement for any number.

    wanted: product id → quantity (>= 1). A product without a price, or whose tax is not known, is absent.
    """
    candidates, seen = load(
        market_id=market.id, currency=market.currency, wanted=wanted, at=at, customer_group=customer_group
    )
    quotes = {}
    for product_id, quantity in wanted.items():
        found = candidates.get(product_id)
        if found is None:
            continue
        quote = quote_of(
            candidates=found,
            seen=seen.get(product_id, ()),
            market=market,
            tax_percent=market.tax_percent,
            quantity=quantity,
            at=at,
            customer_group=customer_group,
        )
        if quote is not None:
            quotes[product_id] = quote
    return quotes


def quote_of(
    *,
    candidates: Iterable[Candidate],
    seen: Sequence[Seen],
    market: MarketInfo,
    tax_percent: Mapping[str, Decimal],
    quantity: int,
    at: datetime,
    customer_group: str,
) -> PriceQuote | None:
    """Return the price that these candidates give, or None. Pure: no statement."""
    judged = judge(
        candidates=candidates,
        market=market,
        tax_percent=tax_percent,
        quantity=quantity,
        at=at,
        customer_group=customer_group,
    )
    if not judged or judged[0].lost is not None or judged[0].shown_minor is None:
        return None
    winner, shown = judged[0].candidate, judged[0].shown_minor
    found = _prior(judged[0], seen=seen, at=at)
    prior = None
    # A prior price that is not above the price announces no reduction: nothing may be struck through.
    if found is not None and found.amount_minor is not None and found.amount_minor > shown:
        prior = from_minor(found.amount_minor, market.currency)
    return PriceQuote(
        unit=from_minor(shown, market.currency),
        tax_percent=tax_percent[winner.tax_class],
        price_list=winner.list_code,
        min_quantity=winner.min_quantity,
        is_promotion=winner.kind == PriceListKind.PROMOTION,
        prior=prior,
        quantity=quantity,
        at=at,
        judged=judged,
        prior_found=found,
        context={
            "market": market.code,
            "prices_include_tax": market.prices_include_tax,
            "rounding_level": market.rounding_level,
            "rounding_mode": market.rounding_mode,
            "customer_group": customer_group,
        },
    )


def _prior(winner: Judged, *, seen: Sequence[Seen], at: datetime) -> PriorPrice | None:
    """Look for the prior price where one is due: a promotional price for one piece."""
    entry = winner.candidate
    if entry.kind != PriceListKind.PROMOTION or entry.min_quantity != 1:
        return None
    starts = [start for start in (entry.list_from, entry.price_from) if start is not None]
    return prior_price(seen=seen, valid_from=max(starts, default=None), at=at)
