"""The cookies a shop sets, as its privacy notice lists them: read from the settings that set them, so they agree."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.markets.context import Shop
from apps.storefront import baskets
from apps.storefront.contexts import CookieView

DAY_S = 86_400


def listed(*, shop: Shop) -> tuple[CookieView, ...]:
    """
    Every cookie a visitor of this shop can get, in the active language.

    All are strictly necessary (law 78-17 art. 82, TDDDG § 25, WER XII, PECR reg. 6), so none waits for consent.
    """
    rows = (
        (baskets.cookie_name_of(shop=shop), _("Finds your basket again."), baskets.COOKIE_DAYS),
        (
            settings.SESSION_COOKIE_NAME,
            _("Keeps you signed in and keeps your answers between the steps of an order."),
            settings.SESSION_COOKIE_AGE // DAY_S,
        ),
        (
            settings.CSRF_COOKIE_NAME,
            _("Makes sure that forms are sent from this shop and not from another site."),
            settings.CSRF_COOKIE_AGE // DAY_S,
        ),
        (CookieStorage.cookie_name, _("Carries a short notice to the next page, then goes."), 0),
    )
    return tuple(CookieView(name=name, purpose=purpose, lifetime=_days(days)) for name, purpose, days in rows)


def _days(days: int) -> str:
    if not days:
        return _("until the browser is closed")
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
