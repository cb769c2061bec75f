"""
How goods reach a shopper: the methods of a market, their price and the days they promise.

Product page, basket, checkout and placement ask the same sourcing engine which location hands the goods over on which
day (`orders.sourcing`), and this module how long they then travel.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from apps.core.kept import Kept
from apps.core.money import Money, from_minor
from apps.markets.context import MarketInfo, Shop
from apps.orders.collection import stores
from apps.orders.collection.stores import Store, store_of
from apps.orders.enums import DeliveryKind
from apps.orders.errors import DeliveryRefused, NotDeliveredThere
from apps.orders.models import DeliveryHoliday, DeliveryMethod

METHODS_TTL_S = 10.0
_SATURDAY = 5
AT = ":"
"""Between the code of a way of collecting and the code of its store, as forms and checkouts carry the two."""


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
    cutoff: clock_time | None
    carrier: str
    kind: str = DeliveryKind.HOME
    keep_days: int = 7
    not_to: tuple[str, ...] = ()

    def reaches(self, *, postcode: str) -> bool:
        """Whether goods are sent to a postcode this way, however it is written; "" is not known yet, and everywhere."""
        return not self.not_to or not _plain(postcode).startswith(self.not_to)

    def label(self, *, shop: Shop) -> str:
        """Its name in the shop's language, then its fallbacks, then its code."""
        return next((self.labels[lang] for lang in shop.text_chain if self.labels.get(lang)), self.code)


@dataclass(frozen=True, slots=True)
class Promise:
    """
    The days between which all goods have arrived, both included, in the market's calendar.

    parcels: the same for each parcel, in the order they leave; empty where nobody asked from where the goods come.
    """

    earliest: date
    latest: date
    ships_on: date
    parcels: "tuple[Promise, ...]" = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values, as kept on the order; each parcel's too where there are several."""
        days: dict[str, Any] = {
            "earliest": self.earliest.isoformat(),
            "latest": self.latest.isoformat(),
            "ships_on": self.ships_on.isoformat(),
        }
        if len(self.parcels) > 1:
            days["parcels"] = [parcel.as_dict() for parcel in self.parcels]
        return days


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """
    A method with its price for these goods and its days.

    missing_for_free: how much more makes it free. fits: whether the rules of sourcing let the goods go this way. store:
    where they are collected; None for what is sent.
    """

    method: Method
    label: str
    price: Money
    promise: Promise
    missing_for_free: Money | None
    fits: bool = True
    store: Store | None = None

    @property
    def code(self) -> str:
        """The method's code and, where it is collected, the store's: as forms send it."""
        return f"{self.method.code}{AT}{self.store.code}" if self.store else self.method.code


LeavesOn = Callable[[Method, Store | None], Sequence[date] | None]
"""
The days parcels leave by a method, or are ready in a store; empty when that is not known, None when the goods cannot go
this way.
"""


def options(
    *, shop: Shop, goods: Money, at: datetime, leaves_on: LeavesOn | None = None, chosen: str = ""
) -> list[DeliveryOption]:
    """
    The delivery methods of a shop for goods of that worth (after discounts), in their order. No query when warm.

    leaves_on: without, the goods are taken to leave as soon as the market's own calendar allows. chosen: a code; where
    it names a store, collecting there is the last of them. Other stores are for who asks for them (`collection`).
    """
    found = [
        _option(method=method, shop=shop, goods=goods, at=at, leaves=leaves_on(method, None) if leaves_on else ())
        for method in methods_of(market=shop.market)
        if method.kind == DeliveryKind.HOME
    ]
    method, store = _named(market=shop.market, code=chosen)
    if method is not None and store is not None:
        found.append(at_store(shop=shop, method=method, store=store, goods=goods, at=at, leaves_on=leaves_on))
    return found


def at_store(
    *, shop: Shop, method: Method, store: Store, goods: Money, at: datetime, leaves_on: LeavesOn | None = None
) -> DeliveryOption:
    """Collecting goods of that worth from a store, as `options` says."""
    leaves = leaves_on(method, store) if leaves_on else ()
    return _option(method=method, shop=shop, goods=goods, at=at, leaves=leaves, store=store)


def option(*, shop: Shop, code: str, goods: Money, at: datetime, leaves_on: LeavesOn | None = None) -> DeliveryOption:
    """One of `options` by its code. Raises DeliveryRefused."""
    for found in options(shop=shop, goods=goods, at=at, leaves_on=leaves_on, chosen=code):
        if found.code == code:
            return found
    raise DeliveryRefused(code=code)


def is_offered(*, shop: Shop, code: str) -> bool:
    """Whether a shop's market has a way of delivery, or a store to collect from, of that code. No query when warm."""
    return _named(market=shop.market, code=code)[0] is not None


def _named(*, market: MarketInfo, code: str) -> tuple[Method | None, Store | None]:
    """The method a code names and its store; neither where one of the two is unknown or not meant for the other."""
    name, at, place = code.partition(AT)
    method = method_of(market=market, code=name)
    if method is None or (method.kind == DeliveryKind.COLLECT) != bool(at):
        return None, None
    store = store_of(market=market, code=place) if at else None
    return (None, None) if at and store is None else (method, store)


