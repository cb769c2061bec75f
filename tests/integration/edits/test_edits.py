"""Orders change on a draft: what it says is what confirming does, whole or not at all, and the money stays even."""

from datetime import timedelta

import pytest

from apps.core import books
from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import Reservation, StockLevel
from apps.orders.edits import operations as edits
from apps.orders.edits import queries
from apps.orders.edits.errors import (
    AddressTooLate,
    EditDecided,
    EditOutdated,
    EditReasonMissing,
    EverythingTakenOut,
    NotChangeable,
    NothingChanged,
    OtherCountry,
    TooFewOpen,
)
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import MailLog, OrderEdit, Payment, Refund, Return
from apps.orders.returns import operations as returns
from tests.factories.authorised import card_of, charging_later, place_authorised
from tests.factories.coming import announce
from tests.factories.network import DEPOT, LILLE, fulfilment_at, line_of, make_network
from tests.factories.orders import AT, make_address

pytestmark = pytest.mark.django_db

BY = "user:7"
LATER = AT + timedelta(hours=1)


@pytest.fixture
def network():
    return make_network()


def change(order, units, *, address=None, reason="they called"):
    named = {line_of(order, sku).pk: count for sku, count in units.items()}
    return edits.draft(order_id=order.pk, units=named, address=address, reason=reason, by=BY, at=LATER)


def confirm(row):
    done = edits.confirm(edit_id=row.pk, by=BY, at=LATER)
    drain_outbox(at=LATER)
    return done


def carried(order):
    return {
        row.location.code if row.location else "": (row.state, sum(line.quantity for line in row.lines.all()))
        for row in order.fulfilments.exclude(state="replaced")
    }


def broken():
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def test_draft_says_what_it_would_do_and_moves_nothing(network):
    order = network.paid(units={"KETTLE": 2, "LID": 1})

    row = change(order, {"KETTLE": 1})

    assert (row.state, row.version, row.based_on, row.units) == (
        "draft",
        None,
        1,
        {str(line_of(order, "KETTLE").pk): 1},
    )
    payment = Payment.objects.get(order=order)
    assert row.expected == {
        "refund_minor": 1000,
        "tax_minor": 167,
        "delivery_minor": 0,
        "tenders": [[payment.pk, 1000, False]],
        "locations": [DEPOT],
    }
    assert carried(order) == {DEPOT: ("new", 2), LILLE: ("new", 1)}
    assert not Refund.objects.exists()
    assert not Return.objects.exists()
    assert Reservation.objects.filter(state="held").count() == 2
    assert broken() == []


def test_confirmed_change_frees_goods_owes_money_tells_the_shopper_and_is_a_version(network):
    order = network.paid(units={"KETTLE": 2, "LID": 1})

    done = confirm(change(order, {"KETTLE": 1}))

    assert (done.state, done.version) == ("confirmed", 2)
    assert carried(order) == {DEPOT: ("new", 1), LILLE: ("new", 1)}
    level = StockLevel.objects.get(location__code=DEPOT, product=network.goods["KETTLE"])
    assert (level.on_hand, level.reserved) == (2, 1)
    assert done.given_back.refund.amount_minor == 1000
    assert done.outcome["paid_minor"] - done.outcome["back_minor"] == done.outcome["owed_minor"]
    assert done.outcome["units"][str(line_of(order, "KETTLE").pk)] == 1
    assert MailLog.objects.filter(order=order, kind="order_changed").count() == 1
    assert not MailLog.objects.filter(order=order, kind="not_sent").exists()
    assert AuditEvent.objects.get(action="order.change").after["version"] == 2
    assert broken() == []


def test_line_that_is_taken_out_whole_ends_its_fulfilment_and_the_rest_is_sent(network):
    order = network.paid(units={"KETTLE": 1, "LID": 1})
    confirm(change(order, {"LID": 1}))
    assert carried(order) == {DEPOT: ("new", 1), LILLE: ("cancelled", 1)}

    row = fulfilment_at(order, DEPOT)
    fulfilments.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by=BY, at=LATER)
    drain_outbox(at=LATER)

    order.refresh_from_db()
    assert order.state == "shipped"
    assert broken() == []


