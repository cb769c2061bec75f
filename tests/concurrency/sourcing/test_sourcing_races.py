"""Capacity and rejected goods under races: never more than there is; the control shows what the guard is for."""

from collections import Counter
from functools import partial

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import LocationDay, Reservation, StockLevel
from apps.inventory.sourcing import operations as sourcing
from apps.orders import cancellation
from apps.orders.fulfilment import operations, rerouting
from apps.orders.fulfilment.errors import ChangedMeanwhile, NotWaiting
from apps.orders.models import Fulfilment, Order, Rejection
from apps.orders.returns import unsent
from apps.orders.transitions import IllegalMove
from tests.factories.network import DEPOT, LILLE, MARAIS, fulfilment_at, line_of, make_network
from tests.factories.orders import make_checkout
from tests.integration.fulfilment.test_rejection import LATER
from tests.race import meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def broken():
    drain_outbox(at=LATER)
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def checkouts(network, sku, count):
    return [make_checkout(shop=network.shop, items=[(network.goods[sku], 1)]) for _ in range(count)]


def test_day_of_a_store_is_given_no_more_often_than_it_can_do_when_12_checkouts_race():
    network = make_network(marais={"daily_capacity": 4})
    network.put(sku="POT", at=MARAIS, units=50)

    answers = race([each.placing() for each in checkouts(network, "POT", 12)])

    assert Counter(type(each).__name__ for each in answers) == {"PlacedOrder": 12}
    days = LocationDay.objects.order_by("day").values_list("taken", "capacity")
    assert list(days) == [(4, 4)] * 3
    assert Counter(Reservation.objects.values_list("ships_on", flat=True)).most_common() == [
        (day, 4) for day in Reservation.objects.order_by("ships_on").values_list("ships_on", flat=True).distinct()
    ]
    assert broken() == []


def test_control_without_the_condition_a_day_is_overbooked(monkeypatch):
    network = make_network(marais={"daily_capacity": 1})
    network.put(sku="POT", at=MARAIS, units=50)
    buyers = checkouts(network, "POT", 4)
    monkeypatch.setattr(
        sourcing,
        "_TAKE_DAYS",
        sourcing._TAKE_DAYS.replace("WHERE partner_locationday.taken < EXCLUDED.capacity", ""),
    )
    # Everybody reads the day before anybody takes it; the level's lock would keep them apart, so it is away as well.
    monkeypatch.setattr(
        sourcing.ledger, "_LOCK_SERVING", sourcing.ledger._LOCK_SERVING.replace("FOR UPDATE OF level", "")
    )
    monkeypatch.setattr(sourcing.queries, "busy_days", meeting(sourcing.queries.busy_days, parties=4))
    race([each.placing() for each in buyers])

    assert [day.taken for day in LocationDay.objects.all()] == [4]


def rejecting(order, row):
    units = {line_of(order, "LID").pk: 1}
    return partial(
        rerouting.reject, fulfilment_id=row.pk, units=units, reason="not_found", note="", by="user:9", at=LATER
    )


def shipping(row):
    return partial(operations.ship, fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by="user:8", at=LATER)


def test_goods_are_rejected_once_when_two_people_press_at_once():
    network = make_network()
    order = network.paid(units={"LID": 1})
    network.put(sku="LID", at=DEPOT, units=5)
    row = fulfilment_at(order, LILLE)

    answers = race([rejecting(order, row)] * 2)

    assert sorted(type(each).__name__ for each in answers) in (
        ["IllegalMove", "Rerouted"],
        ["NothingNamed", "Rerouted"],
        ["ChangedMeanwhile", "Rerouted"],
    )
    assert (Rejection.objects.count(), Fulfilment.objects.filter(state="new").count()) == (1, 1)
    assert broken() == []


def test_reject_against_ship_ends_one_way_whole():
    network = make_network()
    network.put(sku="LID", at=LILLE, units=4)
    orders = [network.paid(units={"LID": 1}) for _ in range(4)]
    network.put(sku="LID", at=DEPOT, units=9)
    for order in orders:
        row = fulfilment_at(order, LILLE)
        first, second = race([rejecting(order, row), shipping(row)])
        refused = [each for each in (first, second) if isinstance(each, Exception)]
        assert len(refused) == 1
        assert isinstance(refused[0], IllegalMove | ChangedMeanwhile)
        row.refresh_from_db()
        assert row.state in {"shipped", "rejected"}
    assert broken() == []


def test_rejections_and_checkouts_over_the_same_goods_never_stand_still():
    network = make_network()
    orders = []
    for _ in range(4):
        network.put(sku="LID", at=LILLE, units=StockLevel.objects.get(
            product=network.goods["LID"], location=network.places[LILLE]).on_hand + 1)  # fmt: skip
        orders.append(network.paid(units={"LID": 1}))
    network.put(sku="LID", at=DEPOT, units=20)
    others = checkouts(network, "LID", 6)

    rejections = [rejecting(order, fulfilment_at(order, LILLE)) for order in orders]
    answers = race([*rejections, *(each.placing() for each in others)])

    assert Counter(type(each).__name__ for each in answers) == {"Rerouted": 4, "PlacedOrder": 6}
    assert Order.objects.count() == 10
    assert broken() == []


def test_goods_found_while_a_person_gives_them_up_are_sent_and_nothing_is_cancelled(monkeypatch):
    network = make_network()
    order = network.paid(units={"LID": 1})
    row = fulfilment_at(order, LILLE)
    units = {line_of(order, "LID").pk: 1}
    rerouting.reject(fulfilment_id=row.pk, units=units, reason="not_found", note="", by="user:9", at=LATER)
    waits = Fulfilment.objects.get(order=order, state="waiting")
    network.put(sku="LID", at=DEPOT, units=1)
    real = cancellation.cancel_within

    def slower(**said):
        # The person has seen that they wait; before anything is locked, they are found.
        (found,) = race([partial(rerouting.source_again, fulfilment_id=waits.pk, by="system:t", at=LATER)])
        assert len(found.made) == 1
        return real(**said)

    monkeypatch.setattr(cancellation, "cancel_within", slower)
    with pytest.raises(NotWaiting):
        unsent.give_up(fulfilment_id=waits.pk, reason="Gone for good", by="user:9", at=LATER)

    order.refresh_from_db()
    assert (order.state, fulfilment_at(order, DEPOT).state) == ("in_fulfilment", "new")
    assert broken() == []
