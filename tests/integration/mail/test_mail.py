"""Mails: what they say, that they leave once, and the demo's viewer."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outgoing
from django.core.mail.backends.locmem import EmailBackend
from django.http import Http404

from apps.core.testing import drain_outbox
from apps.orders.enums import Answer, Source
from apps.orders.fulfilment import operations as fulfilment
from apps.orders.mail import operations, views
from apps.orders.models import Fulfilment, MailLog, Order
from apps.orders.payments import operations as payments
from apps.orders.payments.gateways.base import Verdict
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)


def confirmed(*, method="demo", drain=True):
    waiting = make_waiting_order(method=method)
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=2490, currency="EUR")
    payments.settle(gateway=method, verdict=verdict, source=Source.STAFF, at=LATER, payment_id=waiting.payment_id)
    if drain:
        drain_outbox(at=LATER)
    return waiting


def html_of(message):
    return message.alternatives[0][0]


def test_confirmation_is_in_the_orders_language_with_everything_the_law_wants():
    waiting = confirmed()
    (message,) = outgoing.outbox
    assert message.to == ["demo@example.com"]
    assert message.from_email.endswith("<shop@halles.example>")
    for text in (message.body, html_of(message)):
        assert waiting.number in text
        assert f"/fr-fr/orders/{waiting.token}/" in text
        assert "/fr-fr/withdraw/" in text
        assert "/fr-fr/terms/" in text
        assert "Halles SAS" in text
        assert "75001" in text
        assert "24,90" in text
    assert MailLog.objects.get().language == "fr"


def test_confirmation_has_its_styles_in_its_elements_and_loads_nothing():
    confirmed()
    html = html_of(outgoing.outbox[0])
    assert 'style="' in html
    assert "<script" not in html
    assert "<link" not in html
    assert "<img" not in html


def test_message_id_follows_from_the_event_and_the_log_tells_it():
    waiting = confirmed()
    log = MailLog.objects.get()
    assert outgoing.outbox[0].extra_headers["Message-ID"] == log.message_id
    assert waiting.number.lower() in log.message_id
    assert (log.state, log.attempts, log.sent_at) == ("sent", 1, LATER)


def test_transfer_order_gets_instructions_first_and_a_receipt_later():
    waiting = make_waiting_order(method="bank_transfer")
    drain_outbox(at=AT)
    (first,) = outgoing.outbox
    assert "FR7630006000011234567890189" in first.body
    assert waiting.number in first.body
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=2490, currency="EUR")
    payments.settle(
        gateway="bank_transfer", verdict=verdict, source=Source.STAFF, at=LATER, payment_id=waiting.payment_id
    )
    drain_outbox(at=LATER)
    assert [log.kind for log in MailLog.objects.order_by("id")] == ["order_confirmation", "payment_received"]


def test_card_order_gets_no_mail_before_it_is_paid():
    make_waiting_order(method="demo")
    drain_outbox(at=AT)
    assert outgoing.outbox == []


def test_shipped_mail_names_carrier_code_and_goods():
    waiting = confirmed()
    parcel = Fulfilment.objects.get(order_id=waiting.order_id)
    fulfilment.ship(fulfilment_id=parcel.pk, carrier="DHL", tracking_code="JD01", by="user:9", at=LATER)
    drain_outbox(at=LATER)
    message = outgoing.outbox[-1]
    assert "DHL: JD01" in message.body
    assert "2 × " in message.body


def test_expired_order_is_told_so():
    waiting = make_waiting_order(method="demo")
    payments.expire_unpaid(at=waiting.expires_at)
    drain_outbox(at=waiting.expires_at)
    assert [log.kind for log in MailLog.objects.all()] == ["order_expired"]


class Broken(EmailBackend):
    """A server that goes away before it takes the mail."""

    failures = 0

    def send_messages(self, messages):
        if Broken.failures:
            Broken.failures -= 1
            raise SMTPServerDisconnected
        return super().send_messages(messages)


def test_mail_server_away_is_tried_again_with_the_same_message(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.failures = 1
    confirmed(drain=False)
    drained = drain_outbox(at=LATER, fail_on_error=False)
    assert "TryAgain" in drained.errors["orders.mail_confirmation"]
    assert outgoing.outbox == []
    assert MailLog.objects.get().state == "sending"
    drain_outbox(at=LATER + timedelta(minutes=2))
    log = MailLog.objects.get()
    assert (len(outgoing.outbox), log.state, log.attempts) == (1, "sent", 2)


def test_mail_sent_is_not_sent_again():
    confirmed()
    log = MailLog.objects.get()
    event_id, kind = log.key.split(":")
    owed = operations.Owed(event_id=int(event_id), kind=kind, order_id=log.order_id)
    assert operations.send(owed=owed, at=LATER, finish=lambda: None) is False
    assert len(outgoing.outbox) == 1


def test_bodies_are_kept_in_demo_mode_only(settings):
    waiting = confirmed(drain=False)
    settings.DEMO = False
    owed = operations.Owed(event_id=1, kind="order_expired", order_id=waiting.order_id)
    operations.send(owed=owed, at=LATER, finish=lambda: None)
    log = MailLog.objects.get()
    assert (log.text, log.html) == ("", "")


def test_hostile_names_stay_text():
    waiting = make_waiting_order(method="demo")
    Order.objects.filter(pk=waiting.order_id).update(shipping_method='<img src=x onerror="alert(1)">')
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=2490, currency="EUR")
    payments.settle(gateway="demo", verdict=verdict, source=Source.STAFF, at=LATER, payment_id=waiting.payment_id)
    drain_outbox(at=LATER)
    assert "<img" not in html_of(outgoing.outbox[0])


def test_viewer_lists_mails_and_shows_html_in_a_sandbox(client):
    confirmed()
    log = MailLog.objects.get()
    listing = client.get("/demo-mail/").content.decode()
    assert f"/demo-mail/{log.pk}/" in listing
    assert "sandbox" in client.get(f"/demo-mail/{log.pk}/").content.decode()
    framed = client.get(f"/demo-mail/{log.pk}/html/")
    assert framed["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "view", [views.mails, lambda request: views.mail(request, 1), lambda request: views.mail_html(request, 1)]
)
def test_viewer_is_gone_outside_demo_mode(rf, settings, view):
    settings.DEMO = False
    with pytest.raises(Http404):
        view(rf.get("/"))