def test_several_changes_are_versions_that_each_add_up(network):
    network.put(sku="KETTLE", at=DEPOT, units=9)
    order = network.paid(units={"KETTLE": 3, "LID": 2, "CUP": 1})

    for units in ({"KETTLE": 1}, {"KETTLE": 1, "LID": 1}, {"CUP": 1}):
        confirm(change(order, units))

    rows = list(queries.versions(order_id=order.pk))
    assert [row.version for row in rows] == [2, 3, 4]
    assert [row.outcome["back_minor"] for row in rows] == [1000, 3000, 4000]
    assert all(row.outcome["paid_minor"] - row.outcome["back_minor"] == row.outcome["owed_minor"] for row in rows)
    assert queries.balance_of(order_id=order.pk).is_even
    assert broken() == []


def test_card_that_is_charged_later_is_not_charged_for_what_was_taken_out():
    network = charging_later(make_network())
    order = place_authorised(network, units={"KETTLE": 2, "LID": 1})

    row = change(order, {"KETTLE": 1})
    assert [tender[2] for tender in row.expected["tenders"]] == [True]
    confirm(row)

    assert card_of(order).released_minor == 1000
    assert broken() == []


def test_expected_and_waiting_goods_are_taken_out_first(network):
    coming = announce(network, units={"KETTLE": 5})
    order = network.paid(units={"KETTLE": 4})

    confirm(change(order, {"KETTLE": 2}))

    assert carried(order) == {DEPOT: ("new", 2), coming.code: ("cancelled", 2)}
    assert StockLevel.objects.get(location=coming).reserved == 0
    assert broken() == []


def test_new_address_is_written_beside_the_old_one_and_told(network):
    order = network.paid(units={"KETTLE": 1})
    old = order.shipping_address_id

    done = confirm(change(order, {}, address=make_address(line1="9 rue Neuve", postcode="59000", city="Lille")))

    order.refresh_from_db()
    assert order.shipping_address_id != old
    assert (order.shipping_address.line1, order.shipping_address.line4) == ("9 rue Neuve", "Lille")
    assert done.version == 2
    assert not Refund.objects.exists()
    mail = MailLog.objects.get(order=order, kind="order_changed")
    assert mail.state == "sent"


def test_address_stays_once_a_parcel_is_being_prepared(network):
    order = network.paid(units={"KETTLE": 1, "LID": 1})
    fulfilments.pick(fulfilment_id=fulfilment_at(order, DEPOT).pk, by=BY, at=LATER)

    with pytest.raises(AddressTooLate):
        change(order, {}, address=make_address(line1="9 rue Neuve"))


def test_picked_goods_stay_in(network):
    order = network.paid(units={"KETTLE": 2, "LID": 1})
    fulfilments.pick(fulfilment_id=fulfilment_at(order, DEPOT).pk, by=BY, at=LATER)

    with pytest.raises(TooFewOpen):
        change(order, {"KETTLE": 1})
    assert queries.open_units(order_id=order.pk) == {line_of(order, "LID").pk: 1}


def test_everything_is_cancelled_not_changed(network):
    order = network.paid(units={"KETTLE": 1, "LID": 1})
    with pytest.raises(EverythingTakenOut):
        change(order, {"KETTLE": 1, "LID": 1})

    confirm(change(order, {"KETTLE": 1}))
    confirm(change(order, {"LID": 1}))
    order.refresh_from_db()
    assert Refund.objects.filter(parent__order=order).count() == 2
    # The last of it takes the delivery along.
    assert sum(row.amount_minor for row in Refund.objects.all()) == 2490
    assert broken() == []


def test_rest_of_an_order_that_is_on_its_way_is_taken_out_at_once(network):
    order = network.paid(units={"KETTLE": 1, "LID": 1, "CUP": 1})
    row = fulfilment_at(order, DEPOT)
    fulfilments.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by=BY, at=LATER)
    drain_outbox(at=LATER)

    confirm(change(order, {"LID": 1, "CUP": 1}))

    order.refresh_from_db()
    assert order.state == "shipped"
    assert broken() == []


