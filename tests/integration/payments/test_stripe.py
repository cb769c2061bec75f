"""Paying by card through the real SDK, against the stand-in server."""

from datetime import timedelta

import pytest
from django.http import Http404

from apps.core import clock, outbox
from apps.core.models import OutboxEvent
from apps.inventory.models import StockLevel
from apps.orders import transitions
from apps.orders.enums import SettleOutcome, Source
from apps.orders.models import Payment, PaymentNotice, Transition
from apps.orders.payments import operations, queries, views
from apps.orders.payments.errors import PaymentDeclinedAtStart, ProviderUnavailable, UnableToPay
from apps.orders.payments.gateways import registry
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order
from tests.fakes.stripe_server import sign
from tests.integration.payments.conftest import SECRET

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)


def confirmations(waiting):
    return OutboxEvent.objects.filter(topic="order.confirmed", key=waiting.number).count()


def started(stripe, **changes):
    waiting = make_waiting_order(**changes)
    operations.start_payment(payment_id=waiting.payment_id, at=AT)
    return waiting, waiting.payment.provider_reference


def post(client, body, *, at=LATER, secret=SECRET, header=None):
    signature = sign(body, secret=secret, at=at.timestamp()) if header is None else header
    with clock.frozen(at):
        return client.post(
            "/webhooks/stripe/", data=body, content_type="application/json", headers={"stripe-signature": signature}
        )


def test_start_payment_gives_the_hosted_page_and_says_what_is_to_be_paid(stripe):
    waiting = make_waiting_order()
    result = operations.start_payment(payment_id=waiting.payment_id, at=AT)
    session = stripe.sessions[result.reference]
    assert result.redirect_url == session["url"]
    assert (session["amount_total"], session["currency"]) == (2490, "eur")
    assert session["metadata"] == {"order_number": waiting.number, "payment_key": waiting.payment.idempotency_key}
    assert session["locale"] == "fr"
    assert (
        session["success_url"].startswith("http://localhost:8000/payments/return/")
        or "halles.localhost" in session["success_url"]
    )
    assert session["expires_at"] == int(waiting.expires_at.timestamp())
    assert waiting.states == ("placed", "pending")


def test_start_payment_sends_no_telemetry(stripe):
    started(stripe)
    assert not any("telemetry" in name for headers in stripe.headers for name in headers)
    assert not any("telemetry_id" in headers.get("x-stripe-client-user-agent", "") for headers in stripe.headers)


def test_start_payment_twice_opens_one_page(stripe):
    waiting, reference = started(stripe)
    again = operations.start_payment(payment_id=waiting.payment_id, at=LATER)
    assert again.reference == reference
    assert len(stripe.sessions) == 1


def test_start_payment_when_the_answer_is_lost_repeats_with_the_same_key(stripe):
    waiting = make_waiting_order()
    stripe.fail_after = 1
    operations.start_payment(payment_id=waiting.payment_id, at=AT)
    keys = [key for method, _path, key in stripe.requests if method == "POST"]
    assert keys == [waiting.payment.idempotency_key] * 2
    assert len(stripe.sessions) == 1


def test_start_payment_when_the_provider_is_down_keeps_the_order_and_refuses_nothing(stripe):
    waiting = make_waiting_order()
    stripe.fail_before = 99
    with pytest.raises(ProviderUnavailable):
        operations.start_payment(payment_id=waiting.payment_id, at=AT)
    assert waiting.states == ("placed", "created")
    assert queries.payment_status(waiting.order).status == "to_pay"


def test_start_payment_when_the_provider_refuses_it_lets_the_shopper_try_again(stripe, settings):
    waiting = make_waiting_order()
    Payment.objects.filter(pk=waiting.payment_id).update(idempotency_key="order-x")
    operations.start_payment(payment_id=waiting.payment_id, at=AT)
    Payment.objects.filter(pk=waiting.payment_id).update(amount_minor=1)
    with pytest.raises(PaymentDeclinedAtStart):
        operations.start_payment(payment_id=waiting.payment_id, at=AT)
    assert waiting.states == ("placed", "refused")


def test_webhook_then_return_confirms_once(stripe, client):
    waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.pay(reference))
    assert post(client, body).json() == {"outcome": "paid"}
    with clock.frozen(LATER):
        response = client.get(f"/payments/return/{waiting.token}/")
    assert response.status_code == 303
    assert response["Location"].endswith(f"/fr-fr/orders/{waiting.token}/")
    assert waiting.states == ("confirmed", "paid")
    assert confirmations(waiting) == 1
    assert waiting.payment.captured_minor == 2490


def test_return_then_webhook_confirms_once(stripe, client):
    waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.pay(reference))
    with clock.frozen(LATER):
        client.get(f"/payments/return/{waiting.token}/")
    assert waiting.states == ("confirmed", "paid")
    assert post(client, body).json() == {"outcome": "already_settled"}
    assert confirmations(waiting) == 1


