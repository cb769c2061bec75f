"""Reads of people: how far a member of staff may see."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from apps.accounts.models import StaffScope, User


@dataclass(frozen=True, slots=True)
class Reach:
    """The ids of the markets and brands a person may see. None means all of them; a brand counts with one market."""

    market_ids: tuple[int, ...] | None = None
    brand_ids: tuple[int, ...] | None = None

    @property
    def is_limited(self) -> bool:
        """Tell whether anything is out of reach."""
        return self.market_ids is not None


def reach_of(*, user: User | AnonymousUser) -> Reach:
    """
    Return how far a person may see. One statement per user object, that is per request; none for a superuser.

    Without limits a person sees the whole group. A limit to a brand holds all its markets, those of tomorrow too.
    """
    if user.is_superuser or user.pk is None:
        return Reach()
    known: Reach | None = getattr(user, "_reach", None)
    if known is None:
        known = _read(user.pk)
        user._reach = known  # type: ignore[union-attr] # noqa: SLF001 -- kept for the rest of the request
    return known


_REACH = """
SELECT market.id, coalesce(market.brand_id, lim.brand_id)
  FROM customer_staffscope lim
  LEFT JOIN markets_market market ON market.id = lim.market_id OR market.brand_id = lim.brand_id
 WHERE lim.user_id = %s
"""


def _read(user_id: int) -> Reach:
    with connection.cursor() as cursor:
        cursor.execute(_REACH, [user_id])
        rows = cursor.fetchall()
    if not rows:
        return Reach()
    markets = {market_id for market_id, _brand_id in rows if market_id is not None}
    return Reach(tuple(sorted(markets)), tuple(sorted({brand_id for _market_id, brand_id in rows})))


def limits_of(*, user_id: int) -> list[str]:
    """Return the limits of a person as codes of brands and markets, in their order; empty for none. One statement."""
    rows = StaffScope.objects.filter(user_id=user_id).values_list("brand__code", "market__code")
    return sorted(f"brand {brand}" if brand else f"market {market}" for brand, market in rows)
