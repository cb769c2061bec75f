"""What happened to an order, with its time, and what is still ahead."""

from datetime import date

from django.utils.translation import gettext as _

from apps.markets.context import Shop
from apps.markets.enums import CapturePolicy
from apps.orders.enums import ENDED_FULFILMENTS, EXCHANGE, CreditKind, FulfilmentState, OrderState
from apps.orders.models import Fulfilment, Order
from apps.orders.queries import OrderRecord
from apps.storefront import words
from apps.storefront.contexts import Link, TimelineEntry


def timeline(*, shop: Shop, record: OrderRecord) -> tuple[TimelineEntry, ...]:
    """What happened, with its time, and what is still ahead."""
    order = record.order
    when = {(row.machine, row.new): row.at for row in record.transitions}
    entries = [_done(shop, _("Order placed"), "", order.date_placed)]
    if ("order", OrderState.CONFIRMED) in when:
        # Nothing has been received where each parcel is charged as it leaves, or is paid after its invoice.
        is_later = any(
            payment.capture != CapturePolicy.AT_ONCE or payment.gateway == CreditKind.ON_ACCOUNT
            for payment in record.payments
        )
        title = _("Order confirmed") if is_later else _("Payment received, order confirmed")
        entries.append(_done(shop, title, "", when["order", OrderState.CONFIRMED]))
    elif order.state == OrderState.PLACED:
        title = _("Goods you give back") if order.payment_method == EXCHANGE else _("Payment")
        entries.append(TimelineEntry(title=title, text="", state="current"))
    entries += [entry for fulfilment in record.fulfilments if (entry := _parcel(shop, fulfilment)) is not None]
    for state, title in ((OrderState.EXPIRED, _("Order expired")), (OrderState.CANCELLED, _("Order cancelled"))):
        if ("order", state) in when:
            entries.append(_done(shop, title, "", when["order", state]))
    if ("order", OrderState.DELIVERED) in when:
        title = _("Collected") if order.collect_at_id else _("Delivered")
        entries.append(_done(shop, title, "", when["order", OrderState.DELIVERED]))
    elif order.state not in {OrderState.EXPIRED, OrderState.CANCELLED}:
        title = _("Collection") if order.collect_at_id else _("Delivery")
        entries.append(TimelineEntry(title=title, text=promise_text(shop=shop, order=order), state="ahead"))
    return tuple(entries)


def promise_text(*, shop: Shop, order: Order) -> str:
    """When an order arrives or can be collected, in words; "" while that is not known."""
    promised = order.delivery_promise or {}
    # What waits for goods to come back has no day yet: it is promised anew when they are here.
    if not promised.get("earliest") or (order.state == OrderState.PLACED and order.payment_method == EXCHANGE):
        return ""
    if order.collect_at_id is not None:
        return words.ready(shop=shop, on=date.fromisoformat(promised["latest"]))
    return words.between(
        shop=shop, earliest=date.fromisoformat(promised["earliest"]), latest=date.fromisoformat(promised["latest"])
    )


def _parcel(shop: Shop, fulfilment: Fulfilment) -> TimelineEntry | None:
    """What became of one parcel; nothing of one that others took over."""
    place = fulfilment.location.name if fulfilment.location else ""
    if fulfilment.ready_at and fulfilment.state not in ENDED_FULFILMENTS:
        title = _("Collected at %(place)s") if fulfilment.shipped_at else _("Ready to be collected at %(place)s")
        return _done(shop, title % {"place": place}, "", fulfilment.shipped_at or fulfilment.ready_at)
    if fulfilment.shipped_at:
        link = Link(label=fulfilment.tracking_code, url=fulfilment.tracking_url) if fulfilment.tracking_url else None
        code = _("Parcel %(code)s with %(carrier)s") % {
            "code": fulfilment.tracking_code,
            "carrier": fulfilment.carrier,
        }
        return _done(shop, _("Shipped from %(place)s") % {"place": place}, code, fulfilment.shipped_at, link)
    if fulfilment.state == FulfilmentState.WAITING:
        title = _("We are looking for part of your goods")
        return TimelineEntry(title=title, text=_("We write to you as soon as we know."), state="current")
    if fulfilment.state in ENDED_FULFILMENTS:
        return None
    if fulfilment.state == FulfilmentState.EXPECTED:
        title = _("Goods of this order are on their way to us")
        day = words.day(shop=shop, on=fulfilment.due_at.astimezone(shop.market.time_zone).date())
        return TimelineEntry(title=title, text=_("They leave us on %(day)s") % {"day": day}, state="current")
    return TimelineEntry(title=_("Being prepared in %(place)s") % {"place": place}, text="", state="current")


def _done(shop: Shop, title: str, text: str, at, link: Link | None = None) -> TimelineEntry:  # noqa: ANN001 -- datetime
    return TimelineEntry(
        title=title, text=text, state="done", when_text=words.moment(shop=shop, at=at), moment=at.isoformat(), link=link
    )
