"""
How long a shopper may withdraw: fourteen days from the last parcel (Directive 2011/83 art. 9, C. conso L221-18), or
longer where the market or a category of the goods promised more when they were bought.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from apps.markets.enums import LEGAL_WITHDRAWAL_DAYS
from apps.markets.queries import market_by_code
from apps.orders.enums import ENDED_FULFILMENTS
from apps.orders.models import DeliveryHoliday, Fulfilment, Order

MOST_HOLIDAYS = 60
_SATURDAY = 5


def ends(*, order: Order, fulfilments: Sequence[Fulfilment], days: Iterable[int]) -> dict[int, datetime]:
    """
    Return the moment each of these times to withdraw ends, by its days; nothing while not every parcel has arrived.

    days: as promised with the lines (`Line.withdrawal_days`). One statement, else none. Cancelled, rejected and
    replaced fulfilments carry nothing and are left out.
    """
    arrived = [each.delivered_at for each in fulfilments if each.state not in ENDED_FULFILMENTS]
    if not arrived or not all(arrived):
        return {}
    market = market_by_code(code=order.market.code)
    last = max(each for each in arrived if each)
    rows = DeliveryHoliday.objects.filter(country=market.country, day__gt=last.date())
    holidays = frozenset(rows.values_list("day", flat=True)[:MOST_HOLIDAYS])
    return {count: end_of(received=last, zone=market.time_zone, holidays=holidays, days=count) for count in set(days)}


def last_day(*, order: Order, ends_at: datetime) -> str:
    """Return the day on which the right ends, written for the reader of the active language."""
    return date_format(ends_at.astimezone(market_by_code(code=order.market.code).time_zone), "DATE_FORMAT")


def end_of(
    *, received: datetime, zone: ZoneInfo, holidays: Collection[date], days: int = LEGAL_WITHDRAWAL_DAYS
) -> datetime:
    """
    Return the end of the last of so many days after the day of receipt, of the next working day when that is none.
    Pure.

    Regulation 1182/71 art. 3; C. conso L221-19: a Saturday, Sunday or public holiday moves the end on.
    """
    day = received.astimezone(zone).date() + timedelta(days=days)
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)
