"""A location says no: the shelf is put right, others send, and the shopper hears of it when it changes their day."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from apps.core import books
from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory import queries as stock
from apps.inventory.models import Reservation, SourcingDecision, StockLevel, StockMovement
from apps.orders import cancellation
from apps.orders.fulfilment import operations, queries, rerouting
from apps.orders.fulfilment.errors import AllNamed, NothingNamed, NotWaiting, TooManyNamed
from apps.orders.models import Fulfilment, FulfilmentLine, Order, Refund, Rejection, Return
from apps.orders.returns import unsent, waiting
from apps.orders.transitions import IllegalMove
from tests.factories.network import DEPOT, LILLE, MARAIS, fulfilment_at, line_of, make_network, make_rule
from tests.factories.orders import AT

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)
BY = "user:9"


def reject(order, code, sku, units=1, reason="not_found", **changes):
    values = {"note": "", "by": BY, "at": LATER, **changes}
    return rerouting.reject(
        fulfilment_id=fulfilment_at(order, code).pk, units={line_of(order, sku).pk: units}, reason=reason, **values
    )


def ship_all(order, at=LATER):
    for row in Fulfilment.objects.filter(order=order, state__in=("new", "picked", "packed")):
        operations.ship(fulfilment_id=row.pk, carrier="Colissimo", tracking_code=f"C{row.pk}", by=BY, at=at)


def figures(network, sku, code):
    return StockLevel.objects.values_list("on_hand", "reserved").get(
        product=network.goods[sku], location=network.places[code]
    )


def states(order):
    rows = Fulfilment.objects.filter(order=order).order_by("id")
    return [(row.location.code if row.location else "", row.state) for row in rows]


def broken():
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def subjects(at=LATER):
    drain_outbox(at=at)
    return [message.subject for message in mail.outbox]


def test_rejected_line_goes_to_the_next_place_and_its_stock_is_put_right():
    network = make_network()
    network.put(sku="POT", at=DEPOT, units=3)
    order = network.paid()
    before = subjects()
    # One parcel fewer is better, so the depot had the pot already; the store has the lid.
    assert fulfilment_at(order, LILLE).lines.get().line == line_of(order, "LID")
    network.put(sku="LID", at=DEPOT, units=1)

    outcome = reject(order, LILLE, "LID", note="Shelf is empty")

    assert (len(outcome.made), outcome.waiting, outcome.promise_moved) == (1, None, False)
    assert figures(network, "LID", LILLE) == (0, 0)
    assert figures(network, "LID", DEPOT) == (1, 1)
    made = Fulfilment.objects.get(pk=outcome.made[0])
    assert (made.location.code, made.hop, made.origin.state) == (DEPOT, 1, "rejected")
    row = Rejection.objects.get()
    assert (row.quantity, row.reason, row.note, row.stock_delta, row.actor) == (
        1, "not_found", "Shelf is empty", -2, BY,
    )  # fmt: skip
    assert SourcingDecision.objects.latest("id").cause == "rejected"
    assert AuditEvent.objects.get(action="fulfilment.reject").actor == BY
    # The promise is kept, so the shopper hears nothing.
    assert subjects() == before
    ship_all(order)
    assert Order.objects.get().state == "shipped"
    assert broken() == []


@pytest.mark.parametrize(
    ("reason", "left"), [("not_found", 1), ("sold", 1), ("damaged", 4), ("no_time", 5), ("closed", 5)]
)
def test_reason_says_what_becomes_of_the_shelf(reason, left):
    network = make_network()
    network.put(sku="LID", at=LILLE, units=5)
    network.order(units={"LID": 1})  # promised to somebody else, so it stays
    order = network.paid(units={"LID": 1})

    reject(order, LILLE, "LID", reason=reason)

    assert figures(network, "LID", LILLE) == (left, 1)
    corrections = StockMovement.objects.filter(kind="correct", reference=f"order:{order.number}")
    assert [(row.on_hand_delta, row.reason) for row in corrections] == ([(left - 5, reason)] if left < 5 else [])
    assert stock.check_ledger() == []


def test_part_of_a_line_is_rejected_and_the_rest_stays():
    network = make_network()
    network.put(sku="LID", at=DEPOT, units=5)
    network.put(sku="LID", at=LILLE, units=5)
    make_rule(network=network, kinds=["store"], action="part")
    make_rule(network=network)
    order = network.paid(units={"LID": 5})

    reject(order, LILLE, "LID", units=2)

    assert fulfilment_at(order, LILLE).lines.get().quantity == 3
    assert fulfilment_at(order, DEPOT).lines.get().quantity == 2
    assert figures(network, "LID", LILLE) == (3, 3)
    ship_all(order)
    assert broken() == []


def test_goods_go_back_to_a_place_that_works_for_the_order_already_as_a_parcel_of_their_own():
    network = make_network()
    order = network.paid()
    network.put(sku="LID", at=MARAIS, units=1)

    reject(order, LILLE, "LID")

    assert [(code, state) for code, state in states(order) if code == MARAIS] == [(MARAIS, "new")] * 2
    ship_all(order)
    assert (figures(network, "LID", MARAIS), figures(network, "POT", MARAIS)) == ((0, 0), (1, 0))
    assert broken() == []


def test_promise_that_cannot_be_kept_is_moved_and_told():
    network = make_network(depot={"handling_days": 3})
    order = network.paid(units={"LID": 1})
    network.put(sku="LID", at=DEPOT, units=1)

    outcome = reject(order, LILLE, "LID")

    first = order.delivery_promise["latest"]
    order.refresh_from_db()
    assert (first, order.delivery_promise["latest"], outcome.promise_moved) == ("2026-11-23", "2026-11-26", True)
    assert f"La commande {order.number} arrivera plus tard" in subjects()
    assert "26 novembre 2026" in mail.outbox[-1].body


def test_goods_no_place_has_wait_and_are_found_when_stock_comes():
    network = make_network()
    order = network.paid(units={"LID": 1})

    outcome = reject(order, LILLE, "LID")

    row = queries.waiting().get()
    assert (outcome.waiting, row.location, row.waits_until, row.due_at) == (
        row.pk,
        None,
        None,
        LATER + timedelta(days=1),
    )
    order.refresh_from_db()
    assert order.delivery_promise["waits"] is True
    assert broken() == []
    decided = SourcingDecision.objects.count()
    assert waiting.work_off(at=LATER) == waiting.Report(found=0, given_up=0, failed=0)
    # Looked for in vain, nothing is decided, so nothing is kept.
    assert SourcingDecision.objects.count() == decided
    network.put(sku="LID", at=DEPOT, units=1)
    assert waiting.work_off(at=LATER) == waiting.Report(found=1, given_up=0, failed=0)
    assert states(order) == [(LILLE, "rejected"), ("", "replaced"), (DEPOT, "new")]
    order.refresh_from_db()
    assert "waits" not in order.delivery_promise
    with pytest.raises(NotWaiting):
        rerouting.source_again(fulfilment_id=row.pk, by=BY, at=LATER)
    ship_all(order)
    assert broken() == []


def test_place_that_said_no_is_not_asked_again_though_it_has_the_goods():
    network = make_network()
    order = network.paid(units={"LID": 1})
    reject(order, LILLE, "LID", reason="no_time")

    assert waiting.work_off(at=LATER).found == 0
    assert figures(network, "LID", LILLE) == (2, 0)


def test_after_three_rejections_a_person_decides():
    network = make_network()
    for code in network.places:
        network.put(sku="LID", at=code, units=2)
    order = network.paid(units={"LID": 1})
    for _ in range(3):
        row = Fulfilment.objects.get(order=order, state="new")
        reject(order, row.location.code, "LID", reason="no_time")
    row = Fulfilment.objects.get(order=order, state="new")

    outcome = reject(order, row.location.code, "LID", reason="no_time")

    assert (outcome.made, queries.waiting().get().hop) == ((), 4)


def test_rule_that_waits_gives_up_at_its_end_and_pays_back_to_the_cent():
    network = make_network()
    make_rule(network=network)
    make_rule(network=network, action="wait", wait_days=5)
    order = network.paid()
    reject(order, LILLE, "LID")
    row = queries.waiting().get()
    assert row.waits_until == LATER + timedelta(days=5)
    ship_all(order)

    assert waiting.work_off(at=row.waits_until - timedelta(minutes=1)).given_up == 0
    assert waiting.work_off(at=row.waits_until) == waiting.Report(found=0, given_up=1, failed=0)

    refund = Refund.objects.get()
    made = Return.objects.get()
    assert (refund.amount_minor, refund.delivery_minor, made.state, made.note) == (
        1000, 0, "refund_due", "waited_in_vain",
    )  # fmt: skip
    assert made.lines.get().unsent == 1
    order.refresh_from_db()
    assert (order.state, "waits" in order.delivery_promise) == ("shipped", False)
    assert f"Une partie de la commande {order.number} ne peut pas être envoyée" in subjects(at=row.waits_until)
    assert broken() == []


def test_goods_given_up_by_a_person_when_nothing_else_is_left_cancel_the_order():
    network = make_network()
    order = network.paid(units={"LID": 1})
    reject(order, LILLE, "LID")

    assert unsent.give_up(fulfilment_id=queries.waiting().get().pk, reason="Gone for good", by=BY, at=LATER) is None

    order.refresh_from_db()
    assert (order.state, states(order)) == ("cancelled", [(LILLE, "rejected"), ("", "cancelled")])
    assert broken() == []


def test_what_ends_soonest_is_worked_off_before_what_a_person_decides(monkeypatch):
    network = make_network()
    undecided = network.paid(units={"LID": 1})
    reject(undecided, LILLE, "LID")
    make_rule(network=network)
    make_rule(network=network, action="wait", wait_days=5)
    network.put(sku="POT", at=MARAIS, units=2)
    reject(network.paid(units={"POT": 1}), MARAIS, "POT")
    monkeypatch.setattr(waiting, "MOST", 1)

    assert waiting.work_off(at=LATER + timedelta(days=5)).given_up == 1


def test_order_of_which_a_part_is_paid_back_is_not_cancelled_whole():
    network = make_network()
    order = network.paid()
    reject(order, LILLE, "LID")
    made = unsent.give_up(fulfilment_id=queries.waiting().get().pk, reason="gone", by=BY, at=LATER)

    with pytest.raises(cancellation.PartlyGivenBack) as refused:
        cancellation.cancel_order(order_id=order.pk, reason="Changed their mind", by=BY, at=LATER)

    assert made.number in str(refused.value.message % refused.value.params)
    order.refresh_from_db()
    assert (order.state, Refund.objects.get().amount_minor) == ("in_fulfilment", 1000)
    assert broken() == []


def test_give_up_needs_a_reason_and_something_that_waits():
    network = make_network()
    order = network.paid(units={"LID": 1})
    reject(order, LILLE, "LID")
    row = queries.waiting().get()

    with pytest.raises(unsent.WhyMissing):
        unsent.give_up(fulfilment_id=row.pk, reason="  ", by=BY, at=LATER)
    unsent.give_up(fulfilment_id=row.pk, reason="gone", by=BY, at=LATER)
    with pytest.raises(NotWaiting):
        unsent.give_up(fulfilment_id=row.pk, reason="gone", by=BY, at=LATER)


@pytest.mark.parametrize(
    ("units", "refusal"),
    [({}, NothingNamed), ({0: 1}, NothingNamed), ({"LID": 2}, TooManyNamed), ({"LID": -1}, NothingNamed)],
)
def test_reject_of_what_is_not_there_is_refused_and_writes_nothing(units, refusal):
    network = make_network()
    order = network.paid()
    named = {line_of(order, key).pk if isinstance(key, str) else key: count for key, count in units.items()}

    with pytest.raises(refusal):
        rerouting.reject(
            fulfilment_id=fulfilment_at(order, LILLE).pk, units=named, reason="sold", note="", by=BY, at=LATER
        )
    assert (Rejection.objects.count(), figures(network, "LID", LILLE)) == (0, (2, 1))


def test_reject_of_what_has_left_is_refused():
    network = make_network()
    order = network.paid()
    ship_all(order)

    with pytest.raises(IllegalMove):
        reject(order, LILLE, "LID")
    assert figures(network, "LID", LILLE) == (1, 0)


def test_part_of_a_fulfilment_leaves_now_and_the_rest_later():
    network = make_network()
    network.put(sku="LID", at=LILLE, units=4)
    order = network.paid(units={"LID": 3})
    row = fulfilment_at(order, LILLE)
    line = line_of(order, "LID").pk

    with pytest.raises(AllNamed):
        operations.split(fulfilment_id=row.pk, units={line: 3}, by=BY, at=LATER)
    rest = operations.split(fulfilment_id=row.pk, units={line: 1}, by=BY, at=LATER)
    operations.ship(fulfilment_id=row.pk, carrier="Colissimo", tracking_code="C1", by=BY, at=LATER)

    assert figures(network, "LID", LILLE) == (2, 1)
    order.refresh_from_db()
    assert order.state == "in_fulfilment"
    held = Reservation.objects.filter(reference=f"order:{order.number}").order_by("state")
    assert [(each.state, each.quantity) for each in held] == [("held", 1), ("shipped", 2)]
    operations.ship(fulfilment_id=rest, carrier="Colissimo", tracking_code="C2", by=BY, at=LATER)
    order.refresh_from_db()
    assert (order.state, FulfilmentLine.objects.count()) == ("shipped", 2)
    assert broken() == []


def test_pack_stands_between_picking_and_shipping():
    network = make_network()
    order = network.paid(units={"LID": 1})
    row = fulfilment_at(order, LILLE)
    operations.pick(fulfilment_id=row.pk, by=BY, at=LATER)
    operations.pack(fulfilment_id=row.pk, by=BY, at=LATER)
    with pytest.raises(IllegalMove):
        operations.pick(fulfilment_id=row.pk, by=BY, at=LATER)
    ship_all(order)
    row.refresh_from_db()
    assert row.state == "shipped"


def test_rejections_only_grow():
    network = make_network()
    order = network.paid()
    reject(order, LILLE, "LID")
    for statement in ("UPDATE order_rejection SET quantity = 9", "DELETE FROM order_rejection"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
