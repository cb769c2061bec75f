"""Parcels, captures, releases and cancellations of one authorised order at the same moment."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.orders.cancellation import cancel_order
from apps.orders.models import Fulfilment, PaymentCapture
from apps.orders.payments import operations, parts
from apps.orders.payments.operations import capturing
from apps.orders.returns import unsent
from tests.factories.authorised import BY, at_the_bank, card_of, charging_later, place_authorised, ship_from
from tests.factories.network import LILLE, MARAIS, make_network
from tests.factories.orders import AT
from tests.integration.fulfilment.test_rejection import reject
from tests.race import meeting, race

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(hours=1)
THREADS = 8


def broken():
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def authorised(units):
    return place_authorised(charging_later(make_network()), units=units)


def test_parcel_is_charged_once_when_it_is_asked_for_many_times_at_once():
    order = authorised({"POT": 1, "LID": 1})
    parcel = ship_from(order, MARAIS, at=LATER, drain=False)

    asking = partial(operations.ask_captures, fulfilment_id=parcel, at=LATER)
    assert Counter(len(each) for each in race([asking] * THREADS)) == {1: 1, 0: THREADS - 1}
    capture = PaymentCapture.objects.get()
    race([partial(operations.capture, capture_id=capture.pk, at=LATER)] * THREADS)

    assert (card_of(order).captured_minor, at_the_bank(order).captured_minor) == (1490, 1490)
    drain_outbox(at=LATER)
    assert broken() == []


def test_control_without_the_locks_a_parcel_is_asked_for_more_than_once(monkeypatch):
    order = authorised({"POT": 1, "LID": 1})
    first = ship_from(order, MARAIS, at=LATER, drain=False)
    second = ship_from(order, LILLE, at=LATER, drain=False)
    monkeypatch.setattr(capturing, "_locked", lambda _order_id: (order, [card_of(order)]))
    asked_minor = parts.asked_minor
    # Both read what was asked for before either asks.
    monkeypatch.setattr(parts, "asked_minor", meeting(asked_minor, parties=2))

    asking = [partial(operations.ask_captures, fulfilment_id=each, at=LATER) for each in (first, second)]
    race(asking)

    assert asked_minor(payment=card_of(order)) > 2490


def test_two_parcels_that_leave_at_once_are_charged_what_was_authorised():
    order = authorised({"POT": 1, "LID": 1})
    first = ship_from(order, MARAIS, at=LATER, drain=False)
    second = ship_from(order, LILLE, at=LATER, drain=False)

    race([partial(operations.ask_captures, fulfilment_id=each, at=LATER) for each in (first, second)])
    drain_outbox(at=LATER)

    assert (card_of(order).state, card_of(order).captured_minor) == ("paid", 2490)
    assert broken() == []


def test_giving_up_the_rest_while_the_first_parcel_is_charged_loses_no_cent():
    order = authorised({"POT": 1, "LID": 1})
    reject(order, LILLE, "LID")
    parcel = ship_from(order, MARAIS, at=LATER, drain=False)
    waiting = Fulfilment.objects.get(order=order, state="waiting")
    (capture_id,) = operations.ask_captures(fulfilment_id=parcel, at=LATER)

    race(
        [
            partial(operations.capture, capture_id=capture_id, at=LATER),
            partial(unsent.give_up, fulfilment_id=waiting.pk, reason="gone", by=BY, at=LATER),
        ]
    )
    drain_outbox(at=LATER)

    card = card_of(order)
    assert (card.state, card.captured_minor, card.released_minor) == ("paid", 1490, 1000)
    assert at_the_bank(order).is_released
    assert broken() == []


def test_cancelling_while_the_end_of_the_authorisation_is_charged_leaves_the_books_right():
    order = authorised({"POT": 1})
    end = card_of(order).authorised_until - timedelta(hours=1)

    race(
        [
            partial(operations.capture_before_end, at=end),
            partial(cancel_order, order_id=order.pk, reason="changed mind", by=BY, at=end),
        ]
    )
    drain_outbox(at=end, fail_on_error=False)
    drain_outbox(at=end + timedelta(minutes=30))

    card, there = card_of(order), at_the_bank(order)
    assert card.captured_minor - card.refunded_minor == there.captured_minor - there.refunded_minor == 0
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=end + timedelta(minutes=30)).broken] == []