def test_webhook_twice_is_worked_on_once(stripe, client):
    waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.pay(reference))
    assert [post(client, body).json()["outcome"] for _ in range(2)] == ["paid", "repeated"]
    assert confirmations(waiting) == 1
    assert PaymentNotice.objects.count() == 1


def test_webhook_keeps_what_was_decided_on_and_no_personal_data(stripe, client):
    waiting, reference = started(stripe)
    post(client, stripe.notice_for(stripe.pay(reference)))
    assert PaymentNotice.objects.get().body == {
        "answer": "yes",
        "reference": reference,
        "amount_minor": 2490,
        "currency": "EUR",
        "order_number": waiting.number,
        "refusal_code": "",
    }


def test_webhook_that_overtakes_our_own_write_is_found_by_its_key(stripe, client):
    waiting, reference = started(stripe)
    Payment.objects.filter(pk=waiting.payment_id).update(provider_reference="")
    assert post(client, stripe.notice_for(stripe.pay(reference))).json() == {"outcome": "paid"}


@pytest.mark.parametrize("header", ["", "t=1,v1=00", "nonsense", "t=x,v1="])
def test_webhook_forged_is_refused_and_changes_nothing(stripe, client, header):
    waiting, reference = started(stripe)
    assert post(client, stripe.notice_for(stripe.pay(reference)), header=header).status_code == 400
    assert waiting.states == ("placed", "pending")
    assert not PaymentNotice.objects.exists()


def test_webhook_signed_with_another_secret_is_refused(stripe, client):
    _waiting, reference = started(stripe)
    assert post(client, stripe.notice_for(stripe.pay(reference)), secret="whsec_other").status_code == 400


@pytest.mark.parametrize("minutes", [-6, 6])
def test_webhook_with_an_old_or_future_timestamp_is_refused(stripe, client, minutes):
    _waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.pay(reference))
    header = sign(body, secret=SECRET, at=(LATER + timedelta(minutes=minutes)).timestamp())
    assert post(client, body, header=header).status_code == 400


@pytest.mark.parametrize("changes", [{"livemode": True}, {"account": "acct_other"}])
def test_webhook_of_another_mode_or_merchant_is_refused(stripe, client, changes):
    waiting, reference = started(stripe)
    assert post(client, stripe.notice_for(stripe.pay(reference), **changes)).status_code == 400
    assert waiting.states == ("placed", "pending")


def test_webhook_tampered_after_signing_is_refused(stripe, client):
    _waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.pay(reference))
    header = sign(body, secret=SECRET, at=LATER.timestamp())
    assert post(client, body.replace(b"2490", b"2491"), header=header).status_code == 400


def test_webhook_too_large_is_refused(stripe, client):
    assert post(client, b"x" * (256 * 1024 + 1), header="t=1,v1=0").status_code == 413


def test_webhook_of_no_gateway_is_not_found_and_get_is_not_allowed(stripe, client):
    assert client.post("/webhooks/nobody/", data=b"{}", content_type="application/json").status_code == 404
    assert client.get("/webhooks/stripe/").status_code == 405


def test_webhook_about_something_else_is_recorded_and_ignored(stripe, client):
    waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.sessions[reference], kind="payment_intent.payment_failed")
    assert post(client, body).json() == {"outcome": "ignored"}
    assert PaymentNotice.objects.get().outcome == "ignored"
    assert waiting.states == ("placed", "pending")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [({"amount": 1}, "amount_mismatch"), ({"currency": "gbp"}, "currency_mismatch")],
)
def test_webhook_with_a_wrong_amount_or_currency_never_pays_and_is_visible(stripe, client, changes, outcome):
    waiting, reference = started(stripe)
    assert post(client, stripe.notice_for(stripe.pay(reference, **changes))).json() == {"outcome": outcome}
    assert waiting.states == ("placed", "pending")
    assert [each.pk for each in queries.needing_staff()] == [waiting.payment_id]
    assert confirmations(waiting) == 0


def test_webhook_naming_another_order_never_pays(stripe, client):
    waiting, reference = started(stripe)
    session = {**stripe.pay(reference), "metadata": {"order_number": "OTHER", "payment_key": ""}}
    assert post(client, stripe.notice_for(session)).json() == {"outcome": "order_mismatch"}
    assert waiting.states == ("placed", "pending")


def test_webhook_with_an_unknown_reference_is_recorded(stripe, client):
    waiting, reference = started(stripe)
    session = {**stripe.pay(reference), "id": "cs_unknown", "metadata": {}}
    assert post(client, stripe.notice_for(session)).json() == {"outcome": "unknown_payment"}
    assert queries.strange_notices().count() == 1
    assert waiting.states == ("placed", "pending")


