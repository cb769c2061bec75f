"""Orders and goods on their way: picked where they arrive, told when they are late, found elsewhere or awaited."""

from datetime import timedelta

import pytest

from apps.core.testing import drain_outbox
from apps.inventory import inbound
from apps.inventory.models import StockLevel
from apps.orders import transitions
from apps.orders.cancellation import cancel_order
from apps.orders.fulfilment import arrivals, operations, rerouting
from apps.orders.models import MailLog, Order, Rejection
from tests.factories.coming import BY, TODAY, announce, day_in
from tests.factories.network import DEPOT, LILLE, make_network
from tests.factories.orders import AT
from tests.factories.payments import Waiting, pay

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


@pytest.fixture
def network():
    return make_network()


@pytest.fixture
def coming(network):
    return announce(network, units={"KETTLE": 10}, days=9)


def states(order):
    rows = order.fulfilments.exclude(state__in=("replaced", "rejected")).order_by("id")
    return [(row.location.code if row.location else "", row.state, row.lines.get().quantity) for row in rows]


def pay_later(network, placed):
    pay(Waiting(network.shop, None, placed.order_id, placed.payment_id, placed.number, AT), at=LATER)
    drain_outbox(at=LATER)


def receive(coming, product, units):
    inbound.receive(inbound_id=coming.pk, quantities={product.pk: units}, at=LATER, by=BY)
    drain_outbox(at=LATER)


def test_goods_that_arrived_are_picked_and_sent_from_there(network, coming):
    order = network.paid(units={"KETTLE": 5})
    receive(coming, network.goods["KETTLE"], 10)

    assert states(order) == [(DEPOT, "new", 2), (DEPOT, "new", 3)]
    for row in order.fulfilments.filter(state="new"):
        operations.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by=BY, at=LATER)
    order.refresh_from_db()
    assert order.state == "shipped"
    assert StockLevel.objects.get(location__code=DEPOT, product=network.goods["KETTLE"]).on_hand == 7


def test_what_is_still_to_come_stays_expected(network, coming):
    order = network.paid(units={"KETTLE": 5})
    receive(coming, network.goods["KETTLE"], 2)
    assert states(order) == [(DEPOT, "new", 2), (DEPOT, "new", 2), (coming.code, "expected", 1)]

    receive(coming, network.goods["KETTLE"], 8)
    assert states(order) == [(DEPOT, "new", 2), (DEPOT, "new", 2), (DEPOT, "new", 1)]


def test_news_that_comes_twice_or_before_the_fulfilments_changes_nothing(network, coming):
    placed = network.order(units={"KETTLE": 3})
    reference = f"order:{placed.number}"
    inbound.receive(inbound_id=coming.pk, quantities={network.goods["KETTLE"].pk: 10}, at=AT, by=BY)

    assert arrivals.take_over(reference=reference, inbound_id=coming.pk, at=AT) == []
    assert arrivals.take_over(reference="hold:7", inbound_id=coming.pk, at=AT) == []

    order = network.paid(units={"KETTLE": 1})
    assert arrivals.take_over(reference=f"order:{order.number}", inbound_id=coming.pk, at=AT) == []


def test_order_that_is_paid_after_its_goods_arrived_is_picked_where_they_are(network, coming):
    placed = network.order(units={"KETTLE": 5})
    receive(coming, network.goods["KETTLE"], 10)
    pay_later(network, placed)
    assert states(Order.objects.get(pk=placed.order_id)) == [(DEPOT, "new", 5)]


def test_expected_goods_cannot_be_picked_or_sent(network, coming):
    order = network.paid(units={"KETTLE": 5})
    row = order.fulfilments.get(state="expected")

    with pytest.raises(transitions.IllegalMove):
        operations.pick(fulfilment_id=row.pk, by=BY, at=LATER)
    with pytest.raises(transitions.IllegalMove):
        operations.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by=BY, at=LATER)
    assert StockLevel.objects.get(location=coming, product=network.goods["KETTLE"]).reserved == 3


