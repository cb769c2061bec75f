"""Goods on their way: sold before they are here, never twice, and every figure explained."""

from datetime import timedelta

import pytest

from apps.catalog.models import Publication
from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory import inbound, operations, queries
from apps.inventory.errors import (
    AlreadyAnnounced,
    ArrivedMeanwhile,
    DayIsOver,
    NothingNamed,
    NotOnItsWay,
    QuantityOutOfRange,
    ReasonMissing,
    StockPromised,
)
from apps.inventory.models import Inbound, Reservation, StockLevel, StockMovement
from apps.inventory.sourcing import queries as sourcing
from apps.orders.errors import NotEnough, SoldOut
from tests.factories.coming import BY, TODAY, announce, day_in
from tests.factories.network import DEPOT, LILLE, MARAIS, make_network
from tests.factories.orders import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return make_network()


def level(place, product):
    return StockLevel.objects.get(location_id=place, product=product)


def figures(place, product):
    row = level(place, product)
    return row.on_hand, row.reserved, row.free


def test_what_is_announced_is_expected_there_and_explained(network):
    row = announce(network, units={"KETTLE": 12}, percent=75)

    assert (row.code, row.name, row.kind, row.is_active) == ("in-po-4711", "PO-4711", "inbound", True)
    assert figures(row.pk, network.goods["KETTLE"]) == (12, 0, 9)
    story = queries.explain(level_id=level(row.pk, network.goods["KETTLE"]).pk)
    assert [(each.kind, each.on_hand_delta, each.reference) for each in story.movements] == [
        ("announce", 12, "PO-4711")
    ]
    assert story.proven
    assert AuditEvent.objects.get(action="inbound.announce").after["units"] == 12


def test_nobody_waits_for_what_is_there(network):
    announce(network, units={"KETTLE": 10})

    order = network.paid(units={"KETTLE": 2})

    assert [row.location.code for row in order.fulfilments.all()] == [DEPOT]


def test_units_that_lie_nowhere_are_promised_of_what_comes_with_its_day(network):
    row = announce(network, units={"KETTLE": 10}, days=9)

    order = network.paid(units={"KETTLE": 5})

    found = {each.location.code: each for each in order.fulfilments.order_by("id")}
    assert {code: (each.state, each.lines.get().quantity) for code, each in found.items()} == {
        DEPOT: ("new", 2),
        "in-po-4711": ("expected", 3),
    }
    assert found["in-po-4711"].due_at.date() > day_in(9)
    assert order.delivery_promise["ships_on"] > day_in(9).isoformat()
    assert figures(row.pk, network.goods["KETTLE"]) == (10, 3, 7)


def test_no_unit_that_comes_is_promised_twice(network):
    announce(network, units={"KETTLE": 3})
    network.paid(units={"KETTLE": 4})

    with pytest.raises((NotEnough, SoldOut)):
        network.order(units={"KETTLE": 2})
    network.order(units={"KETTLE": 1})


@pytest.mark.parametrize("changes", [{"sells_online": False}, {"percent": 0}])
def test_without_consent_nothing_that_comes_is_sold(network, changes):
    announce(network, units={"KETTLE": 30}, **changes)

    with pytest.raises((NotEnough, SoldOut)):
        network.order(units={"KETTLE": 3})


def test_goods_that_arrive_keep_their_promises_oldest_first(network):
    row = announce(network, units={"KETTLE": 6})
    network.order(units={"KETTLE": 2})
    first = network.paid(units={"KETTLE": 2})
    second = network.paid(units={"KETTLE": 3}, at=AT + timedelta(minutes=1))
    kettle = network.goods["KETTLE"]

    came = inbound.receive(inbound_id=row.pk, quantities={kettle.pk: 4}, at=AT, by=BY)

    assert (came.units, came.promised) == (4, 4)
    held = Reservation.objects.filter(state="held", level__location__code=DEPOT).values_list("reference", "quantity")
    assert set(held) >= {(f"order:{first.number}", 2), (f"order:{second.number}", 2)}
    assert figures(row.pk, kettle) == (2, 1, 1)
    assert figures(network.places[DEPOT].pk, kettle) == (6, 6, 0)
    assert queries.check_ledger() == []


def test_more_and_fewer_than_announced_are_received_as_they_come(network):
    row = announce(network, units={"KETTLE": 2, "CUP": 5})
    kettle, cup = network.goods["KETTLE"], network.goods["CUP"]

    inbound.receive(inbound_id=row.pk, quantities={kettle.pk: 3, cup.pk: 4}, at=AT, by=BY)

    assert figures(row.pk, kettle)[0] == 0
    assert figures(row.pk, cup)[0] == 1
    assert figures(network.places[DEPOT].pk, kettle)[0] == 5
    assert figures(network.places[DEPOT].pk, cup)[0] == 4
    assert Inbound.objects.get(pk=row.pk).is_active
    inbound.receive(inbound_id=row.pk, quantities={cup.pk: 1}, at=AT, by=BY)
    assert not Inbound.objects.get(pk=row.pk).is_active
    with pytest.raises(NotOnItsWay):
        inbound.receive(inbound_id=row.pk, quantities={cup.pk: 1}, at=AT, by=BY)
    assert queries.check_ledger() == []


def test_the_same_goods_are_not_received_twice(network):
    row = announce(network, units={"KETTLE": 10})
    kettle = network.goods["KETTLE"].pk
    seen = {kettle: 10}

    inbound.receive(inbound_id=row.pk, quantities={kettle: 4}, seen=seen, at=AT, by=BY)

    with pytest.raises(ArrivedMeanwhile):
        inbound.receive(inbound_id=row.pk, quantities={kettle: 4}, seen=seen, at=AT, by=BY)
    assert figures(row.pk, network.goods["KETTLE"])[0] == 6


