"""The admin's first page: today's sales, what is stuck, what runs out, each for those who may see it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from apps.backoffice.admin.shared import money
from apps.backoffice.queries import today
from apps.core import clock

# kind → what it is, permission to see it, list, the list's filter
KINDS: dict[str, tuple[Any, str, str, str]] = {
    "beat": (_("The scheduler has not been seen"), "core.view_heartbeat", "core_heartbeat", ""),
    "worker": (_("The worker has not been seen"), "core.view_heartbeat", "core_heartbeat", ""),
    "dead": (_("Deliveries given up"), "core.view_outboxdelivery", "core_outboxdelivery", "?state__exact=dead"),
    "late": (
        _("Deliveries that wait too long"),
        "core.view_outboxdelivery",
        "core_outboxdelivery",
        "?state__exact=pending",
    ),
    "payment": (_("Payments past their deadline"), "order.view_payment", "order_payment", "?deadline=passed"),
    "refund": (_("Payments to send back"), "order.view_payment", "order_payment", "?state__exact=refund_due"),
    "differs": (_("Payments of another amount"), "order.view_payment", "order_payment", "?amount=differs"),
    "strange": (_("Notices that match no payment"), "order.view_paymentnotice", "order_paymentnotice", ""),
    "unpaid": (_("Unpaid orders past their time"), "order.view_order", "order_order", "?state__exact=placed"),
    "unshipped": (_("Parcels that should have left"), "order.view_fulfilment", "order_fulfilment", "?work=late"),
    "unpublished": (
        _("Products waiting for publication"),
        "catalogue.view_publicationdue",
        "catalogue_publicationdue",
        "",
    ),
    "picture": (_("Pictures that failed"), "media.view_asset", "media_asset", "?state__exact=failed"),
}
SPARK_HEIGHT = 28
BAR_WIDTH = 11
BAR_STEP = 14


def context(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """Add the figures to the first page's values; unfold calls this. Four statements besides the person's rights."""
    at = clock.now()
    may = request.user.has_perm
    stuck = [*today.silent_processes(at=at), *today.stuck(at=at)]
    return {
        **values,
        "title": _("Today"),
        "sales": [_sales(row) for row in today.sales(at=at)] if may("order.view_order") else None,
        "stuck": [_stuck(row, at) for row in stuck if row.count and may(KINDS[row.kind][1])],
        "watched": [str(title) for title, permission, *_rest in KINDS.values() if may(permission)],
        "low": today.low_stock() if may("partner.view_stocklevel") else None,
        "may_see_products": may("catalogue.view_product"),
    }


def _sales(row: today.MarketSales) -> dict[str, Any]:
    change = row.orders - row.orders_before
    return {
        "row": row,
        "turnover": money(row.turnover, country=row.country),
        "turnover_before": money(row.turnover_before, country=row.country),
        "change": f"{change:+d}",
        "tone": "bo-up" if change > 0 else "bo-down" if change < 0 else "",
        "bars": _bars(row.days),
    }


def _bars(days: tuple[int, ...]) -> list[dict[str, int | bool]]:
    """Return the bars of a small chart: place and height in pixels; today is marked."""
    most = max(days) or 1
    bars = []
    for place, count in enumerate(days):
        height = max(1, round(SPARK_HEIGHT * count / most))
        bars.append(
            {
                "x": place * BAR_STEP,
                "y": SPARK_HEIGHT - height,
                "height": height,
                "width": BAR_WIDTH,
                "count": count,
                "is_today": place == len(days) - 1,
            }
        )
    return bars


def _stuck(row: today.Stuck, at: Any) -> dict[str, Any]:  # noqa: ANN401 -- a moment
    title, _permission, name, query = KINDS[row.kind]
    return {
        "title": title,
        "count": row.count,
        "age": timesince(row.oldest, at) if row.oldest else _("never"),
        "url": reverse(f"admin:{name}_changelist") + query,
    }
