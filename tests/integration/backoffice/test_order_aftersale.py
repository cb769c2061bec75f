"""The order desk after the sale: confirmation again, cancelling, money that did not match; by the buttons."""

from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.urls import reverse

from apps.backoffice.forms import OnceForm
from apps.core import clock
from apps.core.testing import drain_outbox
from apps.orders.models import Fulfilment, MailLog
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order, pay
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)


@pytest.fixture
def staff():
    return make_staff(group="order desk")


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def confirmed(*, method="bank_transfer"):
    waiting = make_waiting_order(method=method)
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    return waiting


def page(desk, waiting):
    return desk.get(reverse("admin:order_order_change", args=[waiting.order_id]))


def offers(desk, waiting, name):
    return reverse(f"admin:order_order_{name}", args=[waiting.order_id]) in page(desk, waiting).content.decode()


def drain_all():
    """Deliver what is due now: the screens read the real clock."""
    drain_outbox(at=clock.now())


def test_confirmation_button_pressed_twice_sends_one_copy_and_the_page_tells_it(desk, staff):
    waiting = confirmed()
    assert offers(desk, waiting, "confirmation")
    url = reverse("admin:order_order_confirmation", args=[waiting.order_id])
    key = desk.get(url).context["form"]["key"].value()
    before = len(outgoing.outbox)
    for _ in range(2):
        assert desk.post(url, {"key": key}).status_code == 302
    drain_all()
    assert len(outgoing.outbox) == before + 1
    assert MailLog.objects.filter(order_id=waiting.order_id, kind="confirmation_again").count() == 1
    moments = page(desk, waiting).context["story"].moments
    assert [each.actor for each in moments if each.text == "order.send_confirmation_again"] == [staff.email]


def test_confirmation_form_is_new_on_every_page():
    assert OnceForm()["key"].value() != OnceForm()["key"].value()


def test_confirmation_of_an_unpaid_order_is_refused_with_a_sentence(desk):
    waiting = make_waiting_order(method="demo")
    assert not offers(desk, waiting, "confirmation")
    answer = desk.post(reverse("admin:order_order_confirmation", args=[waiting.order_id]), {"key": "a"})
    assert answer.status_code == 409
    assert waiting.number in answer.context["refusal"]


def test_cancel_button_needs_a_reason_and_tells_it_in_the_timeline(desk, staff):
    waiting = confirmed()
    assert offers(desk, waiting, "cancel")
    url = reverse("admin:order_order_cancel", args=[waiting.order_id])
    assert desk.post(url, {"reason": " "}).status_code == 200
    assert waiting.states == ("in_fulfilment", "paid")
    assert desk.post(url, {"reason": "Bought twice"}).status_code == 302
    assert waiting.states == ("cancelled", "refund_due")
    moments = page(desk, waiting).context["story"].moments
    assert [each.actor for each in moments if each.reason == "Bought twice"] == [staff.email] * 3
    assert not offers(desk, waiting, "cancel")
    assert not offers(desk, waiting, "confirmation")
    refund = reverse("admin:order_payment_refund", args=[waiting.payment_id])
    assert refund in page(desk, waiting).content.decode()
    assert desk.post(refund, {"reference": "OUT-1"}).status_code == 302
    assert waiting.states == ("cancelled", "refunded")


def test_cancelling_a_shipped_order_is_refused_with_a_sentence_and_not_offered(desk):
    waiting = confirmed()
    fulfilment = Fulfilment.objects.get(order_id=waiting.order_id)
    said = {"carrier": "Colis", "tracking_code": "6A"}
    assert desk.post(reverse("admin:order_fulfilment_ship", args=[fulfilment.pk]), said).status_code == 302
    assert not offers(desk, waiting, "cancel")
    answer = desk.post(reverse("admin:order_order_cancel", args=[waiting.order_id]), {"reason": "Too late"})
    assert answer.status_code == 409
    assert waiting.number in answer.context["refusal"]
    assert waiting.states == ("shipped", "paid")


@pytest.mark.parametrize("name", ["confirmation", "cancel"])
def test_button_get_changes_nothing_and_a_wrong_group_is_refused(client, desk, name):
    waiting = confirmed()
    url = reverse(f"admin:order_order_{name}", args=[waiting.order_id])
    states, mails = waiting.states, MailLog.objects.count()
    assert desk.get(url).status_code == 200
    drain_all()
    assert (waiting.states, MailLog.objects.count()) == (states, mails)
    client.force_login(make_staff(email="operator@example.com", group="operator"))
    assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403
    assert not offers(client, waiting, name)
