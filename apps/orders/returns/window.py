"""How long a shopper may withdraw: fourteen days from the last parcel (Directive 2011/83 art. 9, C. conso L221-18)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from apps.markets.queries import market_by_code
from apps.orders.enums import ENDED_FULFILMENTS
from apps.orders.models import DeliveryHoliday, Fulfilment, Order

DAYS = 14
_SATURDAY = 5


def ends_at(*, order: Order, fulfilments: Sequence[Fulfilment]) -> datetime | None:
    """
    Return the moment the right to withdraw ends, None while not every parcel has arrived. One statement, else none.

    Cancelled, rejected and replaced fulfilments carry nothing and are left out.
    """
    arrived = [each.delivered_at for each in fulfilments if each.state not in ENDED_FULFILMENTS]
    if not arrived or not all(arrived):
        return None
    market = market_by_code(code=order.market.code)
    last = max(each for each in arrived if each)
    holidays = DeliveryHoliday.objects.filter(country=market.country, day__gt=last.date())
    return end_of(received=last, zone=market.time_zone, holidays=frozenset(holidays.values_list("day", flat=True)[:60]))


def last_day(*, order: Order, ends_at: datetime) -> str:
    """Return the day on which the right ends, written for the reader of the active language."""
    return date_format(ends_at.astimezone(market_by_code(code=order.market.code).time_zone), "DATE_FORMAT")


def end_of(*, received: datetime, zone: ZoneInfo, holidays: Collection[date]) -> datetime:
    """
    Return the end of the fourteenth day after the day of receipt, of the next working day when that is none. Pure.

    Regulation 1182/71 art. 3; C. conso L221-19: a Saturday, Sunday or public holiday moves the end on.
    """
    day = received.astimezone(zone).date() + timedelta(days=DAYS)
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)
