"""Promises are measured by the day named first; locations by what they rejected of what they were asked for."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.core.testing import drain_outbox
from apps.orders.fulfilment import kept, operations, rerouting
from apps.orders.models import Order
from tests.factories.network import DEPOT, LILLE, MARAIS, line_of, make_network
from tests.factories.orders import AT

pytestmark = pytest.mark.django_db

BY = "user:7"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def network():
    network = make_network()
    for place in (DEPOT, LILLE, MARAIS):
        network.put(sku="KETTLE", at=place, units=20)
    return network


def arrive(order, *, days=0, hour=12):
    """Send and deliver an order so many days after the last one it was promised for."""
    last = date.fromisoformat(order.delivery_promise["latest"])
    at = datetime.combine(last + timedelta(days=days), time(hour), tzinfo=PARIS)
    for row in order.fulfilments.filter(state="new"):
        operations.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by=BY, at=at - timedelta(days=1))
        drain_outbox(at=at - timedelta(days=1))
        operations.deliver(fulfilment_id=row.pk, by=BY, at=at)
    return at


def test_rate_counts_orders_that_arrived_whole_by_their_day(network):
    arrive(network.paid(units={"KETTLE": 1}))
    arrive(network.paid(units={"KETTLE": 1}), hour=23)
    at = arrive(network.paid(units={"KETTLE": 1}), days=2)
    network.paid(units={"KETTLE": 1})

    (row,) = kept.promises_kept(at=at)

    assert (row.orders, row.kept, row.percent, row.worst_days) == (3, 2, 66, 2)


def test_day_that_was_told_later_does_not_count_as_promised(network):
    order = network.paid(units={"KETTLE": 1})
    first = order.delivery_promise["latest"]
    order.delivery_promise = {**order.delivery_promise, "first": first}
    later = (date.fromisoformat(first) + timedelta(days=4)).isoformat()
    Order.objects.filter(pk=order.pk).update(delivery_promise={**order.delivery_promise, "latest": later})
    order.refresh_from_db()

    at = arrive(order, days=-1)

    (row,) = kept.promises_kept(at=at)
    assert (row.orders, row.kept, row.worst_days) == (1, 0, 3)


def test_what_arrived_long_ago_counts_no_more(network):
    at = arrive(network.paid(units={"KETTLE": 1}))
    assert kept.promises_kept(at=at + kept.PERIOD + timedelta(hours=1)) == []


def test_first_day_is_kept_when_a_promise_moves():
    network = make_network(lille={"handling_days": 9})
    network.put(sku="POT", at=LILLE, units=5)
    order = network.paid(units={"POT": 1})
    first = order.delivery_promise["latest"]
    row = order.fulfilments.get()
    rerouting.reject(fulfilment_id=row.pk, units={line_of(order, "POT").pk: 1}, reason="sold", note="", by=BY, at=AT)

    order.refresh_from_db()
    assert order.delivery_promise["latest"] > first
    assert order.delivery_promise["first"] == first


def test_rejections_are_counted_by_location(network):
    order = network.paid(units={"KETTLE": 1})
    network.paid(units={"KETTLE": 1})
    row = order.fulfilments.get()
    rerouting.reject(
        fulfilment_id=row.pk, units={line_of(order, "KETTLE").pk: 1}, reason="no_time", note="", by=BY, at=AT
    )

    rows = kept.rejections(at=AT + timedelta(days=1))

    assert [(each.asked, each.refused, each.percent) for each in rows] == [(2, 1, 50)]
    assert kept.rejections(at=AT + kept.PERIOD + timedelta(days=1)) == []