def test_later_day_is_written_and_told_once(network, coming):
    order = network.paid(units={"KETTLE": 5})
    before = order.delivery_promise["latest"]
    due = order.fulfilments.get(state="expected").due_at

    for _ in range(2):
        inbound.expect_on(
            inbound_id=coming.pk, day=day_in(16), sells_online=True, reason="strike", today=TODAY, at=LATER, by=BY
        )
        drain_outbox(at=LATER)

    order.refresh_from_db()
    row = order.fulfilments.get(state="expected")
    assert order.delivery_promise["latest"] > before
    assert row.due_at > due
    assert row.due_at.date() > day_in(16)
    assert MailLog.objects.filter(order=order, kind="promise_moved").count() == 1


def test_order_that_is_paid_after_the_day_moved_has_the_new_day(network, coming):
    placed = network.order(units={"KETTLE": 5})
    inbound.expect_on(
        inbound_id=coming.pk, day=day_in(16), sells_online=True, reason="strike", today=TODAY, at=AT, by=BY
    )
    drain_outbox(at=AT)
    pay_later(network, placed)

    row = Order.objects.get(pk=placed.order_id).fulfilments.get(state="expected")
    assert row.due_at.date() > day_in(16)


@pytest.mark.parametrize(("elsewhere", "state"), [(3, (LILLE, "new", 3)), (0, ("", "waiting", 3))])
def test_goods_that_do_not_come_are_found_elsewhere_or_wait_for_a_person(network, coming, elsewhere, state):
    order = network.paid(units={"KETTLE": 5})
    network.put(sku="KETTLE", at=LILLE, units=elsewhere)

    inbound.call_off(inbound_id=coming.pk, reason="bankrupt", at=LATER, by=BY)
    drain_outbox(at=LATER)

    assert states(order) == [(DEPOT, "new", 2), state]
    assert Rejection.objects.get().reason == "not_coming"
    level = StockLevel.objects.get(location=coming, product=network.goods["KETTLE"])
    assert (level.on_hand, level.reserved) == (0, 0)
    assert MailLog.objects.filter(order=order, kind="promise_moved").count() == int(not elsewhere)


def test_order_that_was_unpaid_when_its_goods_were_called_off_is_rerouted_later(network, coming):
    placed = network.order(units={"KETTLE": 5})
    inbound.call_off(inbound_id=coming.pk, reason="bankrupt", at=AT, by=BY)
    drain_outbox(at=AT)
    pay_later(network, placed)
    order = Order.objects.get(pk=placed.order_id)
    assert states(order) == [(DEPOT, "new", 2), (coming.code, "expected", 3)]

    assert arrivals.reroute_called_off(at=LATER) == 1
    assert arrivals.reroute_called_off(at=LATER) == 0
    assert states(order) == [(DEPOT, "new", 2), ("", "waiting", 3)]


def test_cancelled_order_frees_what_it_was_promised(network, coming):
    order = network.paid(units={"KETTLE": 5})
    cancel_order(order_id=order.pk, reason="changed their mind", by=BY, at=LATER)

    level = StockLevel.objects.get(location=coming, product=network.goods["KETTLE"])
    assert (level.on_hand, level.reserved) == (10, 0)
    assert {row.state for row in order.fulfilments.all()} == {"cancelled"}


def test_rejected_goods_are_taken_of_what_comes_when_nobody_has_them(network):
    order = network.paid(units={"KETTLE": 2})
    coming = announce(network, units={"KETTLE": 10})
    row = order.fulfilments.get()

    rerouting.reject(
        fulfilment_id=row.pk,
        units={row.lines.get().line_id: 2},
        reason="not_found",
        note="",
        by=BY,
        at=LATER,
    )

    assert states(order) == [(coming.code, "expected", 2)]


def test_waiting_goods_are_promised_of_what_is_announced_later(network):
    order = network.paid(units={"KETTLE": 2})
    row = order.fulfilments.get()
    rerouting.reject(fulfilment_id=row.pk, units={row.lines.get().line_id: 2}, reason="sold", note="", by=BY, at=LATER)
    assert states(order) == [("", "waiting", 2)]
    coming = announce(network, units={"KETTLE": 10})

    rerouting.source_again(fulfilment_id=order.fulfilments.get(state="waiting").pk, by=BY, at=LATER)

    assert states(order) == [(coming.code, "expected", 2)]
