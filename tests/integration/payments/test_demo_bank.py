"""
The demo gateway and its bank's page: approve, decline, delay, lose the notice; and that it is gone outside
demo mode.
"""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404

from apps.core import clock
from apps.core.testing import drain_outbox
from apps.orders.models import DemoBankPayment, PaymentNotice
from apps.orders.payments import demo_bank, demo_views, operations, queries
from apps.orders.payments.errors import ForgedNotice, UnknownGateway
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.demo import Demo
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)


def at_the_bank():
    waiting = make_waiting_order(method="demo")
    result = operations.start_payment(payment_id=waiting.payment_id, at=AT)
    return waiting, re.sub(r"^https?://[^/]+", "", result.redirect_url)


def press(client, page, answer, *, at=LATER):
    with clock.frozen(at):
        return client.post(page, {"answer": answer})


def test_page_shows_amount_and_order_and_works_without_scripts(client):
    waiting, page = at_the_bank()
    html = client.get(page).content.decode()
    assert waiting.number in html
    assert "24,90" in html
    assert "<script" not in html
    assert html.count("<button") == 4


def test_approve_sends_the_shopper_back_and_the_notice_confirms(client):
    waiting, page = at_the_bank()
    response = press(client, page, "approve")
    assert (response.status_code, waiting.token in response["Location"]) == (303, True)
    drain_outbox(at=LATER)
    assert waiting.states == ("in_fulfilment", "paid")
    assert PaymentNotice.objects.get().kind == "payment.approved"


def test_decline_refuses_and_another_try_can_pay(client):
    waiting, page = at_the_bank()
    press(client, page, "decline")
    drain_outbox(at=LATER)
    assert waiting.states == ("placed", "refused")
    with clock.frozen(LATER):
        again = client.post(f"/payments/pay/{waiting.token}/")["Location"]
    press(client, re.sub(r"^https?://[^/]+", "", again), "approve")
    drain_outbox(at=LATER)
    assert waiting.order.state == "in_fulfilment"


def test_delay_is_being_confirmed_until_the_bank_settles(client):
    waiting, page = at_the_bank()
    press(client, page, "delay")
    with clock.frozen(LATER):
        client.get(f"/payments/return/{waiting.token}/")
    assert queries.payment_status(waiting.order).status == "being_confirmed"
    assert demo_bank.settle_due(at=LATER) == 0
    assert demo_bank.settle_due(at=LATER + demo_bank.DELAY) == 1
    drain_outbox(at=LATER + demo_bank.DELAY)
    assert waiting.states == ("in_fulfilment", "paid")


def test_lost_notice_is_found_by_reconciliation(client):
    waiting, page = at_the_bank()
    press(client, page, "lose")
    drain_outbox(at=LATER)
    assert waiting.states == ("placed", "pending")
    operations.reconcile(at=LATER)
    assert waiting.states == ("confirmed", "paid")


def test_deciding_twice_keeps_the_first_decision(client):
    waiting, page = at_the_bank()
    press(client, page, "approve")
    press(client, page, "decline")
    assert DemoBankPayment.objects.get().decision == "approved"
    assert waiting.number in client.get(page).content.decode()


def test_late_approval_after_expiry_is_impossible_because_the_page_is_closed(client):
    waiting, page = at_the_bank()
    operations.expire_unpaid(at=waiting.expires_at)
    press(client, page, "approve", at=waiting.expires_at)
    assert DemoBankPayment.objects.get().decision == "closed"
    assert waiting.states == ("expired", "expired")


def test_page_with_a_forged_name_is_not_found(rf):
    with pytest.raises(Http404):
        demo_views.bank_page(rf.get("/"), token="demo_x~forged")


def test_notice_with_a_wrong_signature_is_refused():
    with pytest.raises(ForgedNotice):
        operations.take_notice(provider="demo", body=b"{}", headers={"demo-bank-signature": "1.00"}, at=LATER)


def test_demo_gateway_refuses_to_load_outside_demo_mode(settings, rf):
    _waiting, page = at_the_bank()
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured):
        Demo(bank=demo_bank.Books(), origin="", secret=b"", is_demo=False)
    with pytest.raises(UnknownGateway):
        registry.gateway_for(code="demo")
    with pytest.raises(UnknownGateway):
        registry.gateway_of_provider(provider="demo")
    with pytest.raises(Http404):
        demo_views.bank_page(rf.get(page), token=page.split("/")[2])
