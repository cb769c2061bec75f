"""Money that came for another sum than the one asked for: kept in sight, sent back exactly, once."""

from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from apps.core import books, clock
from apps.core.models import AuditEvent, OutboxEvent
from apps.core.testing import drain_outbox
from apps.orders.models import MailLog, Payment, Transition
from apps.orders.payments import operations, queries
from apps.orders.payments.operations.refund import NothingToReturn
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order
from tests.integration.payments.test_stripe import post, started

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)


def told(stripe, client, reference, *, event_id="evt_1", at=LATER):
    body = stripe.notice_for(stripe.sessions[reference], event_id=event_id)
    return post(client, body, at=at).json()["outcome"]


def came(stripe, client, **changes):
    """An order of 24.90 EUR for which the provider says that something else came."""
    waiting, reference = started(stripe)
    stripe.pay(reference, **changes)
    assert told(stripe, client, reference) in {"amount_mismatch", "currency_mismatch"}
    return waiting, reference


def send_back(waiting, *, at=LATER):
    done = operations.return_wrong_sum(payment_id=waiting.payment_id, by="user:7", at=at)
    drain_outbox(at=at)
    return done


def refund_mails(waiting):
    kept = MailLog.objects.filter(order_id=waiting.order_id, kind="refund").values_list("message_id", flat=True)
    return [each.body for each in outgoing.outbox if each.extra_headers["Message-ID"] in set(kept)]


def received(waiting):
    payment = waiting.payment
    return (payment.received_minor, payment.received_currency, payment.captured_minor, payment.refunded_minor)


def assert_books_hold(*, at=LATER + timedelta(hours=1)):
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken] == []


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"amount": 1}, (1, "EUR", 0, 0)),
        ({"amount": 2489}, (2489, "EUR", 0, 0)),
        ({"amount": 2491}, (2491, "EUR", 0, 0)),
        ({"amount": 99900}, (99900, "EUR", 0, 0)),
        ({"currency": "gbp"}, (2490, "GBP", 0, 0)),
    ],
)
def test_what_came_is_kept_on_the_payment_and_pays_nothing(stripe, client, changes, kept):
    waiting, _reference = came(stripe, client, **changes)
    assert received(waiting) == kept
    assert waiting.states == ("placed", "pending")
    assert [each.pk for each in queries.wrong_sums()] == [waiting.payment_id]
    assert_books_hold(at=LATER)


@pytest.mark.parametrize(
    ("changes", "sum_minor", "currency"),
    [({"amount": 1000}, 1000, "eur"), ({"amount": 5000}, 5000, "eur"), ({"currency": "gbp"}, 2490, "gbp")],
)
def test_exactly_what_came_is_sent_back(stripe, client, changes, sum_minor, currency):
    waiting, _reference = came(stripe, client, **changes)
    assert send_back(waiting) is True
    assert [(each["amount"], each["currency"]) for each in stripe.refunds.values()] == [(sum_minor, currency)]
    assert received(waiting) == (sum_minor, currency.upper(), sum_minor, sum_minor)
    assert waiting.states == ("placed", "refunded")
    assert not queries.wrong_sums().exists()
    assert_books_hold(at=LATER)


