"""Shoppers who tell their bank that a charge is wrong: kept, told to staff, and no money sent back twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.models import AuditEvent, OutboxDelivery
from apps.core.testing import drain_outbox
from apps.orders.cancellation import cancel_order
from apps.orders.models import PaymentDispute
from apps.orders.payments import operations
from apps.orders.payments.errors import PaymentDisputed
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order
from tests.factories.staff import make_staff
from tests.fakes.stripe_server import sign
from tests.integration.payments.conftest import SECRET

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)
KIND = "charge.dispute.created"


@pytest.fixture
def paid(stripe, client):
    """An order paid by card at 24.90, and its session."""
    waiting = make_waiting_order()
    reference = operations.start_payment(payment_id=waiting.payment_id, at=AT).reference
    post(client, stripe.notice_for(stripe.pay(reference), event_id="evt_paid"))
    drain_outbox(at=LATER)
    return waiting, reference


def post(client, body):
    signature = sign(body, secret=SECRET, at=LATER.timestamp())
    with clock.frozen(LATER):
        return client.post(
            "/webhooks/stripe/", data=body, content_type="application/json", headers={"stripe-signature": signature}
        ).json()["outcome"]


def told(stripe, client, reference, *, event="evt_d", kind=KIND, **changes):
    dispute = stripe.dispute(reference, **{"amount": 2490, **changes})
    outcome = post(client, stripe.notice_for(dispute, kind=kind, event_id=event))
    drain_outbox(at=LATER, fail_on_error=False)
    return outcome


def test_dispute_is_kept_with_its_amount_reason_and_day(stripe, client, paid):
    waiting, reference = paid

    assert told(stripe, client, reference) == "disputed"
    assert told(stripe, client, reference) == "repeated"

    row = PaymentDispute.objects.get()
    assert (row.payment_id, row.state, row.amount_minor, row.currency) == (waiting.payment_id, "open", 2490, "EUR")
    assert (row.reason, row.respond_by) == ("product_not_received", datetime.fromtimestamp(1795000000, tz=UTC))
    assert AuditEvent.objects.get(action="payment.dispute_open").reason == "product_not_received"


@pytest.mark.parametrize(
    ("status", "state"), [("won", "won"), ("warning_closed", "won"), ("lost", "lost"), ("under_review", "open")]
)
def test_dispute_ends_as_the_provider_says_and_an_old_notice_opens_it_no_more(stripe, client, paid, status, state):
    _waiting, reference = paid
    told(stripe, client, reference)
    told(stripe, client, reference, event="evt_2", kind="charge.dispute.closed", status=status)
    told(stripe, client, reference, event="evt_3", kind="charge.dispute.updated")

    row = PaymentDispute.objects.get()
    assert (row.state, row.closed_at is None) == (state, state == "open")


@pytest.mark.parametrize(("status", "is_sent"), [("needs_response", False), ("lost", False), ("won", True)])
def test_disputed_money_is_not_sent_back_a_second_time(stripe, client, paid, status, is_sent):
    waiting, reference = paid
    told(stripe, client, reference, status=status, kind="charge.dispute.closed")

    cancel_order(order_id=waiting.order_id, reason="lost parcel", by="user:7", at=LATER)
    drain_outbox(at=LATER)

    assert waiting.payment.state == ("refunded" if is_sent else "refund_due")
    assert len(stripe.refunds) == int(is_sent)
    if not is_sent:
        with pytest.raises(PaymentDisputed):
            operations.refund_due(payment_id=waiting.payment_id, at=LATER)
        operations.record_refund(payment_id=waiting.payment_id, reference="by hand", by="user:7", at=LATER)
        assert waiting.payment.state == "refunded"


def test_part_that_is_not_disputed_can_be_sent_back(stripe, client, paid):
    waiting, reference = paid
    told(stripe, client, reference, amount=1000)

    payment = waiting.payment
    done = []
    operations.send_back(payment=payment, amount_minor=1490, key="k", by="user:7", at=LATER, record=done.append)

    assert len(done) == 1
    with pytest.raises(PaymentDisputed):
        operations.send_back(payment=payment, amount_minor=1491, key="k2", by="user:7", at=LATER, record=done.append)


def test_dispute_of_no_payment_of_ours_is_given_up_and_seen(stripe, client, paid):
    _waiting, reference = paid
    told(stripe, client, reference, payment_intent="pi_unknown")

    assert not PaymentDispute.objects.exists()
    assert OutboxDelivery.objects.get(handler="payments.dispute").state == "dead"


def test_staff_see_it_first_on_the_order_and_in_the_list(stripe, client, paid):
    waiting, reference = paid
    told(stripe, client, reference)
    client.force_login(make_staff(group="order desk"))

    with clock.frozen(LATER):
        first = client.get("/admin/").content.decode()
    assert reverse("admin:order_paymentdispute_changelist") + "?state__exact=open" in first
    listed = client.get(reverse("admin:order_paymentdispute_changelist")).content.decode()
    assert waiting.number in listed
    assert (
        "product_not_received"
        in client.get(reverse("admin:order_order_change", args=[waiting.order_id])).content.decode()
    )