def test_draft_that_would_do_something_else_by_now_is_refused(network):
    order = network.paid(units={"KETTLE": 2, "LID": 1})
    first = change(order, {"KETTLE": 1})
    fulfilments.pick(fulfilment_id=fulfilment_at(order, DEPOT).pk, by=BY, at=LATER)
    with pytest.raises(TooFewOpen):
        edits.confirm(edit_id=first.pk, by=BY, at=LATER)
    assert OrderEdit.objects.get(pk=first.pk).state == "draft"
    assert not Refund.objects.exists()


def test_older_draft_is_discarded_and_a_decided_one_stays(network):
    order = network.paid(units={"KETTLE": 2, "LID": 1})
    first = change(order, {"KETTLE": 1})
    second = change(order, {"LID": 1})

    assert OrderEdit.objects.get(pk=first.pk).state == "discarded"
    with pytest.raises(EditDecided):
        edits.confirm(edit_id=first.pk, by=BY, at=LATER)
    edits.discard(edit_id=second.pk, by=BY, at=LATER)
    for decide in (edits.confirm, edits.discard):
        with pytest.raises(EditDecided):
            decide(edit_id=second.pk, by=BY, at=LATER)
    assert carried(order) == {DEPOT: ("new", 2), LILLE: ("new", 1)}


def test_draft_of_an_older_version_is_outdated(network):
    network.put(sku="KETTLE", at=DEPOT, units=9)
    order = network.paid(units={"KETTLE": 3})
    row = change(order, {"KETTLE": 1})
    OrderEdit.objects.filter(pk=row.pk).update(expected={**row.expected, "refund_minor": 999})

    with pytest.raises(EditOutdated):
        edits.confirm(edit_id=row.pk, by=BY, at=LATER)
    assert not Refund.objects.exists()


def test_refusals_write_nothing(network):
    order = network.paid(units={"KETTLE": 1, "LID": 1})
    unpaid = network.order(units={"CUP": 1})
    kettle = line_of(order, "KETTLE").pk
    foreign = make_network_line(network)
    for refusal, said in (
        (EditReasonMissing, {"reason": " ", "units": {kettle: 1}}),
        (NothingChanged, {"units": {}}),
        (NothingChanged, {"units": {kettle: 0}}),
        (TooFewOpen, {"units": {kettle: 2}}),
        (NotChangeable, {"units": {kettle: -1}}),
        (NotChangeable, {"units": {foreign: 1}}),
        (OtherCountry, {"units": {}, "address": make_address(country="DE")}),
        (NotChangeable, {"order_id": unpaid.order_id, "units": {kettle: 1}}),
    ):
        values = {"order_id": order.pk, "address": None, "reason": "r", "by": BY, "at": LATER, **said}
        with pytest.raises(refusal):
            edits.draft(**values)
    assert not OrderEdit.objects.exists()


def make_network_line(network):
    other = network.paid(units={"POT": 1})
    return line_of(other, "POT").pk


def test_returns_of_what_was_sent_go_on_after_a_change(network):
    network.put(sku="KETTLE", at=DEPOT, units=9)
    order = network.paid(units={"KETTLE": 3})
    confirm(change(order, {"KETTLE": 1}))
    row = fulfilment_at(order, DEPOT)
    fulfilments.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by=BY, at=LATER)
    drain_outbox(at=LATER)

    made = returns.declare_withdrawal(
        order_id=order.pk,
        units={line_of(order, "KETTLE").pk: 2},
        name="D",
        email="d@example.com",
        by="shopper",
        at=LATER,
    )
    found = {made.lines.get().pk: returns.Found(sellable=2)}
    returns.inspect_return(
        return_id=made.pk, found=found, location_id=network.places[DEPOT].pk, note="", by=BY, at=LATER
    )
    drain_outbox(at=LATER)

    assert sum(each.amount_minor for each in Refund.objects.all()) == 3490
    assert queries.balance_of(order_id=order.pk).is_even
    assert broken() == []
