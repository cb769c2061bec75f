"""What stores and the service desk do in a crash run: collection, goods added, swapped and exchanged."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from apps.core import clock
from apps.inventory.models import StockLevel
from apps.orders.collection import operations as collection
from apps.orders.edits import operations as edits
from apps.orders.edits.queries import open_units
from apps.orders.follow_ups.exchange import exchange
from apps.orders.follow_ups.place import Added
from apps.orders.models import Fulfilment, FulfilmentLine, Order, Payment, Return
from apps.orders.payments import operations as payments
from apps.orders.returns import operations as returns
from apps.orders.tokens import collect_code
from bench.crash_shop import BY, answer

SELDOM = 0.2


def desk_day(chance: random.Random) -> Counter[str]:
    """A few minutes of it; count what came of each."""
    done: Counter[str] = Counter()
    here = Fulfilment.objects.filter(order__collect_at__isnull=False).select_related("order")
    for row in here.filter(state__in=("new", "picked", "packed")).order_by("?")[:4]:
        done[f"ready {answer(_ready(row))}"] += 1
    for row in here.filter(state="ready").order_by("?")[:3]:
        done[f"hand over {answer(_hand_over(row, chance))}"] += 1
    if chance.random() < SELDOM:
        late = clock.now() + timedelta(days=9)
        done[f"uncollected {answer(lambda: collection.give_up_overdue(at=late))}"] += 1
    for order in Order.objects.filter(state="in_fulfilment").order_by("?")[:2]:
        move = chance.choice(("add", "swap"))
        done[f"{move} {answer(_change(order, chance, is_swap=move == 'swap'))}"] += 1
    for order in Order.objects.filter(state__in=("shipped", "delivered")).order_by("?")[:2]:
        done[f"exchange {answer(_exchange(order, chance))}"] += 1
    for row in Return.objects.filter(state="declared", exchange__isnull=False).order_by("?")[:2]:
        done[f"exchange comes back {answer(_inspect(row, chance))}"] += 1
    for payment in Payment.objects.filter(gateway="exchange", state="refund_due")[:5]:
        done[f"exchange sent back {answer(_sent_back(payment))}"] += 1
    return done


def _ready(row: Fulfilment) -> Callable[[], object]:
    return lambda: collection.make_ready(fulfilment_id=row.pk, by=BY, at=clock.now())


def _hand_over(row: Fulfilment, chance: random.Random) -> Callable[[], object]:
    lines = dict(row.lines.values_list("line_id", "quantity"))
    units = {line: chance.randint(0, count) for line, count in lines.items()} if chance.random() < SELDOM else None
    code = collect_code(row.order.number)
    return lambda: collection.hand_over(fulfilment_id=row.pk, code=code, units=units, by=BY, at=clock.now())


def _wanted(order: Order, chance: random.Random) -> list[Added]:
    """One or two units of something the order's market has, sometimes at the price of the order."""
    line = order.lines.order_by("?").first()
    level = StockLevel.objects.filter(free__gt=2, location__country="FR").order_by("?").first()
    if line is not None and line.product_id and chance.random() < 0.5:  # noqa: PLR2004 -- half of them keep a price
        return [Added(line.product_id, 1, keeps_price=True)]
    return [Added(level.product_id, chance.randint(1, 2))] if level else []


def _change(order: Order, chance: random.Random, *, is_swap: bool) -> Callable[[], object]:
    def work() -> None:
        now = clock.now()
        most = sorted(open_units(order_id=order.pk).items())
        units = {chance.choice(most)[0]: 1} if is_swap and most else {}
        adds = _wanted(order, chance)
        row = edits.draft(order_id=order.pk, units=units, address=None, adds=adds, reason="crash run", by=BY, at=now)
        edits.confirm(edit_id=row.pk, by=BY, at=now)

    return work


def _exchange(order: Order, chance: random.Random) -> Callable[[], object]:
    sent = FulfilmentLine.objects.filter(fulfilment__order=order, fulfilment__shipped_at__isnull=False).first()
    units = {sent.line_id: 1} if sent else {}
    return lambda: exchange(
        order_id=order.pk, units=units, wanted=_wanted(order, chance), reason="crash run", by=BY, at=clock.now()
    )


def _inspect(row: Return, chance: random.Random) -> Callable[[], object]:
    part = row.lines.get()
    found = chance.choice((returns.Found(sellable=1), returns.Found(sellable=1), returns.Found(refused=1)))
    place = Fulfilment.objects.filter(order_id=row.order_id, location__partner="").exclude(location=None).first()
    location = place.location_id if place and place.location_id else StockLevel.objects.all()[0].location_id
    return lambda: returns.inspect_return(
        return_id=row.pk, found={part.pk: found}, location_id=location, note="crash run", by=BY, at=clock.now()
    )


def _sent_back(payment: Payment) -> Callable[[], object]:
    return lambda: payments.record_refund(payment_id=payment.pk, reference=f"T{payment.pk}", by=BY, at=clock.now())
