"""Smallest legal brands, markets and shops."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apps.markets import queries
from apps.markets.context import MarketInfo, Shop
from apps.markets.enums import LaunchState, TaxClass
from apps.markets.models import Brand, Market, MarketLocale, TaxRate

_numbers = count(1)


def make_brand(*, code: str = "halles", **fields: Any) -> Brand:
    """Return the brand of that code, made when it is not there; the first one answers for unknown hosts."""
    found = Brand.objects.filter(code=code).first()
    if found is not None:
        return found
    values = {
        "name": code.title(),
        "hosts": [f"{code}.localhost"],
        "is_default": not Brand.objects.filter(is_default=True).exists(),
        "mail_from": f"shop@{code}.example",
        "legal_name": f"{code.title()} SAS",
        "legal_address": "1 rue des Halles, 75001 Paris",
        **fields,
    }
    brand = Brand.objects.create(code=code, **values)
    queries.forget_snapshot()
    return brand


def make_market(
    *,
    brand: Brand | str = "halles",
    country: str = "FR",
    currency: str = "EUR",
    languages: Mapping[str, Sequence[str]] | None = None,
    tax: Mapping[str, str] | None = None,
    **fields: Any,
) -> Market:
    """
    Return the market of a brand in a country, made when it is not there, live.

    languages: language → its fallbacks, the first one is the default; {"fr": ["en"]} when not given.
    tax: tax class → percent, 20 % standard and 5.5 % reduced when not given.
    """
    owner = make_brand(code=brand) if isinstance(brand, str) else brand
    found = Market.objects.filter(brand=owner, country=country).first()
    if found is not None:
        return found
    values = {"launch_state": LaunchState.LIVE, "position": next(_numbers), **fields}
    market = Market.objects.create(
        code=f"{owner.code}-{country.lower()}", brand=owner, country=country, currency=currency, **values
    )
    for position, (language, fallbacks) in enumerate((languages or {"fr": ["en"]}).items()):
        MarketLocale.objects.create(
            market=market, language=language, fallbacks=list(fallbacks), is_default=position == 0, position=position
        )
    rates = tax or {TaxClass.STANDARD: "20", TaxClass.REDUCED: "5.5", TaxClass.BOOKS: "5.5", TaxClass.ZERO: "0"}
    for tax_class, percent in rates.items():
        TaxRate.objects.create(
            market=market, tax_class=tax_class, percent=Decimal(percent), valid_from=date(2020, 1, 1)
        )
    queries.forget_snapshot()
    return market


def make_shop(*, language: str = "fr", **market_fields: Any) -> Shop:
    """Return the shop of a market in a language; the market is made as by `make_market`."""
    if "languages" not in market_fields:
        market_fields["languages"] = {language: [] if language == "en" else ["en"]}
    market = make_market(**market_fields)
    queries.forget_snapshot()
    return queries.shop_for_market(market_code=market.code, language=language)


def info_of(market: Market) -> MarketInfo:
    """Return a market as the shop's code knows it."""
    queries.forget_snapshot()
    return queries.market_by_code(code=market.code)
