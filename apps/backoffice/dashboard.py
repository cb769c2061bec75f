"""The admin's first page: today's sales, what is stuck, what runs out, each for those who may see it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from apps.accounts.queries import reach_of
from apps.backoffice.admin.shared import money
from apps.backoffice.queries import today
from apps.core import clock


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that gets stuck: what it is, what to do, who may see it, and the list (with its filter)."""

    title: Any
    advice: Any
    permission: str
    page: str
    query: str = ""


_START = _("Start it again: until then mails, payments and publications wait.")
KINDS: dict[str, Kind] = {
    "beat": Kind(_("The scheduler has not been seen"), _START, "core.view_heartbeat", "core_heartbeat"),
    "worker": Kind(_("The worker has not been seen"), _START, "core.view_heartbeat", "core_heartbeat"),
    "books": Kind(
        _("The books do not agree"),
        _("Open the newest proof: it names each order or level and what contradicts what."),
        "core.view_booksproof",
        "core_booksproof",
    ),
    "unproven": Kind(
        _("The books have not been proven"),
        _("The nightly proof did not run: check the scheduler, or run check_books."),
        "core.view_booksproof",
        "core_booksproof",
    ),
    "dead": Kind(
        _("Deliveries given up"),
        _("Read the last error, mend its cause, then retry."),
        "core.view_outboxdelivery",
        "core_outboxdelivery",
        "?state__exact=dead",
    ),
    "late": Kind(
        _("Deliveries that wait too long"),
        _("Check that the worker runs; they go by themselves then."),
        "core.view_outboxdelivery",
        "core_outboxdelivery",
        "?state__exact=pending",
    ),
    "payment": Kind(
        _("Payments past their deadline"),
        _("The provider has not answered: look the payment up there."),
        "order.view_payment",
        "order_payment",
        "?deadline=passed",
    ),
    "refund": Kind(
        _("Payments to send back"),
        _("Send the money back and record it on the order."),
        "order.view_payment",
        "order_payment",
        "?state__exact=refund_due",
    ),
    "charge": Kind(
        _("Authorised payments that were not charged"),
        _("Goods left or will leave unpaid: charge again on the order, or get the money another way."),
        "order.view_payment",
        "order_payment",
        "?charging=refused",
    ),
    "release": Kind(
        _("Amounts the bank still sets aside"),
        _("They go by themselves: look whether the provider answers."),
        "order.view_payment",
        "order_payment",
        "?state__exact=void_due",
    ),
    "dispute": Kind(
        _("Disputed payments"),
        _("Answer at the provider in time, with the order's papers; nothing is sent back by itself meanwhile."),
        "order.view_paymentdispute",
        "order_paymentdispute",
        "?state__exact=open",
    ),
    "differs": Kind(
        _("Payments of another amount"),
        _("Send back what came, on the order."),
        "order.view_payment",
        "order_payment",
        "?amount=differs",
    ),
    "strange": Kind(
        _("Notices that match no payment"),
        _("Compare amount and order with the provider's account."),
        "order.view_paymentnotice",
        "order_paymentnotice",
    ),
    "unpaid": Kind(
        _("Unpaid orders past their time"),
        _("They should have expired by themselves: check the scheduler."),
        "order.view_order",
        "order_order",
        "?state__exact=placed",
    ),
    "unshipped": Kind(
        _("Parcels that should have left"),
        _("Ship them, or cancel what cannot be delivered."),
        "order.view_fulfilment",
        "order_fulfilment",
        "?work=late",
    ),
    "partner": Kind(
        _("Parcels a logistics partner has not acknowledged"),
        _("Ask the partner; what it cannot send, reject here and another location sends it."),
        "order.view_fulfilment",
        "order_fulfilment",
        "?work=open",
    ),
    "misreported": Kind(
        _("Messages of logistics partners that contradict us"),
        _("Compare the order with the partner: something left that was cancelled, or more than we hold."),
        "order.view_partnernotice",
        "order_partnernotice",
    ),
    "waiting": Kind(
        _("Sold goods without a location"),
        _("Count or receive stock and look again, or give the goods up and pay them back."),
        "order.view_fulfilment",
        "order_fulfilment",
        "?work=waiting",
    ),
    "uncollected": Kind(
        _("Goods kept ready past their time"),
        _("They should have been given up by themselves: check the scheduler, or give them up."),
        "order.view_fulfilment",
        "order_fulfilment",
        "?work=ready",
    ),
    "inbound": Kind(
        _("Goods on their way that are late"),
        _("Receive them, give them a new day, or call them off: the web sells none of them meanwhile."),
        "partner.view_inbound",
        "partner_inbound",
        "?state=late",
    ),
    "return": Kind(
        _("Returns to refund within two days, or overdue"),
        _("Inspect the goods or ask where they are; the law gives 14 days."),
        "order.view_return",
        "order_return",
        "?due=soon",
    ),
    "unpublished": Kind(
        _("Products waiting for publication"),
        _("Shops still show their old pages: check the worker."),
        "catalogue.view_publicationdue",
        "catalogue_publicationdue",
    ),
    "picture": Kind(
        _("Pictures that failed"),
        _("Open the picture for the reason; retry it or upload another file."),
        "media.view_asset",
        "media_asset",
        "?state__exact=failed",
    ),
}
SPARK_HEIGHT = 28
BAR_WIDTH = 11
BAR_STEP = 14


def context(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """Add the figures to the first page's values; unfold calls this. Seven statements besides the person's rights."""
    at = clock.now()
    may = request.user.has_perm
    reach = reach_of(user=request.user)
    stuck = [
        *today.silent_processes(at=at),
        *(() if reach.is_limited else today.books(at=at)),
        *today.stuck(at=at, market_ids=reach.market_ids, brand_ids=reach.brand_ids),
    ]
    return {
        **values,
        "title": _("Today"),
        "sales": [_sales(row) for row in today.sales(at=at, market_ids=reach.market_ids)]
        if may("order.view_order")
        else None,
        "stuck": [_stuck(row, at) for row in stuck if row.count and may(KINDS[row.kind].permission)],
        "watched": [str(kind.title) for kind in KINDS.values() if may(kind.permission)],
        "low": today.low_stock(brand_ids=reach.brand_ids) if may("partner.view_stocklevel") else None,
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
    kind = KINDS[row.kind]
    return {
        "title": kind.title,
        "advice": kind.advice,
        "count": row.count,
        "age": timesince(row.oldest, at) if row.oldest else _("never"),
        "url": reverse(f"admin:{kind.page}_changelist") + kind.query,
    }
