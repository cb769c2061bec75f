"""On which day a location hands goods over: its week, holidays, closures, cut-off, work and capacity."""

from datetime import date, datetime, time, timedelta

from apps.inventory.sourcing.data import Calendar, Place

LONGEST_WAIT_DAYS = 120
"""A location that hands nothing over for so long serves nobody."""


def ships_on(*, place: Place, calendar: Calendar, at: datetime) -> date | None:
    """
    Return the day goods ordered at `at` leave a location, or None when it has no such day within LONGEST_WAIT_DAYS.

    The work begins today before the cut-off (the earlier of the location's and the delivery method's), else on the
    next day the location works; it takes `handling_days` days of work; a day whose capacity is used up is passed over.
    Goods on their way leave on the day after the one they are expected on at the earliest; once they are late they
    leave on no day anybody could name.
    """
    local = at.astimezone(calendar.zone)
    day = local.date()
    if place.from_day is not None:
        if place.from_day < day:
            return None
        day = place.from_day + timedelta(days=1)
    elif not works(place=place, calendar=calendar, day=day) or _is_late(local.time(), place, calendar):
        day += timedelta(days=1)
    left = place.handling_days
    for _ in range(LONGEST_WAIT_DAYS):
        if works(place=place, calendar=calendar, day=day):
            if left <= 0 and (place.id, day) not in calendar.full:
                return day
            left -= 1
        day += timedelta(days=1)
    return None


def works(*, place: Place, calendar: Calendar, day: date) -> bool:
    """Whether a location hands goods over on a day, capacity aside."""
    if day.weekday() not in place.ships_on or day in calendar.holidays.get(place.country, frozenset()):
        return False
    return not any(first <= day <= last for first, last in place.closures)


def _is_late(clock: time, place: Place, calendar: Calendar) -> bool:
    limits = [limit for limit in (place.cutoff, calendar.cutoff) if limit is not None]
    return bool(limits) and clock.replace(tzinfo=None) >= min(limits)