def test_complete_but_unpaid_is_being_confirmed_not_refused(stripe, client):
    waiting, reference = started(stripe)
    assert post(client, stripe.notice_for(stripe.complete_unpaid(reference))).json() == {"outcome": "still_unknown"}
    assert queries.payment_status(waiting.order).status == "being_confirmed"


def test_return_while_the_provider_is_down_is_being_confirmed_not_refused(stripe, client):
    waiting, reference = started(stripe)
    stripe.pay(reference)
    stripe.fail_before = 9
    with clock.frozen(LATER):
        assert client.get(f"/payments/return/{waiting.token}/").status_code == 303
    view = queries.payment_status(waiting.order)
    assert (view.status, view.can_pay) == ("being_confirmed", True)


def test_reconcile_finds_a_lost_notice_and_says_so(stripe):
    waiting, reference = started(stripe)
    stripe.pay(reference)
    report = operations.reconcile(at=LATER)
    assert [(line.before, line.after, line.outcome) for line in report.differences] == [("pending", "paid", "paid")]
    assert waiting.states == ("confirmed", "paid")
    assert operations.reconcile(at=LATER + timedelta(minutes=9)).lines == []


def test_reconcile_starts_what_a_crash_left_unstarted(stripe):
    waiting = make_waiting_order()
    report = operations.reconcile(at=LATER)
    assert [line.outcome for line in report.lines] == ["started"]
    assert waiting.payment.redirect_url == next(iter(stripe.sessions.values()))["url"]


def test_reconcile_when_the_provider_is_down_changes_nothing_and_reports_it(stripe):
    waiting, _reference = started(stripe)
    stripe.fail_before = 99
    report = operations.reconcile(at=LATER)
    assert (report.lines, list(report.unreachable)) == ([], ["card"])
    assert waiting.states == ("placed", "pending")


def test_expire_unpaid_gives_stock_back_and_closes_the_page(stripe):
    waiting, reference = started(stripe)
    report = operations.expire_unpaid(at=waiting.expires_at)
    assert report.expired == [waiting.number]
    assert waiting.states == ("expired", "expired")
    assert stripe.sessions[reference]["status"] == "expired"
    assert StockLevel.objects.get(product=waiting.product).reserved == 0
    assert operations.expire_unpaid(at=waiting.expires_at).expired == []


def test_expire_unpaid_of_an_order_paid_meanwhile_confirms_it(stripe):
    waiting, reference = started(stripe)
    stripe.pay(reference)
    report = operations.expire_unpaid(at=waiting.expires_at)
    assert (report.paid, report.expired) == ([waiting.number], [])
    assert waiting.states == ("confirmed", "paid")
    assert StockLevel.objects.get(product=waiting.product).reserved == 2


def test_expire_unpaid_while_the_provider_is_silent_waits_but_not_for_ever(stripe, client):
    waiting, reference = started(stripe)
    stripe.fail_before = 999
    at = waiting.expires_at
    assert operations.expire_unpaid(at=at).extended == [waiting.number]
    assert waiting.order.expires_at == at + timedelta(minutes=10)
    assert operations.expire_unpaid(at=at + timedelta(hours=6)).expired == [waiting.number]
    assert waiting.payment.refusal_code == "provider_silent"
    # The provider comes back and says yes: the money is found and owed back.
    stripe.fail_before = 0
    stripe.pay(reference)
    report = operations.reconcile(at=at + timedelta(hours=7))
    assert [line.outcome for line in report.differences] == ["refund_due"]
    assert waiting.states == ("expired", "refund_due")


def test_late_yes_after_expiry_is_refunded_once(stripe, client):
    waiting, reference = started(stripe)
    session = stripe.pay(reference)
    body = stripe.notice_for(session)
    stripe.sessions[reference] = {**session, "status": "expired", "payment_status": "unpaid"}
    operations.expire_unpaid(at=waiting.expires_at)
    stripe.sessions[reference] = session
    late = waiting.expires_at + timedelta(hours=1)
    assert post(client, body, at=late).json() == {"outcome": "refund_due"}
    assert [each.pk for each in queries.needing_staff()] == [waiting.payment_id]
    assert operations.refund_due(payment_id=waiting.payment_id, at=late) == "re_1"
    assert operations.refund_due(payment_id=waiting.payment_id, at=late) == ""
    assert waiting.states == ("expired", "refunded")
    assert [each["amount"] for each in stripe.refunds.values()] == [2490]
    assert confirmations(waiting) == 0