def test_goods_sent_to_another_place_are_on_the_way_until_they_arrive(network):
    cup = network.goods["CUP"]
    made = inbound.send(
        from_id=network.places["partner"].pk,
        to_id=network.places[LILLE].pk,
        quantities={cup.pk: 2},
        expected_on=day_in(2),
        reference="T-1",
        today=TODAY,
        at=AT,
        by=BY,
    )
    sourcing.forget()

    assert figures(network.places["partner"].pk, cup) == (0, 0, 0)
    assert figures(made, cup) == (2, 0, 2)
    order = network.paid(units={"CUP": 1})
    assert order.fulfilments.get().location_id == made
    inbound.receive(inbound_id=made, quantities={cup.pk: 2}, at=AT, by=BY)
    drain_outbox(at=AT)
    assert order.fulfilments.exclude(state="replaced").get().location.code == LILLE
    kinds = StockMovement.objects.filter(level__product=cup).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[1:] == ["transfer_out", "transfer_in", "reserve", "arrive", "arrive", "arrive", "reserve"]


def test_promised_goods_are_not_sent_to_another_place(network):
    network.order(units={"CUP": 2})
    with pytest.raises(StockPromised):
        inbound.send(
            from_id=network.places["partner"].pk,
            to_id=network.places[LILLE].pk,
            quantities={network.goods["CUP"].pk: 1},
            expected_on=day_in(2),
            reference="T-1",
            today=TODAY,
            at=AT,
            by=BY,
        )
    assert figures(network.places["partner"].pk, network.goods["CUP"]) == (2, 2, 0)


def test_goods_that_are_late_are_promised_no_more_until_they_have_a_new_day(network):
    row = announce(network, units={"KETTLE": 10}, days=1)

    assert inbound.stop_late(today=day_in(1), at=AT) == 0
    assert inbound.stop_late(today=day_in(2), at=AT) == 1
    assert inbound.stop_late(today=day_in(2), at=AT) == 0
    sourcing.forget()
    with pytest.raises((NotEnough, SoldOut)):
        network.order(units={"KETTLE": 3})

    assert inbound.expect_on(
        inbound_id=row.pk, day=day_in(5), sells_online=True, reason="strike", today=TODAY, at=AT, by=BY
    )
    sourcing.forget()
    network.order(units={"KETTLE": 3})


def test_called_off_goods_are_gone_but_for_what_was_promised(network):
    row = announce(network, units={"KETTLE": 10})
    network.order(units={"KETTLE": 5})

    assert inbound.call_off(inbound_id=row.pk, reason="bankrupt", at=AT, by=BY) == 3

    assert figures(row.pk, network.goods["KETTLE"]) == (3, 3, 0)
    with pytest.raises((NotEnough, SoldOut)):
        network.order(units={"KETTLE": 1})
    with pytest.raises(NotOnItsWay):
        inbound.call_off(inbound_id=row.pk, reason="bankrupt", at=AT, by=BY)


def test_refusals_write_nothing(network):
    row = announce(network, units={"KETTLE": 10})
    for refusal, changes in (
        (AlreadyAnnounced, {}),
        (DayIsOver, {"reference": "B", "expected_on": day_in(-1)}),
        (NothingNamed, {"reference": "B", "quantities": {}}),
        (NothingNamed, {"reference": "  "}),
        (QuantityOutOfRange, {"reference": "B", "quantities": {network.goods["CUP"].pk: 0}}),
        (QuantityOutOfRange, {"reference": "B", "percent": 101}),
    ):
        with pytest.raises(refusal):
            announce(network, units={"CUP": 1}, **changes)
    with pytest.raises(DayIsOver):
        inbound.expect_on(inbound_id=row.pk, day=day_in(-1), sells_online=True, reason="x", today=TODAY, at=AT, by=BY)
    with pytest.raises(ReasonMissing):
        inbound.expect_on(inbound_id=row.pk, day=day_in(3), sells_online=True, reason=" ", today=TODAY, at=AT, by=BY)
    with pytest.raises(ReasonMissing):
        inbound.call_off(inbound_id=row.pk, reason="", at=AT, by=BY)
    with pytest.raises(NothingNamed):
        inbound.receive(inbound_id=row.pk, quantities={network.goods["KETTLE"].pk: 0}, at=AT, by=BY)
    assert Inbound.objects.count() == 1
    assert figures(row.pk, network.goods["KETTLE"]) == (10, 0, 10)


def test_pages_say_that_goods_are_on_their_way(network):
    kettle = network.goods["KETTLE"]
    announce(network, units={"KETTLE": 10})
    operations.count_stock(counts={(kettle.pk, network.places[DEPOT].pk): 0}, reference="count", at=AT, by=BY)

    facts = queries.stock_facts(market=network.shop.market, product_ids=[kettle.pk])[kettle.pk]

    assert (facts.available, facts.is_coming) == (0, True)
    assert {row.availability for row in Publication.objects.filter(product=kettle)} <= {4}


def test_stores_that_do_not_serve_the_market_promise_nothing_that_comes(network):
    announce(network, units={"KETTLE": 10}, location_id=network.places[MARAIS].pk)
    network.places[MARAIS].sells_online = False
    network.places[MARAIS].save()
    sourcing.forget()

    with pytest.raises((NotEnough, SoldOut)):
        network.order(units={"KETTLE": 3})
