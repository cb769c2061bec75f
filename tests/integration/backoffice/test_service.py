"""The service page: queues, what fails and its button, payments, reconciliations; for those who keep the shop open."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.core import clock, heartbeat, outbox
from apps.core.models import AuditEvent, OutboxDelivery
from apps.core.testing import drain_outbox
from apps.orders.enums import DemoBankDecision
from apps.orders.models import Reconciliation
from apps.orders.payments import demo_bank, operations
from apps.orders.payments.gateways import registry
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=10)


@pytest.fixture
def operator(client):
    client.force_login(make_staff(group="operator"))
    return client


def page(client, *, at=LATER):
    with clock.frozen(at):
        answer = client.get(reverse("admin:order_reconciliation_service"))
    return answer, answer.content.decode()


def paid_silently():
    """An order that was paid at the bank, which forgot to say so."""
    waiting = make_waiting_order(method="demo")
    operations.start_payment(payment_id=waiting.payment_id, at=AT)
    reference = waiting.payment.provider_reference
    demo_bank.decide(reference=reference, decision=DemoBankDecision.APPROVED, is_silent=True, at=AT)
    return waiting


def give_up(handler="orders.mail_confirmation", *, number=1):
    ids = []
    for each in range(number):
        outbox.publish(topic="order.confirmed", key=f"K{each}", payload={"order_id": 0}, at=AT)
    rows = OutboxDelivery.objects.filter(handler=handler).order_by("id")
    for row in rows:
        row.state, row.last_error = "dead", "Final: the recipient was refused"
        row.save()
        ids.append(row.pk)
    return ids


def test_page_names_queues_processes_and_what_was_never_seen(operator):
    answer, html = page(operator)
    assert answer.status_code == 200
    assert "Nothing fails." in html
    assert "Nothing differed so far." in html
    assert html.count("silent") >= 2
    heartbeat.beat(name=heartbeat.WORKER, at=LATER)
    assert "alive" in page(operator)[1]


def test_reconciliation_that_closed_a_difference_is_kept_and_shown(operator):
    waiting = paid_silently()
    operations.reconcile_and_keep(at=LATER)
    operations.reconcile_and_keep(at=LATER + timedelta(minutes=5))

    kept = Reconciliation.objects.get()
    assert (kept.asked, [each["order_number"] for each in kept.differences]) == (1, [waiting.number])
    html = page(operator, at=LATER + timedelta(minutes=6))[1]
    assert waiting.number in html
    assert "minute" in html[html.index("Last run") :][:40]
    drain_outbox(at=LATER)


def test_provider_that_is_away_is_kept_with_its_reason(operator, monkeypatch):
    paid_silently()

    def away(**_kwargs):
        raise registry.UnknownGateway(code="demo")

    monkeypatch.setattr(registry, "gateway_for", away)
    operations.reconcile_and_keep(at=LATER)
    assert list(Reconciliation.objects.get().unreachable) == ["demo"]
    assert "demo bank" in page(operator)[1]


def test_database_refuses_to_change_what_a_reconciliation_found():
    Reconciliation.objects.create(at=AT, asked=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Reconciliation.objects.update(asked=2)


def test_what_a_handler_gave_up_is_tried_again_by_one_button_once(operator):
    ids = give_up(number=3)
    html = page(operator)[1]
    assert "orders.mail_confirmation" in html
    assert "the recipient was refused" in html
    url = reverse("admin:order_reconciliation_retry", args=["orders.mail_confirmation"])
    assert url in html
    assert operator.get(url).status_code == 200
    assert set(OutboxDelivery.objects.filter(pk__in=ids).values_list("state", flat=True)) == {"dead"}

    assert operator.post(url).status_code == 302
    assert operator.post(url).status_code == 302

    assert set(OutboxDelivery.objects.filter(pk__in=ids).values_list("state", flat=True)) == {"pending"}
    assert AuditEvent.objects.filter(action="outbox.retry").count() == 3
    assert "given up" not in page(operator)[1]


def test_order_desk_neither_sees_the_page_nor_retries(client):
    client.force_login(make_staff(group="order desk"))
    ids = give_up()
    assert page(client)[0].status_code == 403
    assert (
        client.post(reverse("admin:order_reconciliation_retry", args=["orders.mail_confirmation"])).status_code == 403
    )
    assert OutboxDelivery.objects.get(pk=ids[0]).state == "dead"


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_the_same_whatever_fails(operator, number, django_assert_num_queries):
    give_up(number=number)
    page(operator)
    with django_assert_num_queries(14):
        page(operator)