def test_refund_whose_answer_was_lost_is_sent_once(stripe, client):
    waiting, reference = started(stripe)
    stripe.pay(reference)
    operations.settle(
        gateway="card",
        verdict=registry.gateway_for(code="card").fetch(reference=reference),
        source=Source.WEBHOOK,
        at=LATER,
    )
    transitions.move_payment(payment_id=waiting.payment_id, to="refund_due", by="user:1", at=LATER)
    stripe.fail_after = 2
    operations.refund_due(payment_id=waiting.payment_id, at=LATER)
    assert len(stripe.refunds) == 1


def test_turning_back_closes_the_page_and_a_new_attempt_can_be_paid(stripe, client):
    waiting, _reference = started(stripe)
    with clock.frozen(LATER):
        client.get(f"/payments/cancelled/{waiting.token}/")
        assert waiting.states == ("placed", "refused")
        assert queries.payment_status(waiting.order).status == "refused"
        response = client.post(f"/payments/pay/{waiting.token}/")
    second = Payment.objects.latest("id")
    assert response["Location"] == second.redirect_url
    assert (second.pk != waiting.payment_id, second.state, second.amount_minor) == (True, "pending", 2490)
    assert StockLevel.objects.get(product=waiting.product).reserved == 2
    assert post(client, stripe.notice_for(stripe.pay(second.provider_reference))).json() == {"outcome": "paid"}
    assert waiting.order.state == "confirmed"


def test_yes_after_a_no_for_a_waiting_order_pays_it(stripe, client):
    waiting, reference = started(stripe)
    session = dict(stripe.pay(reference))
    expired = {**session, "status": "expired", "payment_status": "unpaid"}
    assert post(client, stripe.notice_for(expired, kind="checkout.session.expired", event_id="evt_2")).json() == {
        "outcome": "refused"
    }
    assert post(client, stripe.notice_for(session, event_id="evt_1")).json() == {"outcome": "paid"}
    assert waiting.states == ("confirmed", "paid")


def test_no_after_a_yes_changes_nothing(stripe, client):
    waiting, reference = started(stripe)
    session = dict(stripe.pay(reference))
    post(client, stripe.notice_for(session))
    expired = {**session, "status": "expired", "payment_status": "unpaid"}
    assert post(client, stripe.notice_for(expired, kind="checkout.session.expired", event_id="evt_2")).json() == {
        "outcome": "already_settled"
    }
    assert waiting.states == ("confirmed", "paid")


def test_second_payment_of_a_paid_order_is_owed_back(stripe, client):
    waiting, reference = started(stripe)
    with clock.frozen(LATER):
        client.get(f"/payments/cancelled/{waiting.token}/")
        client.post(f"/payments/pay/{waiting.token}/")
    second = Payment.objects.latest("id")
    first = {**stripe.sessions[reference], "status": "complete", "payment_status": "paid"}
    assert post(client, stripe.notice_for(first)).json() == {"outcome": "paid"}
    body = stripe.notice_for(stripe.pay(second.provider_reference), event_id="evt_2")
    assert post(client, body).json() == {"outcome": "refund_due"}
    assert confirmations(waiting) == 1
    assert queries.payment_status(waiting.order).status == "paid"


def test_pay_for_an_order_that_is_over_refuses(stripe):
    waiting, _reference = started(stripe)
    operations.expire_unpaid(at=waiting.expires_at)
    with pytest.raises(UnableToPay):
        operations.start_payment(payment_id=waiting.payment_id, at=LATER)
    with pytest.raises(UnableToPay):
        operations.retry_payment(order_id=waiting.order_id, gateway="card", key="new", at=LATER, by="shopper")


def test_return_with_a_forged_token_is_not_found(stripe, rf):
    waiting = make_waiting_order()
    with pytest.raises(Http404):
        views.came_back(rf.get("/"), token=f"{waiting.number}~forged")


def test_work_that_fails_is_done_when_the_notice_is_repeated(stripe, client, monkeypatch):
    waiting, reference = started(stripe)
    body = stripe.notice_for(stripe.pay(reference))
    real = outbox.publish
    monkeypatch.setattr(outbox, "publish", _broken)
    client.raise_request_exception = False
    assert post(client, body).status_code == 500
    assert not PaymentNotice.objects.exists()
    monkeypatch.setattr(outbox, "publish", real)
    assert post(client, body).json() == {"outcome": SettleOutcome.PAID}
    assert waiting.states == ("confirmed", "paid")


def _broken(**_kwargs):
    raise RuntimeError("the work fails after the notice was taken")


def test_history_tells_every_step(stripe, client):
    waiting, reference = started(stripe)
    post(client, stripe.notice_for(stripe.pay(reference)))
    steps = Transition.objects.filter(order_id=waiting.order_id).order_by("id")
    assert sorted((each.machine, each.old, each.new) for each in steps) == [
        ("order", "", "placed"),
        ("order", "placed", "confirmed"),
        ("payment", "", "created"),
        ("payment", "created", "pending"),
        ("payment", "pending", "paid"),
    ]
