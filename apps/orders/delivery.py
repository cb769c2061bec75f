"""
How goods reach a shopper: the methods of a market, their price and the days they promise.

Product page, basket and checkout ask the same function, so a promise made early is the promise in the order.
"""

import threading
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from apps.core.money import Money, from_minor
from apps.markets.context import MarketInfo, Shop
from apps.orders.errors import DeliveryRefused
from apps.orders.models import DeliveryHoliday, DeliveryMethod

METHODS_TTL_S = 10.0
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Method:
    """A delivery method as the shop needs it; amounts as the market shows tax."""

    id: int
    code: str
    labels: dict[str, str]
    price_minor: int
    free_from_minor: int | None
    min_days: int
    max_days: int
    cutoff_minute: int | None
    carrier: str

    def label(self, *, shop: Shop) -> str:
        """Its name in the shop's language, then its fallbacks, then its code."""
        return next((self.labels[lang] for lang in shop.text_chain if self.labels.get(lang)), self.code)


@dataclass(frozen=True, slots=True)
class Promise:
    """The days between which goods arrive, both included, in the market's calendar."""

    earliest: date
    latest: date
    ships_on: date

    def as_dict(self) -> dict[str, str]:
        """JSON values, as kept on the order."""
        return {
            "earliest": self.earliest.isoformat(),
            "latest": self.latest.isoformat(),
            "ships_on": self.ships_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """A method with its price for these goods and its days. `missing_for_free`: how much more makes it free."""

    method: Method
    label: str
    price: Money
    promise: Promise
    missing_for_free: Money | None

    @property
    def code(self) -> str:
        """The method's code, as forms send it."""
        return self.method.code


def options(*, shop: Shop, goods: Money, at: datetime) -> list[DeliveryOption]:
    """The delivery methods of a shop for goods of that worth (after discounts), in their order. No query when warm."""
    methods, holidays = _calendar(market=shop.market)
    return [_option(method=method, shop=shop, goods=goods, holidays=holidays, at=at) for method in methods]


def option(*, shop: Shop, code: str, goods: Money, at: datetime) -> DeliveryOption:
    """One of `options` by its code. Raises DeliveryRefused."""
    for found in options(shop=shop, goods=goods, at=at):
        if found.code == code:
            return found
    raise DeliveryRefused(code=code)


def is_offered(*, shop: Shop, code: str) -> bool:
    """Whether a shop's market has a method of that code. No query when warm."""
    methods, _ = _calendar(market=shop.market)
    return any(method.code == code for method in methods)


def promise_for(*, shop: Shop, at: datetime) -> Promise | None:
    """The promise of the market's first method, for product pages; None where nothing is delivered."""
    methods, holidays = _calendar(market=shop.market)
    return _promise(method=methods[0], market=shop.market, holidays=holidays, at=at) if methods else None


def first_method(*, shop: Shop) -> Method | None:
    """The method a market names first, without its days; None where nothing is delivered. No query when warm."""
    methods, _ = _calendar(market=shop.market)
    return methods[0] if methods else None


def forget_methods() -> None:
    """Make the next read go to the database; called after a change in this process and by tests."""
    _known.clear()


_Calendar = tuple[tuple[Method, ...], frozenset[date]]
_known: dict[tuple[str, int], tuple[float, _Calendar]] = {}
_lock = threading.Lock()


def _calendar(*, market: MarketInfo) -> _Calendar:
    """Methods and holidays of a market, at most METHODS_TTL_S seconds old; two statements when they are older."""
    key = (str(connection.settings_dict["NAME"]), market.id)
    found = _known.get(key)
    if found is not None and time.monotonic() - found[0] < METHODS_TTL_S:
        return found[1]
    rows = DeliveryMethod.objects.filter(market_id=market.id, is_active=True).order_by("position", "id")
    methods = tuple(
        Method(
            id=row.id,
            code=row.code,
            labels=row.labels,
            price_minor=row.price_minor,
            free_from_minor=row.free_from_minor,
            min_days=row.min_days,
            max_days=row.max_days,
            cutoff_minute=None if row.cutoff is None else row.cutoff.hour * 60 + row.cutoff.minute,
            carrier=row.carrier,
        )
        for row in rows
    )
    holidays = frozenset(DeliveryHoliday.objects.filter(country=market.country).values_list("day", flat=True))
    with _lock:
        _known[key] = (time.monotonic(), (methods, holidays))
    return methods, holidays


def _option(*, method: Method, shop: Shop, goods: Money, holidays: frozenset[date], at: datetime) -> DeliveryOption:
    currency = shop.market.currency
    threshold = method.free_from_minor
    free = threshold is not None and goods.minor >= threshold
    return DeliveryOption(
        method=method,
        label=method.label(shop=shop),
        price=Money.zero(currency) if free else from_minor(method.price_minor, currency),
        promise=_promise(method=method, market=shop.market, holidays=holidays, at=at),
        missing_for_free=None if threshold is None or free else from_minor(threshold - goods.minor, currency),
    )


def _promise(*, method: Method, market: MarketInfo, holidays: frozenset[date], at: datetime) -> Promise:
    """Ship today if it is a working day before the cut-off, else on the next one; then count working days."""
    local = at.astimezone(market.time_zone)
    minute = local.hour * 60 + local.minute
    day = local.date()
    too_late = method.cutoff_minute is not None and minute >= method.cutoff_minute
    if too_late or not _works(day, holidays):
        day = _working_days_later(day, 1, holidays)
    return Promise(
        earliest=_working_days_later(day, method.min_days, holidays),
        latest=_working_days_later(day, method.max_days, holidays),
        ships_on=day,
    )


def _works(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def _working_days_later(day: date, count: int, holidays: frozenset[date]) -> date:
    while count:
        day += timedelta(days=1)
        count -= _works(day, holidays)
    return day