def methods_of(*, market: MarketInfo) -> tuple[Method, ...]:
    """The ways of delivery a market offers, in their order. No query when warm."""
    return _calendar(market=market)[0]


def method_of(*, market: MarketInfo, code: str) -> Method | None:
    """One of them by its code. No query when warm."""
    return next((method for method in methods_of(market=market) if method.code == code), None)


def holidays_of(*, market: MarketInfo) -> Mapping[str, frozenset[date]]:
    """The days on which nothing is handed over or delivered, by country. No query when warm."""
    return _calendar(market=market)[1]


def promise_of(*, method: Method, market: MarketInfo, leaves: Sequence[date]) -> Promise:
    """When parcels that leave on these days (at least one) have all arrived."""
    holidays = holidays_of(market=market).get(market.country, frozenset())
    parcels = tuple(
        Promise(
            earliest=_working_days_later(day, method.min_days, holidays),
            latest=_working_days_later(day, method.max_days, holidays),
            ships_on=day,
        )
        for day in sorted(leaves)
    )
    return Promise(
        earliest=max(parcel.earliest for parcel in parcels),
        latest=max(parcel.latest for parcel in parcels),
        ships_on=max(parcel.ships_on for parcel in parcels),
        parcels=parcels,
    )


def first_method(*, shop: Shop) -> Method | None:
    """The first method a market sends goods by, without its days; None where nothing is sent. No query when warm."""
    return next((each for each in methods_of(market=shop.market) if each.kind == DeliveryKind.HOME), None)


def forget_methods() -> None:
    """Make the next read go to the database; called after a change in this process and by tests."""
    _calendars.forget()
    stores.forget()


_Calendar = tuple[tuple[Method, ...], Mapping[str, frozenset[date]]]
_calendars: Kept[int, _Calendar] = Kept(age_s=METHODS_TTL_S)


def _calendar(*, market: MarketInfo) -> _Calendar:
    """Methods and holidays of a market, at most METHODS_TTL_S seconds old; two statements when they are older."""
    return _calendars.get(key=market.id, read=lambda: _read_calendar(market.id))


def _read_calendar(market_id: int) -> _Calendar:
    rows = DeliveryMethod.objects.filter(market_id=market_id, is_active=True).order_by("position", "id")
    methods = tuple(
        Method(
            id=row.id,
            code=row.code,
            labels=row.labels,
            price_minor=row.price_minor,
            free_from_minor=row.free_from_minor,
            min_days=row.min_days,
            max_days=row.max_days,
            cutoff=row.cutoff,
            carrier=row.carrier,
            kind=row.kind,
            keep_days=row.keep_days,
            # An empty prefix would be every postcode.
            not_to=tuple(prefix for each in row.not_to if (prefix := _plain(each))),
        )
        for row in rows
    )
    days: dict[str, set[date]] = {}
    for country, day in DeliveryHoliday.objects.values_list("country", "day"):
        days.setdefault(country, set()).add(day)
    holidays = {country: frozenset(found) for country, found in days.items()}
    return methods, holidays


def check_reaches(*, market: MarketInfo, code: str, postcode: str) -> None:
    """Refuse to send goods where a way of delivery does not go. No query when warm. Raises NotDeliveredThere."""
    method = method_of(market=market, code=code)
    if method is not None and not method.reaches(postcode=postcode):
        raise NotDeliveredThere(postcode=postcode)


def _plain(postcode: str) -> str:
    """A postcode as it is compared: capitals, without spaces and hyphens."""
    return "".join(letter for letter in postcode.upper() if letter.isalnum())


def _option(
    *,
    method: Method,
    shop: Shop,
    goods: Money,
    at: datetime,
    leaves: Sequence[date] | None,
    store: Store | None = None,
) -> DeliveryOption:
    currency = shop.market.currency
    threshold = method.free_from_minor
    free = threshold is not None and goods.minor >= threshold
    return DeliveryOption(
        method=method,
        label=method.label(shop=shop),
        price=Money.zero(currency) if free else from_minor(method.price_minor, currency),
        promise=promise_of(
            method=method, market=shop.market, leaves=leaves or (_first_day(method=method, market=shop.market, at=at),)
        ),
        fits=leaves is not None,
        store=store,
        missing_for_free=None if threshold is None or free else from_minor(threshold - goods.minor, currency),
    )


def _first_day(*, method: Method, market: MarketInfo, at: datetime) -> date:
    """Today if the market works and the cut-off is not over, else its next working day."""
    holidays = holidays_of(market=market).get(market.country, frozenset())
    local = at.astimezone(market.time_zone)
    too_late = method.cutoff is not None and local.time().replace(tzinfo=None) >= method.cutoff
    if too_late or not _works(local.date(), holidays):
        return _working_days_later(local.date(), 1, holidays)
    return local.date()


def _works(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def _working_days_later(day: date, count: int, holidays: frozenset[date]) -> date:
    while count:
        day += timedelta(days=1)
        count -= _works(day, holidays)
    return day
