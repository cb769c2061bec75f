"""
Exchange goods the shopper has for others: the new ones are promised first, then the old ones are awaited.

The value of what comes back pays for the new order when it was looked at (`returns.inspect`, `settle`): what is over
goes back the way it came, what is missing is asked for, and where nothing comes the new order ends by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from apps.core import audit, locks
from apps.orders.enums import EXCHANGE, FollowUpKind
from apps.orders.follow_ups.errors import NotWithTheShopper
from apps.orders.follow_ups.place import Added, place, prepare
from apps.orders.models import FollowUp, FulfilmentLine, Order
from apps.orders.returns.declare import Declared, declare_sent
from apps.orders.returns.queries import leaves_nothing

WAIT = timedelta(days=21)
"""So long the new goods are kept: fourteen days to send the old ones back, seven for their way and a look at them."""


@locks.retry_on_conflict()
@transaction.atomic
def exchange(
    *,
    order_id: int,
    units: Mapping[int, int],
    wanted: Sequence[Added],
    reason: str,
    by: str,
    at: datetime,
    drop_off_id: int | None = None,
) -> Order:
    """
    Promise the wanted goods as an order that follows, and await units (line id → units) of this one; return the new.

    by: "user:id", audited. The shopper is told both in one mail. Locks a basket, stock levels and capacities, then the
    order. Publishes order.placed, order.follow_up, return.declared. Raises NotWithTheShopper (not sent yet: change the
    order instead), what `place.prepare` and `place.place` name, and of `returns.declare_withdrawal` NothingBought,
    WindowOver, NothingChosen, TooMany, NoDropOff; then nothing is written.
    """
    named = {line_id: count for line_id, count in units.items() if count > 0}
    orders = Order.objects.select_related("market", "collect_at", "shipping_address", "billing_address")
    parent = orders.get(pk=order_id)
    _check_sent(parent=parent, units=named)
    prepared = prepare(parent=parent, wanted=wanted, with_delivery=leaves_nothing(order=parent, units=named), at=at)
    order = place(
        prepared=prepared,
        kind=FollowUpKind.EXCHANGE,
        address=None,
        method=EXCHANGE,
        expires_at=at + WAIT,
        reason=reason,
        by=by,
        at=at,
    )
    made = declare_sent(
        order_id=parent.pk,
        said=Declared(
            units=named,
            reasons={},
            drop_off_id=drop_off_id,
            name=f"{parent.billing_address.first_name} {parent.billing_address.last_name}"
            if parent.billing_address
            else "",
            email=parent.email,
        ),
        by=by,
        at=at,
    )
    FollowUp.objects.filter(order=order).update(given_back=made)
    audit.record(
        action="order.exchange",
        target=audit.target_of(model="order.order", pk=parent.pk),
        actor=by,
        at=at,
        after={"return": made.number, "order": order.number, "total": str(prepared.total)},
        reason=reason[:200],
    )
    return order


def _check_sent(*, parent: Order, units: Mapping[int, int]) -> None:
    sent = dict(
        FulfilmentLine.objects.filter(fulfilment__order_id=parent.pk, fulfilment__shipped_at__isnull=False)
        .values_list("line_id")
        .annotate(units=Sum("quantity"))
    )
    if any(count > sent.get(line_id, 0) for line_id, count in units.items()):
        raise NotWithTheShopper(number=parent.number)
