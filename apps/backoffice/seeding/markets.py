"""The demo group's brands, markets, locales, tax rates, price lists and ways of delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.backoffice.seeding.identities import seed_identities
from apps.catalog.models import PriceList
from apps.inventory.enums import RuleAction
from apps.inventory.models import SourcingRule
from apps.inventory.sourcing.postcodes import write_postcode_areas
from apps.markets import queries as markets
from apps.markets.enums import CapturePolicy, LaunchState, TaxClass
from apps.markets.models import Brand, Market, MarketLocale, TaxRate
from apps.orders.enums import DeliveryKind
from apps.orders.models import DeliveryMethod

RATES_SINCE = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """One market as the demo opens it."""

    brand: str
    country: str
    currency: str
    time_zone: str
    languages: tuple[tuple[str, tuple[str, ...]], ...]
    rates: Mapping[TaxClass, str]
    locations: tuple[str, ...]
    template_set: str = ""
    standard_minor: int = 490
    free_from_minor: int = 6000
    express_minor: int = 990


BRANDS: tuple[dict[str, Any], ...] = (
    {
        "code": "halles",
        "name": "Maison Halles",
        "hosts": ["localhost", "127.0.0.1", "halles.localhost"],
        "is_default": True,
        "mail_from": "bonjour@halles.example",
        "legal_name": "Maison Halles Démo SAS",
        "legal_address": "1 rue de la Démonstration, 69003 Lyon, France",
    },
    {
        "code": "volt",
        "name": "Volt & Fils",
        "hosts": ["volt.localhost"],
        "is_default": False,
        "mail_from": "comptoir@volt.example",
        "legal_name": "Volt & Fils Démo SARL",
        "legal_address": "2 rue de la Démonstration, 69003 Lyon, France",
    },
)

FR_RATES = {TaxClass.STANDARD: "20", TaxClass.REDUCED: "5.5", TaxClass.BOOKS: "5.5", TaxClass.ZERO: "0"}
BE_RATES = {TaxClass.STANDARD: "21", TaxClass.REDUCED: "6", TaxClass.BOOKS: "6", TaxClass.ZERO: "0"}
DE_RATES = {TaxClass.STANDARD: "19", TaxClass.REDUCED: "7", TaxClass.BOOKS: "7", TaxClass.ZERO: "0"}
GB_RATES = {TaxClass.STANDARD: "20", TaxClass.REDUCED: "5", TaxClass.BOOKS: "0", TaxClass.ZERO: "0"}

LYON, KOELN, ROISSY = "lyon", "koeln", "roissy"
IN_FRANCE = (LYON, ROISSY, KOELN, "paris-marais", "lille")

MARKETS = (
    MarketPlan("halles", "FR", "EUR", "Europe/Paris", (("fr", ("en",)),), FR_RATES, IN_FRANCE),
    MarketPlan(
        "halles", "BE", "EUR", "Europe/Brussels", (("fr", ("en",)), ("nl", ("en", "fr"))), BE_RATES, (LYON, KOELN)
    ),
    MarketPlan("halles", "DE", "EUR", "Europe/Berlin", (("de", ("en",)),), DE_RATES, (KOELN, LYON), template_set="de"),
    MarketPlan(
        "halles",
        "GB",
        "GBP",
        "Europe/London",
        (("en", ()),),
        GB_RATES,
        (LYON,),
        standard_minor=590,
        free_from_minor=7000,
        express_minor=1190,
    ),
    MarketPlan("volt", "FR", "EUR", "Europe/Paris", (("fr", ("en",)),), FR_RATES, IN_FRANCE, free_from_minor=9000),
    MarketPlan(
        "volt",
        "DE",
        "EUR",
        "Europe/Berlin",
        (("de", ("en",)),),
        DE_RATES,
        (KOELN, LYON),
        template_set="de",
        free_from_minor=9000,
    ),
)

DELIVERY_LABELS = {
    "standard": {
        "fr": "Livraison à domicile",
        "en": "Home delivery",
        "de": "Lieferung nach Hause",
        "nl": "Thuisbezorging",
    },
    "collect": {
        "fr": "Retrait en magasin",
        "en": "Collection in store",
        "de": "Abholung im Laden",
        "nl": "Afhalen in de winkel",
    },
    "express": {"fr": "Livraison express", "en": "Express delivery", "de": "Expresslieferung", "nl": "Expreslevering"},
}


@transaction.atomic
def seed_markets() -> None:
    """Create or bring up to date brands, markets, locales, rates, price lists and delivery methods. Repeatable."""
    brands = {}
    for known in BRANDS:
        values = {key: value for key, value in known.items() if key != "code"}
        brands[known["code"]], _ = Brand.objects.update_or_create(code=known["code"], defaults=values)
    for position, plan in enumerate(MARKETS):
        market, _ = Market.objects.update_or_create(
            code=f"{plan.brand}-{plan.country.lower()}",
            defaults={
                "brand": brands[plan.brand],
                "country": plan.country,
                "currency": plan.currency,
                "time_zone": plan.time_zone,
                "template_set": plan.template_set,
                "launch_state": LaunchState.LIVE,
                "position": position,
                "payment_methods": ["demo", "card", "bank_transfer"],
                "capture": CapturePolicy.AT_SHIPMENT if plan.country == "DE" else CapturePolicy.AT_ONCE,
                "stock_location_codes": list(plan.locations),
                "features": {"bank_account": {"holder": brands[plan.brand].legal_name, "iban": _demo_iban(plan)}},
            },
        )
        _seed_locales(market, plan)
        _seed_delivery(market, plan)
        if plan.locations == IN_FRANCE:
            _seed_sourcing(market)
    write_postcode_areas()
    seed_identities()
    _seed_price_lists()
    markets.forget_snapshot()


def _demo_iban(plan: MarketPlan) -> str:
    # The example accounts that the banks' own standards print: valid in form, owned by nobody.
    return {
        "FR": "FR14 2004 1010 0505 0001 3M02 606",
        "BE": "BE68 5390 0754 7034",
        "DE": "DE89 3704 0044 0532 0130 00",
        "GB": "GB29 NWBK 6016 1331 9268 19",
    }[plan.country]


def _seed_locales(market: Market, plan: MarketPlan) -> None:
    for position, (language, fallbacks) in enumerate(plan.languages):
        MarketLocale.objects.update_or_create(
            market=market,
            language=language,
            defaults={"fallbacks": list(fallbacks), "is_default": position == 0, "position": position},
        )
    for tax_class, percent in plan.rates.items():
        TaxRate.objects.update_or_create(
            market=market, tax_class=tax_class, valid_from=RATES_SINCE, defaults={"percent": Decimal(percent)}
        )


def _seed_delivery(market: Market, plan: MarketPlan) -> None:
    slow = plan.country == "GB"
    for position, (code, price, free_from, days) in enumerate(
        (
            ("standard", plan.standard_minor, plan.free_from_minor, (3, 5) if slow else (2, 3)),
            ("express", plan.express_minor, None, (2, 2) if slow else (1, 1)),
        )
    ):
        DeliveryMethod.objects.update_or_create(
            market=market,
            code=code,
            defaults={
                "labels": DELIVERY_LABELS[code],
                "price_minor": price,
                "free_from_minor": free_from,
                "min_days": days[0],
                "max_days": days[1],
                "cutoff": time(14, 0),
                "carrier": "Demo Post",
                "position": position,
            },
        )
    DeliveryMethod.objects.update_or_create(
        market=market,
        code="collect",
        defaults={
            "kind": DeliveryKind.COLLECT,
            "labels": DELIVERY_LABELS["collect"],
            "price_minor": 0,
            "min_days": 0,
            "max_days": 0,
            "position": 2,
        },
    )


def _seed_sourcing(market: Market) -> None:
    """The rules of the markets that stores and a logistics partner serve too."""
    rules: tuple[dict[str, Any], ...] = (
        {"name": "One parcel from a warehouse or the partner", "kinds": ["warehouse", "partner"], "max_parcels": 1},
        {"name": "One parcel from the nearest store", "kinds": ["store"], "sorts": ["nearest"], "max_parcels": 1},
        {"name": "Two parcels, soonest first", "sorts": ["soonest", "nearest"], "max_parcels": 2},
        {"name": "Up to four parcels", "sorts": ["soonest", "nearest"], "max_parcels": 4},
        {"name": "Wait for stock", "action": RuleAction.WAIT, "wait_days": 10},
    )
    for position, values in enumerate(rules, start=1):
        SourcingRule.objects.update_or_create(market=market, position=position, defaults=values)


def _seed_price_lists() -> None:
    for currency in ("EUR", "GBP"):
        in_currency = Market.objects.filter(currency=currency)
        for kind, precedence in (("base", 0), ("promotion", 10)):
            prices, _ = PriceList.objects.update_or_create(
                code=f"{kind}-{currency.lower()}",
                defaults={
                    "name": f"{kind.capitalize()} {currency}",
                    "kind": kind,
                    "currency": currency,
                    "precedence": precedence,
                },
            )
            prices.markets.set(in_currency)
