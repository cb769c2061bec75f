"""Reads of placed orders: one order whole, and a person's orders."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet

from apps.orders.models import Fulfilment, Line, Order, Payment, TermsVersion, Transition

_ON_ITS_PAGE = ("shipping_address", "market", "collect_at")
# The longest day of any market has 25 hours; the index on the date leaves the rest out.
_LONGEST_DAY = timedelta(hours=25)
_PLACED_TODAY = """
SELECT market.code, placed.state, count(*)
  FROM order_order placed JOIN markets_market market ON market.id = placed.market_id
 WHERE placed.date_placed > %(since)s AND placed.date_placed <= %(at)s
   AND (placed.date_placed AT TIME ZONE market.time_zone)::date = (%(at)s AT TIME ZONE market.time_zone)::date
 GROUP BY market.code, placed.state ORDER BY market.code, placed.state
"""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with all that a page or a mail says of it."""

    order: Order
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    fulfilments: tuple[Fulfilment, ...]
    transitions: tuple[Transition, ...]
    discounts: tuple[Any, ...]

    @property
    def payment(self) -> Payment | None:
        """The attempt that counts now: the newest."""
        return self.payments[-1] if self.payments else None


def order_by_number(*, number: str) -> OrderRecord | None:
    """An order and its rows, or None. Six statements whatever it holds. Whoever calls has checked who asks."""
    order = Order.objects.select_related(*_ON_ITS_PAGE).filter(number=number).first()
    return record(order=order) if order else None


def order_of_user(*, user_id: int, number: str) -> OrderRecord | None:
    """The same, only if it is that account's order: another's is not there."""
    order = Order.objects.select_related(*_ON_ITS_PAGE).filter(number=number, user_id=user_id).first()
    return record(order=order) if order else None


def terms_of(*, number: str, market_id: int) -> TermsVersion | None:
    """The texts an order of a market was placed under, or None. One statement. Whoever calls has checked who asks."""
    order = Order.objects.select_related("terms").filter(number=number, market_id=market_id).first()
    return order.terms if order else None


def record(*, order: Order) -> OrderRecord:
    """Load what belongs to an order. Five statements."""
    return OrderRecord(
        order=order,
        lines=tuple(order.lines.select_related("kit").order_by("position", "id")),
        payments=tuple(order.payments.select_related("credit_account").order_by("created_at", "id")),
        fulfilments=tuple(order.fulfilments.select_related("location").order_by("id")),
        transitions=tuple(order.transitions.order_by("at", "id")),
        discounts=tuple(order.discounts.order_by("id")),
    )


def orders_of_user(*, user_id: int, brand_id: int) -> QuerySet[Order]:
    """An account's orders with a brand, newest first, with their lines. Two statements."""
    orders: QuerySet[Order] = (
        Order.objects.filter(user_id=user_id, market__brand_id=brand_id)
        .prefetch_related(Prefetch("lines", Line.objects.select_related("kit").order_by("position", "id")))
        .order_by("-date_placed", "-id")
    )
    return orders


def placed_today(*, at: datetime) -> list[tuple[str, str, int]]:
    """Return (market, state now, how many) of the orders placed since the market's own midnight. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACED_TODAY, {"at": at, "since": at - _LONGEST_DAY})
        return list(cursor.fetchall())
