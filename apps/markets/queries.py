"""Reads of brands, markets and locales. All answers come from one snapshot that a process keeps for a few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.core.kept import Kept
from apps.markets.context import BrandInfo, MarketInfo, SellerInfo, Shop
from apps.markets.enums import LaunchState
from apps.markets.errors import UnknownShop
from apps.markets.models import Brand, LegalIdentity, Market, MarketLocale, TaxRate

# A market's settings change a few times a year; this long may a process still serve the old ones.
SNAPSHOT_TTL_S = 10.0
SELLER_FIELDS = tuple(field.name for field in fields(SellerInfo))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every brand and shop at one moment."""

    brands: tuple[BrandInfo, ...]
    default_brand: BrandInfo | None
    by_host: dict[str, BrandInfo]
    shops: dict[tuple[str, str], Shop]
    markets: dict[str, MarketInfo]
    live: dict[str, tuple[Shop, ...]]


# Better markets of a minute ago than no shop: pages from the cache need nothing else.
_snapshots: Kept[str, Snapshot] = Kept(age_s=SNAPSHOT_TTL_S, outlives_database=True)


def forget_snapshot() -> None:
    """Make the next read go to the database; called after a change in this process and by tests."""
    _snapshots.forget()


def snapshot() -> Snapshot:
    """
    Brands, markets and shops, at most SNAPSHOT_TTL_S seconds old, older only while the database is away.

    Costs no query when warm, four when not.
    """
    return _snapshots.get(key="", read=_read)


def _read() -> Snapshot:
    brand_rows = list(Brand.objects.order_by("id"))
    brands = {row.id: _brand(row) for row in brand_rows}
    rates = _rates()
    markets: dict[str, MarketInfo] = {}
    shops: dict[tuple[str, str], Shop] = {}
    for row in Market.objects.select_related("identity").prefetch_related("locales").order_by("position", "id"):
        locales = sorted(
            row.locales.all(), key=lambda locale: (not locale.is_default, locale.position, locale.language)
        )
        market = _market(row, brand=brands[row.brand_id], locales=locales, tax_percent=rates.get(row.id, {}))
        markets[market.code] = market
        for locale in locales:
            code = f"{locale.language}-{market.country.lower()}"
            shops[market.brand.code, code] = Shop(
                market=market,
                language=locale.language,
                fallbacks=tuple(locale.fallbacks),
                code=code,
                prefix=f"/{code}/",
            )
    return Snapshot(
        brands=tuple(brands.values()),
        default_brand=next((brands[row.id] for row in brand_rows if row.is_default), None),
        by_host={host: brands[row.id] for row in brand_rows for host in row.hosts},
        shops=shops,
        markets=markets,
        live={
            brand.code: tuple(
                shop
                for (code, _), shop in shops.items()
                if code == brand.code and shop.market.launch_state != LaunchState.DRAFT
            )
            for brand in brands.values()
        },
    )


def _brand(row: Brand) -> BrandInfo:
    return BrandInfo(
        id=row.id,
        code=row.code,
        name=row.name,
        hosts=tuple(row.hosts),
        mail_from=row.mail_from,
        legal_name=row.legal_name,
        legal_address=row.legal_address,
    )


def _market(
    row: Market, *, brand: BrandInfo, locales: Sequence[MarketLocale], tax_percent: dict[str, Decimal]
) -> MarketInfo:
    return MarketInfo(
        id=row.id,
        code=row.code,
        brand=brand,
        seller=_seller(identity=getattr(row, "identity", None), brand=brand),
        country=row.country,
        currency=row.currency,
        prices_include_tax=row.prices_include_tax,
        rounding_level=row.rounding_level,
        rounding_mode=row.rounding_mode,
        time_zone=ZoneInfo(row.time_zone),
        template_set=row.template_set,
        launch_state=row.launch_state,
        payment_methods=tuple(row.payment_methods),
        capture=row.capture,
        unpaid_order_ttl_minutes=row.unpaid_order_ttl_minutes,
        checkout_hold_minutes=row.checkout_hold_minutes,
        withdrawal_days=row.withdrawal_days,
        order_min_minor=row.order_min_minor,
        order_max_minor=row.order_max_minor,
        stock_location_codes=tuple(row.stock_location_codes),
        tax_percent=tax_percent,
        features=dict(row.features),
        languages=tuple(locale.language for locale in locales),
        default_language=locales[0].language if locales else "",
    )


def _seller(*, identity: LegalIdentity | None, brand: BrandInfo) -> SellerInfo:
    """Who sells in a market: its own entity, and what that leaves out from the brand."""
    told = {name: getattr(identity, name) for name in SELLER_FIELDS} if identity is not None else {}
    return SellerInfo(
        **told
        | {
            "name": told.get("name") or brand.legal_name,
            "address": told.get("address") or brand.legal_address,
            "email": told.get("email") or brand.mail_from,
        }
    )


def _rates() -> dict[int, dict[str, Decimal]]:
    today = clock.now().date()
    rates: dict[int, dict[str, Decimal]] = {}
    for rate in TaxRate.objects.filter(valid_from__lte=today).exclude(valid_to__lte=today):
        rates.setdefault(rate.market_id, {})[rate.tax_class] = rate.percent
    return rates


def brand_for_host(*, host: str) -> BrandInfo | None:
    """The brand that answers for a host name (without port, any case), the default brand for unknown ones."""
    found = snapshot()
    return found.by_host.get(host.lower()) or found.default_brand


def shop_for(*, brand_code: str, code: str) -> Shop:
    """The shop of a brand with that code (`fr-be`), whatever its launch state. Raises UnknownShop."""
    try:
        return snapshot().shops[brand_code, code]
    except KeyError:
        raise UnknownShop(f"{brand_code}/{code}") from None


def shop_for_market(*, market_code: str, language: str) -> Shop:
    """The shop of a market in a language; the market's default language when it does not speak it."""
    market = market_by_code(code=market_code)
    spoken = language if language in market.languages else market.default_language
    return shop_for(brand_code=market.brand.code, code=f"{spoken}-{market.country.lower()}")


def market_by_code(*, code: str) -> MarketInfo:
    """A market by its code. Raises UnknownShop."""
    try:
        return snapshot().markets[code]
    except KeyError:
        raise UnknownShop(code) from None


def live_shops(*, brand_code: str) -> tuple[Shop, ...]:
    """The shops of a brand that shoppers may see, in the order of the markets."""
    return snapshot().live.get(brand_code, ())


def all_shops() -> tuple[Shop, ...]:
    """Every shop of every brand, drafts included; what the publisher writes for."""
    return tuple(snapshot().shops.values())
