"""The order desk after the sale: confirmation again, cancelling, money that did not match; by the buttons."""

from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.urls import reverse

from apps.backoffice.forms import OnceForm
from apps.core import clock
from apps.core.testing import drain_outbox
from apps.orders.enums import Answer, Source
from apps.orders.models import Fulfilment, MailLog
from apps.orders.payments import operations as payments
from apps.orders.payments.gateways.base import Verdict
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order, pay
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=5)
TEN, DUE = "10,00\xa0€", "24,90\xa0€"  # as a French order writes them


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
    assert [each.actor for each in moments if each.text == "Confirmation sent again"] == [staff.email]


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


def of_another_sum(*, minor=1000):
    """An order of 24.90 for which the demo bank says that another sum came."""
    waiting = make_waiting_order(method="demo")
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=minor, currency="EUR")
    payments.settle(gateway="demo", verdict=verdict, source=Source.WEBHOOK, at=LATER, payment_id=waiting.payment_id)
    return waiting


def test_other_sum_stands_on_the_page_and_is_sent_back_by_its_button(desk, staff):
    waiting = of_another_sum()
    (shown,) = page(desk, waiting).context["payments"]
    url = reverse("admin:order_payment_return", args=[waiting.payment_id])
    assert shown["came"] == TEN
    assert [each["url"] for each in shown["actions"]] == [url]
    assert desk.get(url).context["facts"] == {"Expected": DUE, "Came instead": TEN}
    assert waiting.states == ("placed", "created")
    assert [desk.post(url).status_code for _ in range(2)] == [302, 302]
    assert waiting.states == ("placed", "refund_due")
    assert (waiting.payment.captured_minor, waiting.payment.refunded_minor) == (1000, 0)
    steps = waiting.order.transitions.filter(machine="payment", new="refund_due")
    assert list(steps.values_list("actor", flat=True)) == [f"user:{staff.pk}"]
    (shown,) = page(desk, waiting).context["payments"]
    refund = reverse("admin:order_payment_refund", args=[waiting.payment_id])
    assert [each["url"] for each in shown["actions"]] == [refund]
    assert desk.get(refund).context["facts"] == {"Amount": TEN}


def test_nothing_to_send_back_is_refused_with_a_sentence(desk):
    waiting = confirmed()
    answer = desk.post(reverse("admin:order_payment_return", args=[waiting.payment_id]))
    assert answer.status_code == 409
    assert waiting.number in answer.context["refusal"]
    assert waiting.states == ("in_fulfilment", "paid")


def test_sending_back_needs_the_right_to_change_payments(client):
    waiting = of_another_sum()
    client.force_login(make_staff(email="operator@example.com", group="operator"))
    url = reverse("admin:order_payment_return", args=[waiting.payment_id])
    assert [client.get(url).status_code, client.post(url).status_code] == [403, 403]
    assert waiting.states == ("placed", "created")


def test_first_page_names_other_sums_until_they_are_sent_back(desk):
    waiting, other = of_another_sum(), of_another_sum(minor=9900)
    changelist = reverse("admin:order_payment_changelist") + "?amount=differs"
    row = next(each for each in desk.get(reverse("admin:index")).context["stuck"] if each["url"] == changelist)
    assert row["count"] == 2
    listed = desk.get(changelist).content.decode()
    assert waiting.number in listed
    assert other.number in listed
    for each in (waiting, other):
        desk.post(reverse("admin:order_payment_return", args=[each.payment_id]))
    assert changelist not in [each["url"] for each in desk.get(reverse("admin:index")).context["stuck"]]


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
