"""The confirmation sent again: once per press, as a copy, never for an order that has none, and the books hold."""

from datetime import timedelta

import pytest
from django.core import mail as outgoing

from apps.core import books
from apps.core.models import AuditEvent, OutboxEvent
from apps.core.testing import drain_outbox
from apps.orders.mail import again
from apps.orders.models import MailLog, Order
from apps.orders.payments import operations as payments
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order, pay

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)
TOLD_ONCE = "mails.every_confirmed_order_is_told_once"


def confirmed():
    waiting = make_waiting_order(method="demo")
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    return waiting


def send_again(waiting, *, key="press-1", at=LATER):
    done = again.send_confirmation_again(order_id=waiting.order_id, key=key, by="user:7", at=at)
    drain_outbox(at=at)
    return done


def kinds(waiting):
    return list(MailLog.objects.filter(order_id=waiting.order_id).order_by("id").values_list("kind", "state"))


def test_copy_carries_the_whole_order_and_the_terms_as_the_first_did():
    waiting = confirmed()
    assert send_again(waiting) is True
    first, copy = outgoing.outbox
    assert copy.to == first.to == ["demo@example.com"]
    assert copy.subject == first.subject
    assert [each[0] for each in copy.attachments] == [each[0] for each in first.attachments]
    for text in (waiting.number, "24,90", "75001", f"/fr-fr/orders/{waiting.token}/", "/fr-fr/withdraw/"):
        assert text in first.body
        assert text in copy.body
    assert copy.extra_headers["Message-ID"] != first.extra_headers["Message-ID"]
    assert kinds(waiting) == [("order_confirmation", "sent"), ("confirmation_again", "sent")]


def test_same_key_sends_one_copy_another_key_sends_another():
    waiting = confirmed()
    assert [send_again(waiting, key=key) for key in ("a", "a", "a", "b")] == [True, False, False, True]
    assert kinds(waiting).count(("confirmation_again", "sent")) == 2
    assert len(outgoing.outbox) == 3


def test_same_key_for_two_orders_sends_both():
    one, other = confirmed(), confirmed()
    assert send_again(one, key="a") is True
    assert send_again(other, key="a") is True


def test_who_asked_is_audited_once_per_copy_and_no_address_is_kept():
    waiting = confirmed()
    send_again(waiting)
    send_again(waiting)
    (line,) = AuditEvent.objects.filter(action="order.send_confirmation_again")
    assert (line.actor, line.target, line.at) == ("user:7", f"order.order:{waiting.order_id}", LATER)
    assert (line.before, line.after) == (None, None)


def test_order_waiting_for_its_transfer_gets_its_instructions_again():
    waiting = make_waiting_order(method="bank_transfer")
    drain_outbox(at=AT)
    assert send_again(waiting) is True
    assert "FR7630006000011234567890189" in outgoing.outbox[-1].body
    assert outgoing.outbox[-1].subject == outgoing.outbox[0].subject


def test_unpaid_order_is_refused_and_nothing_is_written():
    waiting = make_waiting_order(method="demo")
    drain_outbox(at=AT)
    with pytest.raises(again.NeverConfirmed, match=waiting.number):
        send_again(waiting)
    assert not OutboxEvent.objects.filter(topic="order.confirmation_wanted").exists()
    assert not AuditEvent.objects.filter(action="order.send_confirmation_again").exists()
    assert outgoing.outbox == []


def test_refused_press_may_be_repeated_with_the_same_key_once_the_order_is_paid():
    waiting = make_waiting_order(method="demo")
    with pytest.raises(again.NeverConfirmed):
        send_again(waiting, key="a")
    pay(waiting, at=LATER)
    assert send_again(waiting, key="a") is True


def test_ended_order_is_refused():
    waiting = make_waiting_order(method="bank_transfer")
    late = waiting.expires_at + timedelta(seconds=1)
    payments.expire_unpaid(at=late)
    with pytest.raises(again.OrderEnded, match=waiting.number):
        send_again(waiting, at=late)


@pytest.mark.parametrize(("state", "method"), [("placed", "demo"), ("expired", "demo"), ("cancelled", "demo")])
def test_button_is_offered_exactly_where_the_operation_does_it(state, method):
    assert again.is_possible(order=Order(state=state, payment_method=method)) is False


def test_books_hold_with_copies_and_a_copy_is_no_confirmation():
    waiting = confirmed()
    send_again(waiting, key="a")
    send_again(waiting, key="b")
    late = LATER + timedelta(hours=1)
    assert books.prove(at=late, names=[TOLD_ONCE]).is_clean
    MailLog.objects.filter(order_id=waiting.order_id, kind="order_confirmation").delete()
    (finding,) = books.prove(at=late, names=[TOLD_ONCE]).broken
    assert [each.subject for each in finding.exceptions] == [waiting.number]
