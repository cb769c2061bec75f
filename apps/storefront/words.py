"""Amounts, dates and counts as the current shop writes them."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.money import Money, format_money, from_minor
from apps.core.money.format import babel_locale
from apps.markets.context import Shop
from apps.orders.delivery import Promise

_EMPTY_CENTS = re.compile(r"[.,]00(?!\d)")


def money(*, shop: Shop, amount: Money) -> str:
    """An amount with its currency, as in "39,90 €"."""
    return format_money(money=amount, language=shop.language, country=shop.market.country)


def round_money(*, shop: Shop, amount: Money) -> str:
    """An amount within a sentence: whole units without their zeros, as in "from 60 €"."""
    return _EMPTY_CENTS.sub("", money(shop=shop, amount=amount))


def minor(*, shop: Shop, amount_minor: int) -> str:
    """The same from minor units of the shop's currency."""
    return money(shop=shop, amount=from_minor(amount_minor, shop.market.currency))


def day(*, shop: Shop, on: date) -> str:
    """A day without its year, as in "Tue 24 Nov"."""
    locale = babel_locale(language=shop.language, country=shop.market.country)
    return format_date(on, "EEE d MMM", locale=locale)


def moment(*, shop: Shop, at: datetime) -> str:
    """A day and time of day in the market's own time zone, as in "23 Nov 2026, 14:05"."""
    locale = babel_locale(language=shop.language, country=shop.market.country)
    local = at.astimezone(shop.market.time_zone)
    pattern = get_datetime_format("medium", locale=locale)
    return str(pattern).format(format_time(local, "short", locale=locale), format_date(local, "medium", locale=locale))


def hour(*, shop: Shop, at: datetime) -> str:
    """A time of day where the market is, as in "14:35"."""
    locale = babel_locale(language=shop.language, country=shop.market.country)
    return format_time(at.astimezone(shop.market.time_zone).time(), "short", locale=locale)


def between(*, shop: Shop, earliest: date, latest: date) -> str:
    """A delivery promise in words."""
    if earliest == latest:
        return _("Delivered %(day)s") % {"day": day(shop=shop, on=earliest)}
    return _("Delivered between %(first)s and %(last)s") % {
        "first": day(shop=shop, on=earliest),
        "last": day(shop=shop, on=latest),
    }


def ready(*, shop: Shop, on: date) -> str:
    """From when goods can be collected, in words."""
    return _("Ready to be collected from %(day)s") % {"day": day(shop=shop, on=on)}


def parcels(*, shop: Shop, promise: Promise) -> tuple[str, ...]:
    """When each of several parcels arrives; nothing to say of a single one."""
    if len(promise.parcels) < 2:  # noqa: PLR2004 -- several
        return ()
    return tuple(
        _("Parcel %(number)s: %(when)s")
        % {"number": number, "when": between(shop=shop, earliest=parcel.earliest, latest=parcel.latest)}
        for number, parcel in enumerate(promise.parcels, start=1)
    )


def products(*, count: int) -> str:
    """A number of products."""
    return ngettext("%(count)s product", "%(count)s products", count) % {"count": count}


def items(*, count: int) -> str:
    """A number of units in a basket or order."""
    return ngettext("%(count)s item", "%(count)s items", count) % {"count": count}


def percent(*, value: Decimal, shop: Shop) -> str:
    """A tax rate without needless zeros, with the language's decimal sign."""
    return format_decimal(
        value.normalize(), format="0.###", locale=babel_locale(language=shop.language, country=shop.market.country)
    )
