"""Cards that are authorised on the provider's page and charged as parcels leave, through the real SDK."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.testing import drain_outbox
from apps.orders.cancellation import cancel_order
from apps.orders.enums import Source
from apps.orders.models import Order, Payment, PaymentCapture
from apps.orders.payments import operations
from apps.orders.returns import operations as returns
from tests.factories.authorised import BY, charging_later, ship_from
from tests.factories.network import LILLE, MARAIS, line_of, make_network
from tests.factories.orders import AT, make_checkout
from tests.fakes.stripe_server import sign
from tests.integration.payments.conftest import SECRET

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)
UNTIL = AT + timedelta(days=6)
INTENT = "payment_intent.amount_capturable_updated"


@pytest.fixture
def session(stripe):
    """An order of two places whose card was authorised on the page: its number and the session."""
    stripe.capture_before = int(UNTIL.timestamp())
    network = charging_later(make_network())
    items = [(network.goods["POT"], 1), (network.goods["LID"], 1)]
    placed = make_checkout(shop=network.shop, items=items).place(payment_method="card")
    operations.start_payment(payment_id=placed.payment_id, at=AT)
    payment = Payment.objects.get(pk=placed.payment_id)
    return payment, stripe.pay(payment.provider_reference), network


def post(client, body):
    signature = sign(body, secret=SECRET, at=LATER.timestamp())
    with clock.frozen(LATER):
        return client.post(
            "/webhooks/stripe/", data=body, content_type="application/json", headers={"stripe-signature": signature}
        ).json()["outcome"]


def state(payment):
    payment.refresh_from_db()
    return payment.state, payment.captured_minor, payment.released_minor


def come_back(payment, *, at=LATER):
    operations.ask_provider(payment_id=payment.pk, source=Source.RETURN, at=at)
    drain_outbox(at=at)
    return Order.objects.get(pk=payment.order_id)


def test_shopper_who_comes_back_finds_the_order_confirmed_and_nothing_charged(stripe, session):
    payment, page, _network = session

    order = come_back(payment)

    assert (order.state, *state(payment)) == ("in_fulfilment", "authorised", 0, 0)
    assert (payment.authorised_until, payment.capture) == (UNTIL, "at_shipment")
    assert stripe.intents[page["payment_intent"]]["amount_received"] == 0


def test_notices_come_in_any_order_and_the_rest_is_asked(stripe, session, client):
    payment, page, _network = session
    done = stripe.notice_for(page)
    intent = stripe.notice_for(stripe.intent_of(page["id"]), kind=INTENT, event_id="evt_2")

    said = [post(client, done), post(client, intent), post(client, intent), post(client, done)]
    drain_outbox(at=LATER)

    assert said == ["still_unknown", "authorised", "repeated", "repeated"]
    assert (*state(payment), payment.authorised_until) == ("authorised", 0, 0, UNTIL)


def test_each_parcel_is_captured_and_the_last_one_ends_it(stripe, session):
    payment, page, _network = session
    order = come_back(payment)

    ship_from(order, MARAIS, at=LATER)
    intent = stripe.intents[page["payment_intent"]]
    assert (intent["amount_received"], intent["status"]) == (1490, "requires_capture")
    ship_from(order, LILLE, at=LATER)

    assert (intent["amount_received"], intent["status"]) == (2490, "succeeded")
    assert state(payment) == ("paid", 2490, 0)


def test_capture_whose_answer_is_lost_charges_once(stripe, session):
    payment, page, _network = session
    order = come_back(payment)
    ship_from(order, MARAIS, at=LATER, drain=False)

    stripe.lose = "/capture"
    drain_outbox(at=LATER)

    assert stripe.intents[page["payment_intent"]]["amount_received"] == 1490
    assert state(payment) == ("authorised", 1490, 0)
    keys = [key for method, path, key in stripe.requests if path.endswith("/capture")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_provider_that_is_down_is_tried_again(stripe, session):
    payment, _page, _network = session
    order = come_back(payment)
    ship_from(order, MARAIS, at=LATER, drain=False)

    stripe.fail_before = 99
    drain_outbox(at=LATER, fail_on_error=False)
    assert PaymentCapture.objects.get().state == "due"
    stripe.fail_before = 0
    drain_outbox(at=LATER + timedelta(minutes=30))

    assert state(payment) == ("authorised", 1490, 0)


def test_card_that_cannot_be_charged_in_parts_is_charged_whole_with_the_first_parcel(stripe, session):
    payment, page, _network = session
    stripe.in_parts = False
    stripe.intents[page["payment_intent"]]["latest_charge"]["payment_method_details"]["card"]["multicapture"] = {
        "status": "unavailable"
    }
    order = come_back(payment)

    ship_from(order, MARAIS, at=LATER)

    assert state(payment) == ("paid", 2490, 0)
    assert payment.capture == "at_first_shipment"


def test_cancelled_order_cancels_the_intent(stripe, session):
    payment, page, _network = session
    order = come_back(payment)

    cancel_order(order_id=order.pk, reason="changed mind", by=BY, at=LATER)
    drain_outbox(at=LATER)

    assert stripe.intents[page["payment_intent"]]["status"] == "canceled"
    assert state(payment) == ("voided", 0, 0)


def test_intent_that_the_provider_cancels_is_reported(stripe, session, client):
    payment, page, _network = session
    come_back(payment)
    stripe.intents[page["payment_intent"]]["status"] = "canceled"

    outcome = post(client, stripe.notice_for(stripe.intent_of(page["id"]), kind="payment_intent.canceled"))

    assert outcome == "authorisation_lost"
    assert (state(payment)[0], payment.refusal_code) == ("authorised", "authorisation_lost")


def test_return_is_refunded_from_what_was_captured(stripe, session):
    payment, _page, network = session
    order = come_back(payment)
    ship_from(order, MARAIS, at=LATER)
    made = returns.declare_withdrawal(
        order_id=order.pk, units={line_of(order, "POT").pk: 1}, name="D", email="d@example.com", by="shopper", at=LATER
    )
    found = {made.lines.get().pk: returns.Found(sellable=1)}
    returns.inspect_return(
        return_id=made.pk, found=found, location_id=network.places[MARAIS].pk, note="", by=BY, at=LATER
    )
    drain_outbox(at=LATER)

    assert [each["amount"] for each in stripe.refunds.values()] == [1000]
    payment.refresh_from_db()
    assert (payment.captured_minor, payment.refunded_minor) == (1490, 1000)
