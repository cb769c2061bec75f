"""The core's screens show what waits and why, change nothing on a link, and ask a fixed number of times."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from apps.core import audit, outbox
from apps.core.models import OutboxDelivery
from apps.core.testing import drain_outbox

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUERIES = 3  # the user, how many deliveries, and one page of them with their events


@pytest.fixture
def staff(client):
    user = get_user_model().objects.create_superuser(email="staff@demo.example", password="x" * 12)
    client.force_login(user)
    return user


@pytest.fixture
def dead(listen):
    listen(lambda _delivery: 1 / 0, max_attempts=1)

    def make(count=1):
        for number in range(count):
            outbox.publish(topic="test.happened", key=f"A-{number}", payload={"note": "<b>é</b>"}, at=AT)
        drain_outbox(at=AT, fail_on_error=False)
        return OutboxDelivery.objects.earliest("pk")

    return make


@pytest.mark.parametrize("rows", [1, 3])
def test_outbox_list_query_count_is_constant(client, staff, dead, django_assert_num_queries, rows):
    dead(rows)
    # Once before: what a process reads once and keeps is not the page's.
    client.get(reverse("admin:core_heartbeat_changelist"))

    with django_assert_num_queries(QUERIES):
        page = client.get(reverse("admin:core_outboxdelivery_changelist"))

    assert page.status_code == 200
    assert "ZeroDivisionError: division by zero" in page.content.decode()


def test_outbox_detail_shows_the_payload_escaped(client, staff, dead):
    page = client.get(reverse("admin:core_outboxdelivery_change", args=[dead().pk])).content.decode()

    assert "&lt;b&gt;é&lt;/b&gt;" in page


def test_retry_link_only_asks_and_its_form_retries(client, staff, dead):
    delivery = dead()
    url = reverse("admin:core_outboxdelivery_retry_now", args=[delivery.pk])

    asked = client.get(url)
    delivery.refresh_from_db()
    assert (asked.status_code, delivery.state) == (200, "dead")

    client.post(url)
    delivery.refresh_from_db()
    assert (delivery.state, audit.AuditEvent.objects.get().actor) == ("pending", f"user:{staff.pk}")


def test_retry_of_selected_deliveries_retries_each(client, staff, dead):
    dead(3)
    chosen = list(OutboxDelivery.objects.order_by("pk").values_list("pk", flat=True))[:2]

    client.post(
        reverse("admin:core_outboxdelivery_changelist"), {"action": "retry_selected", "_selected_action": chosen}
    )

    assert list(OutboxDelivery.objects.order_by("pk").values_list("state", flat=True)) == ["pending", "pending", "dead"]


def test_retry_by_staff_without_the_permission_is_refused(client, dead):
    user = get_user_model().objects.create_user(email="clerk@demo.example", password="x" * 12)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client.force_login(user)
    delivery = dead()

    answer = client.post(reverse("admin:core_outboxdelivery_retry_now", args=[delivery.pk]))

    delivery.refresh_from_db()
    assert (answer.status_code, delivery.state) == (403, "dead")


@pytest.mark.parametrize("model", ["outboxevent", "auditevent", "idempotencyrecord", "heartbeat", "outboxdelivery"])
def test_core_screens_can_be_read_and_not_added_to(client, staff, model):
    assert client.get(reverse(f"admin:core_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:core_{model}_add")).status_code == 403


def test_audit_event_cannot_be_deleted_in_the_admin(client, staff):
    event = audit.record(action="a", target="b:1", actor="c", at=AT)

    assert client.post(reverse("admin:core_auditevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
