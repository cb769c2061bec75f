"""Changes of orders under races: goods leave or are taken out, never both; a draft is confirmed once."""

from collections import Counter
from functools import partial

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import Reservation
from apps.orders import cancellation
from apps.orders.edits import operations as edits
from apps.orders.edits import queries
from apps.orders.fulfilment import operations, rerouting
from apps.orders.models import OrderEdit, Refund
from tests.factories.network import DEPOT, fulfilment_at, line_of, make_network
from tests.integration.fulfilment.test_rejection import LATER
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = "user:7"


@pytest.fixture
def order():
    return make_network().paid(units={"KETTLE": 2, "LID": 1})


def drafted(order, **units):
    named = {line_of(order, sku).pk: count for sku, count in units.items()}
    row = edits.draft(order_id=order.pk, units=named, address=None, reason="r", by=BY, at=LATER)
    return partial(edits.confirm, edit_id=row.pk, by=BY, at=LATER)


def kinds(answers):
    return Counter(type(each).__name__ for each in answers)


def broken():
    drain_outbox(at=LATER)
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def test_draft_pressed_four_times_is_confirmed_once(order):
    confirm = drafted(order, KETTLE=1)

    answers = race([confirm] * 4)

    assert kinds(answers)["OrderEdit"] == 1
    assert OrderEdit.objects.get().version == 2
    assert Refund.objects.count() == 1
    assert queries.balance_of(order_id=order.pk).is_even
    assert broken() == []


def test_goods_leave_or_are_taken_out_never_both(order):
    confirm = drafted(order, KETTLE=1)
    row = fulfilment_at(order, DEPOT)
    ship = partial(operations.ship, fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by=BY, at=LATER)

    answers = race([confirm, ship])

    row.refresh_from_db()
    taken_out = Refund.objects.exists()
    left = sum(line.quantity for line in row.lines.all()) if row.state == "shipped" else 0
    assert left + int(taken_out) <= 2
    assert any(not isinstance(each, Exception) for each in answers)
    assert broken() == []


def test_order_is_changed_or_cancelled_and_its_money_goes_back_once(order):
    confirm = drafted(order, KETTLE=1)
    cancel = partial(cancellation.cancel_order, order_id=order.pk, reason="no", by=BY, at=LATER)

    answers = race([confirm, cancel])

    order.refresh_from_db()
    assert sum(isinstance(each, Exception) for each in answers) == 1
    assert (order.state == "cancelled") != OrderEdit.objects.filter(state="confirmed").exists()
    if order.state == "cancelled":
        assert not Reservation.objects.filter(state="held").exists()
    assert broken() == []


def test_units_are_rejected_by_the_location_or_taken_out_never_lost(order):
    confirm = drafted(order, KETTLE=1)
    row = fulfilment_at(order, DEPOT)
    reject = partial(
        rerouting.reject,
        fulfilment_id=row.pk,
        units={line_of(order, "KETTLE").pk: 2},
        reason="no_time",
        note="",
        by=BY,
        at=LATER,
    )

    race([confirm, reject])

    assert broken() == []
