"""Exchanges under races: the goods come back in the moment their exchange ends; one draft is confirmed once."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.edits import operations as edits
from apps.orders.follow_ups.exchange import WAIT, exchange
from apps.orders.follow_ups.place import Added
from apps.orders.models import FollowUp, Order, Payment, RefundTender, ReturnLine
from apps.orders.payments import operations as payments
from apps.orders.returns import operations as returns
from tests.factories.network import line_of, make_network
from tests.factories.orders import AT
from tests.integration.fulfilment.test_rejection import ship_all
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = "user:7"


@pytest.fixture
def network():
    return make_network()


def broken(at):
    drain_outbox(at=at)
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def test_goods_come_back_in_the_moment_their_exchange_ends(network):
    order = network.paid(units={"KETTLE": 2})
    ship_all(order, at=AT)
    drain_outbox(at=AT)
    new = exchange(
        order_id=order.pk,
        units={line_of(order, "KETTLE").pk: 1},
        wanted=[Added(network.goods["CUP"].pk, 1)],
        reason="r",
        by=BY,
        at=AT,
    )
    drain_outbox(at=AT)
    part = ReturnLine.objects.get()
    late = AT + WAIT + timedelta(seconds=1)
    inspecting = partial(
        returns.inspect_return,
        return_id=part.parent_id,
        found={part.pk: returns.Found(sellable=1)},
        location_id=network.places["depot"].pk,
        note="",
        by=BY,
        at=late,
    )

    race([inspecting, partial(payments.expire_unpaid, at=late)])

    new.refresh_from_db()
    tender, paid = RefundTender.objects.get(), Payment.objects.get(order=new)
    assert (new.state, paid.state, tender.into) in {
        ("confirmed", "paid", paid),
        ("expired", "expired", None),
    }
    assert broken(late) == []


def test_last_unit_is_promised_to_one_of_eight_who_want_it_added(network):
    orders = [network.paid(units={"KETTLE": 1}), network.paid(units={"KETTLE": 1})]
    network.put(sku="CUP", at="partner", units=1)
    adds = [Added(network.goods["CUP"].pk, 1)]
    rows = [
        edits.draft(order_id=order.pk, units={}, address=None, adds=adds, reason="r", by=BY, at=AT) for order in orders
    ]

    answers = race([partial(edits.confirm, edit_id=row.pk, by=BY, at=AT) for row in rows for _ in range(4)])

    assert Counter(isinstance(each, Exception) for each in answers) == {True: 7, False: 1}
    assert (FollowUp.objects.count(), Order.objects.count()) == (1, 3)
    assert StockLevel.objects.get(product__upc="CUP", location__code="partner").reserved == 1
    assert broken(AT) == []
