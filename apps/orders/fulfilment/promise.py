"""Keep the promised day, or write the new one and have the shopper told."""

from datetime import date, datetime

from apps.core import outbox
from apps.markets.queries import market_by_code
from apps.orders import delivery
from apps.orders.enums import OPEN_FULFILMENTS, FulfilmentState
from apps.orders.fulfilment import queries
from apps.orders.fulfilment.making import due_of
from apps.orders.models import Fulfilment, Order


def promise_from_now(*, order: Order, at: datetime) -> bool:
    """
    Promise an order anew that was paid after the day its goods were to leave; return whether that was so.

    A transfer takes days, goods that come back weeks: the days named at checkout counted from a payment at once, so
    this is no delay and nobody is told of one. The day named then is kept (`at_checkout`). No statement where the day
    is not over. Under the order's lock.
    """
    leaves = order.delivery_promise.get("ships_on", "")
    if not leaves or date.fromisoformat(leaves) >= at.date():
        return False
    market = market_by_code(code=order.market.code)
    method = delivery.method_of(market=market, code=order.shipping_code)
    days = [due_of(order=order, day=each.ships_on, at=at) for each in queries.promised(number=order.number)]
    if method is None or not days:
        return False
    new = delivery.promise_of(
        method=method, market=market, leaves=[due.astimezone(market.time_zone).date() for due in days]
    )
    told = {**new.as_dict(), "at_checkout": order.delivery_promise.get("latest", "")}
    Order.objects.filter(pk=order.pk).update(delivery_promise=told)
    order.delivery_promise = told
    return True


def keep_promise(*, order: Order, at: datetime) -> bool:
    """
    Compare what the open parcels can keep with what the shopper was promised; write and tell a later day.

    Goods that wait have no day yet: the shopper is told that, once. What lies ready to be collected has kept its
    promise: its due_at is until when it is kept, not when it comes. Under the order's lock.
    """
    market = market_by_code(code=order.market.code)
    method = delivery.method_of(market=market, code=order.shipping_code)
    coming = Fulfilment.objects.filter(order_id=order.pk, state__in=OPEN_FULFILMENTS)
    rows = list(coming.exclude(state=FulfilmentState.READY).values_list("state", "due_at"))
    waits = any(state == FulfilmentState.WAITING for state, _ in rows)
    promised = order.delivery_promise.get("latest", "")
    if method is None or not promised:
        return False
    days = [due.astimezone(market.time_zone).date() for state, due in rows if state != FulfilmentState.WAITING]
    told = dict(order.delivery_promise)
    if days:
        new = delivery.promise_of(method=method, market=market, leaves=days)
        if new.latest > date.fromisoformat(promised):
            # What was promised first stays known: it is what keeping promises is measured by.
            known = {key: told[key] for key in ("at_checkout",) if key in told}
            told = {**new.as_dict(), **known, "first": told.get("first", promised)}
    if waits:
        told["waits"] = True
    else:
        told.pop("waits", None)
    is_later = told.get("latest") != promised or (waits and not order.delivery_promise.get("waits"))
    if told != order.delivery_promise:
        Order.objects.filter(pk=order.pk).update(delivery_promise=told)
        order.delivery_promise = told
    if is_later:
        outbox.publish(topic="order.promise_moved", key=order.number, payload={"order_id": order.pk}, at=at)
    return is_later
