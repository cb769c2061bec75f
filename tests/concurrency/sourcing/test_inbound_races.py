"""Goods on their way under races: sold once, received once, and every promise kept or told; controls without guards."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, connections, transaction

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory import inbound, queries
from apps.inventory import operations as inventory
from apps.inventory.models import Reservation, StockLevel
from apps.inventory.sourcing import operations as sourcing
from apps.orders import cancellation
from apps.orders.fulfilment import arrivals
from apps.orders.models import Fulfilment
from tests.factories.coming import BY, announce
from tests.factories.network import DEPOT, make_network
from tests.factories.orders import make_checkout
from tests.integration.fulfilment.test_rejection import LATER
from tests.race import meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def network():
    network = make_network()
    network.put(sku="KETTLE", at=DEPOT, units=0)
    return network


def checkouts(network, count):
    return [make_checkout(shop=network.shop, items=[(network.goods["KETTLE"], 1)]) for _ in range(count)]


def kinds(answers):
    return Counter(type(each).__name__ for each in answers)


def broken():
    drain_outbox(at=LATER)
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def test_units_that_come_are_sold_once_when_eight_checkouts_race(network):
    row = announce(network, units={"KETTLE": 3})

    answers = race([each.placing() for each in checkouts(network, 8)])

    assert kinds(answers) == {"PlacedOrder": 3, "SoldOut": 5}
    assert StockLevel.objects.get(location_id=row.pk).reserved == 3
    assert broken() == []


def test_control_without_lock_and_condition_the_database_still_refuses_one_more_than_comes(network, monkeypatch):
    announce(network, units={"KETTLE": 1})
    buyers = checkouts(network, 3)
    ledger = sourcing.ledger
    monkeypatch.setattr(ledger, "_LOCK_SERVING", ledger._LOCK_SERVING.replace("FOR UPDATE OF level", ""))
    monkeypatch.setattr(ledger, "_RESERVE", ledger._RESERVE.replace("AND level.free >= plan.quantity", ""))
    monkeypatch.setattr(sourcing, "_decide", meeting(sourcing._decide, parties=3))

    answers = race([each.placing() for each in buyers])

    assert kinds(answers)["PlacedOrder"] == 1
    assert "IntegrityError" in kinds(answers)


def test_goods_that_arrive_while_shoppers_order_lose_no_unit_and_no_promise(network):
    row = announce(network, units={"KETTLE": 6})
    kettle = network.goods["KETTLE"].pk
    buyers = checkouts(network, 6)

    answers = race(
        [partial(inbound.receive, inbound_id=row.pk, quantities={kettle: units}, at=LATER, by=BY) for units in (2, 1)]
        + [each.placing() for each in buyers]
    )

    assert kinds(answers) == {"Arrival": 2, "PlacedOrder": 6}
    levels = {each.location_id: each for each in StockLevel.objects.filter(product_id=kettle)}
    assert (levels[row.pk].on_hand, levels[network.places[DEPOT].pk].on_hand) == (3, 3)
    assert sum(each.reserved for each in levels.values()) == 6
    assert queries.check_ledger() == []
    assert broken() == []


def test_delivery_pressed_twice_from_one_page_is_received_once(network):
    row = announce(network, units={"KETTLE": 6})
    kettle = network.goods["KETTLE"].pk
    press = partial(inbound.receive, inbound_id=row.pk, quantities={kettle: 6}, seen={kettle: 6}, at=LATER, by=BY)

    answers = race([press] * 3)

    assert kinds(answers)["Arrival"] == 1
    assert StockLevel.objects.get(location__code=DEPOT, product_id=kettle).on_hand == 6


@pytest.mark.parametrize("units", [3, 12])
def test_orders_are_cancelled_while_their_goods_arrive_and_nothing_stays_promised(network, units):
    row = announce(network, units={"KETTLE": 12})
    kettle = network.goods["KETTLE"].pk
    orders = [network.paid(units={"KETTLE": 2}) for _ in range(5)]
    cancel = [partial(cancellation.cancel_order, order_id=each.pk, reason="no", by=BY, at=LATER) for each in orders]

    answers = race([partial(inbound.receive, inbound_id=row.pk, quantities={kettle: units}, at=LATER, by=BY), *cancel])
    drain_outbox(at=LATER)

    assert not [each for each in answers if isinstance(each, Exception)]
    assert not Reservation.objects.filter(state="held").exists()
    assert not Fulfilment.objects.exclude(state__in=("cancelled", "replaced")).exists()
    assert broken() == []


def test_promise_that_moves_while_its_release_waits_is_released_where_it_went(network):
    row = announce(network, units={"KETTLE": 4})
    kettle = network.goods["KETTLE"].pk
    number = network.order(units={"KETTLE": 3}).number
    release = partial(inventory.release, reference=f"order:{number}", at=LATER, by=BY)

    with ThreadPoolExecutor(max_workers=1) as thread:
        with transaction.atomic():
            inbound.receive(inbound_id=row.pk, quantities={kettle: 2}, at=LATER, by=BY)
            waiting = thread.submit(alone, release)
            until_blocked()
        given = waiting.result(timeout=30)

    assert sorted((each.location_id == row.pk, each.quantity) for each in given) == [(False, 2), (True, 1)]
    assert not Reservation.objects.filter(state="held").exists()
    assert queries.check_ledger() == []


def alone(action):
    """Run an action in a thread, and close the connection it opened."""
    try:
        return action()
    finally:
        connections.close_all()


def until_blocked(*, timeout_s=20):
    """Return once another connection waits for a lock of this one."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    end = time.monotonic() + timeout_s
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(waits)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for a lock")


def test_news_of_an_arrival_taken_twice_at_once_makes_one_fulfilment(network):
    row = announce(network, units={"KETTLE": 4})
    kettle = network.goods["KETTLE"].pk
    order = network.paid(units={"KETTLE": 2})
    inbound.receive(inbound_id=row.pk, quantities={kettle: 4}, at=LATER, by=BY)
    take_over = partial(arrivals.take_over, reference=f"order:{order.number}", inbound_id=row.pk, at=LATER)

    answers = race([take_over] * 3)

    assert sorted(len(each) for each in answers) == [0, 0, 1]
    assert broken() == []