def test_who_sent_it_back_and_both_sums_are_in_the_history_and_the_audit(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    send_back(waiting)
    step = Transition.objects.get(machine="payment", subject_id=waiting.payment_id, new="refund_due")
    assert (step.actor, step.old) == ("user:7", "pending")
    assert "10.00" in step.reason
    assert "24.90" in step.reason
    assert AuditEvent.objects.get(action="payment.refund_due").actor == "user:7"


def test_sending_back_again_before_and_after_the_provider_did_changes_nothing(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    again = [operations.return_wrong_sum(payment_id=waiting.payment_id, by="user:7", at=LATER) for _ in range(3)]
    assert again == [True, False, False]
    drain_outbox(at=LATER)
    assert send_back(waiting) is False
    assert [each["amount"] for each in stripe.refunds.values()] == [1000]
    assert OutboxEvent.objects.filter(topic="payment.refund_due").count() == 1
    assert len(refund_mails(waiting)) == 1


def test_provider_whose_answer_is_lost_sends_money_once(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    stripe.fail_after = 1
    operations.return_wrong_sum(payment_id=waiting.payment_id, by="user:7", at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)
    drain_outbox(at=LATER + timedelta(minutes=5))
    assert [each["amount"] for each in stripe.refunds.values()] == [1000]
    assert waiting.payment.state == "refunded"


def test_provider_that_repeats_itself_is_audited_once_and_after_the_refund_known(stripe, client):
    waiting, reference = came(stripe, client, amount=1000)
    assert told(stripe, client, reference, event_id="evt_2") == "amount_mismatch"
    assert AuditEvent.objects.filter(action="payment.mismatch").count() == 1
    send_back(waiting)
    assert told(stripe, client, reference, event_id="evt_3") == "already_settled"
    assert received(waiting) == (1000, "EUR", 1000, 1000)
    assert AuditEvent.objects.filter(action="payment.mismatch").count() == 1


def test_newer_sum_replaces_the_older_and_both_are_audited(stripe, client):
    waiting, reference = came(stripe, client, amount=1000)
    stripe.sessions[reference]["amount_total"] = 1500
    told(stripe, client, reference, event_id="evt_2")
    assert received(waiting) == (1500, "EUR", 0, 0)
    amounts = [
        each.after["amount_minor"] for each in AuditEvent.objects.filter(action="payment.mismatch").order_by("id")
    ]
    assert amounts == [1000, 1500]
    send_back(waiting)
    assert [each["amount"] for each in stripe.refunds.values()] == [1500]


def test_right_sum_in_the_end_confirms_and_leaves_nothing_to_return(stripe, client):
    waiting, reference = came(stripe, client, amount=1000)
    stripe.sessions[reference]["amount_total"] = 2490
    assert told(stripe, client, reference, event_id="evt_2") == "paid"
    assert received(waiting) == (0, "", 2490, 0)
    with pytest.raises(NothingToReturn, match=waiting.number):
        send_back(waiting)
    assert waiting.states == ("confirmed", "paid")
    assert stripe.refunds == {}
    assert_books_hold(at=LATER)


def test_right_sum_after_the_other_went_back_pays_nothing_and_is_shown_to_staff(stripe, client):
    waiting, reference = came(stripe, client, amount=1000)
    send_back(waiting)
    stripe.sessions[reference]["amount_total"] = 2490
    assert told(stripe, client, reference, event_id="evt_2") == "amount_mismatch"
    assert waiting.states == ("placed", "refunded")
    assert received(waiting) == (1000, "EUR", 1000, 1000)


def test_money_naming_another_order_is_not_sent_back_by_a_button(stripe, client):
    waiting, reference = started(stripe)
    session = {**stripe.pay(reference), "metadata": {"order_number": "OTHER", "payment_key": ""}}
    assert post(client, stripe.notice_for(session)).json() == {"outcome": "order_mismatch"}
    assert received(waiting) == (0, "", 0, 0)
    with pytest.raises(NothingToReturn):
        send_back(waiting)


def test_nothing_came_nothing_is_sent_back():
    waiting = make_waiting_order()
    with pytest.raises(NothingToReturn):
        send_back(waiting)
    assert waiting.states == ("placed", "created")


def test_paid_payment_is_not_sent_back_by_this_door(stripe, client):
    waiting, reference = started(stripe)
    stripe.pay(reference)
    assert told(stripe, client, reference) == "paid"
    stripe.sessions[reference]["amount_total"] = 1000
    assert told(stripe, client, reference, event_id="evt_2") == "amount_mismatch"
    with pytest.raises(NothingToReturn):
        send_back(waiting)
    assert waiting.states == ("confirmed", "paid")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"captured_minor": 1001}, "payment_captures_what_came"),
        ({"received_currency": ""}, "payment_received_has_currency"),
        ({"refunded_minor": 1}, "payment_refunds_within_captured"),
    ],
)
def test_database_refuses_more_than_came(stripe, client, changes, name):
    waiting, _reference = came(stripe, client, amount=1000)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Payment.objects.filter(pk=waiting.payment_id).update(**changes)


def test_books_notice_a_refund_of_another_sum_than_came(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    send_back(waiting)
    Payment.objects.filter(pk=waiting.payment_id).update(received_minor=0, received_currency="")
    (finding,) = books.prove(at=LATER, names=["payments.amounts_follow_the_state"]).broken
    assert [each.subject for each in finding.exceptions] == [waiting.number]


def test_shopper_may_pay_again_after_the_other_sum_went_back(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    send_back(waiting)
    second = operations.retry_payment(order_id=waiting.order_id, gateway="card", key="again", at=LATER, by="shopper")
    reference = operations.start_payment(payment_id=second.pk, at=LATER).reference
    stripe.pay(reference)
    assert told(stripe, client, reference, event_id="evt_9") == "paid"
    drain_outbox(at=LATER)
    assert waiting.order.state == "in_fulfilment"
    assert_books_hold()


def test_order_that_ends_meanwhile_is_told_the_truth_and_the_sum_still_goes_back(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    late = waiting.expires_at + timedelta(seconds=1)
    operations.expire_unpaid(at=late)
    drain_outbox(at=late)
    assert waiting.states == ("expired", "expired")
    ended = outgoing.outbox[-1].body
    with translation.override("fr"):
        nothing_charged = gettext("It was not paid in time. Nothing was charged.")
        not_due = gettext("What reached us was not the amount due. It is sent back to you.")
    assert "Rien n’a été débité" not in ended
    assert "Nothing was charged" not in ended
    page = client.get(f"/fr-fr/orders/{waiting.token}/").content.decode()
    assert escape(nothing_charged) not in page
    assert escape(not_due) in page
    assert send_back(waiting, at=late) is True
    assert waiting.states == ("expired", "refunded")
    assert [each["amount"] for each in stripe.refunds.values()] == [1000]
    (back,) = refund_mails(waiting)
    assert "après la fin de celle-ci" not in back
    assert_books_hold(at=late)


def test_page_of_an_order_that_waits_again_asks_to_pay_it(stripe, client):
    waiting, _reference = came(stripe, client, amount=1000)
    send_back(waiting)
    with clock.frozen(LATER):
        page = client.get(f"/fr-fr/orders/{waiting.token}/").content.decode()
    with translation.override("fr"):
        words = gettext("What reached us was not the amount due. It is sent back to you; please pay the order again.")
    assert escape(words) in page
    assert f"/payments/pay/{waiting.token}/" in page
