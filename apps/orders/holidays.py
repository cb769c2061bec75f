"""Public holidays of the countries we deliver in, computed for any year and kept as rows that staff may change."""

from collections.abc import Sequence
from datetime import date, timedelta

from apps.orders import delivery
from apps.orders.models import DeliveryHoliday

_SATURDAY = 5
# Fixed days (month, day) and days counted from Easter Sunday, per country. GB: England and Wales.
_FIXED: dict[str, Sequence[tuple[int, int, str]]] = {
    "FR": [
        (1, 1, "Jour de l’an"), (5, 1, "Fête du Travail"), (5, 8, "Victoire 1945"), (7, 14, "Fête nationale"),
        (8, 15, "Assomption"), (11, 1, "Toussaint"), (11, 11, "Armistice 1918"), (12, 25, "Noël"),
    ],
    "BE": [
        (1, 1, "Nouvel An"), (5, 1, "Fête du Travail"), (7, 21, "Fête nationale"), (8, 15, "Assomption"),
        (11, 1, "Toussaint"), (11, 11, "Armistice"), (12, 25, "Noël"),
    ],
    "DE": [
        (1, 1, "Neujahr"), (5, 1, "Tag der Arbeit"), (10, 3, "Tag der Deutschen Einheit"),
        (12, 25, "Erster Weihnachtstag"), (12, 26, "Zweiter Weihnachtstag"),
    ],
    "GB": [(1, 1, "New Year’s Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day")],
}  # fmt: skip
_FROM_EASTER: dict[str, Sequence[tuple[int, str]]] = {
    "FR": [(1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte")],
    "BE": [(1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte")],
    "DE": [(-2, "Karfreitag"), (1, "Ostermontag"), (39, "Christi Himmelfahrt"), (50, "Pfingstmontag")],
    "GB": [(-2, "Good Friday"), (1, "Easter Monday")],
}
_MONDAY = 0


def write_holidays(*, years: Sequence[int]) -> int:
    """Add the public holidays of the four countries for these years; return how many. Safe to repeat."""
    rows = [
        DeliveryHoliday(country=country, day=day, name=name)
        for year in years
        for country in _FIXED
        for day, name in _holidays(country=country, year=year)
    ]
    DeliveryHoliday.objects.bulk_create(rows, ignore_conflicts=True)
    delivery.forget_methods()
    return len(rows)


def _holidays(*, country: str, year: int) -> list[tuple[date, str]]:
    easter = _easter(year)
    days = [(date(year, month, day), name) for month, day, name in _FIXED[country]]
    days += [(easter + timedelta(days=offset), name) for offset, name in _FROM_EASTER[country]]
    if country == "GB":
        # A holiday on a weekend moves to the next day that is none; bank holidays are Mondays.
        days = _moved_to_weekdays(days)
        days += [
            (_monday(year, 5, first=True), "Early May bank holiday"),
            (_monday(year, 5, first=False), "Spring bank holiday"),
            (_monday(year, 8, first=False), "Summer bank holiday"),
        ]
    return days


def _moved_to_weekdays(days: list[tuple[date, str]]) -> list[tuple[date, str]]:
    taken: set[date] = set()
    moved = []
    for day, name in sorted(days):
        free = day
        while free.weekday() >= _SATURDAY or free in taken:
            free += timedelta(days=1)
        taken.add(free)
        moved.append((free, name))
    return moved


def _monday(year: int, month: int, *, first: bool) -> date:
    if first:
        start = date(year, month, 1)
        return start + timedelta(days=(_MONDAY - start.weekday()) % 7)
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leap - epact - leap_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
