"""Returns in the back office: found by due date, inspected, closed and paid by buttons that call operations."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.backoffice.operations import ORDER_DESK, ensure_staff_groups
from apps.backoffice.queries import today
from apps.inventory.models import Location, StockLevel
from apps.orders.enums import ReturnState
from apps.orders.models import Return
from apps.orders.returns import queries
from tests.factories.staff import make_staff
from tests.integration.returns.helpers import BACK, arrived, assert_books_hold, declare, inspect

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch):
    ensure_staff_groups()
    monkeypatch.setattr("apps.core.clock.now", lambda: BACK)
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(make_staff(group=ORDER_DESK), "django.contrib.auth.backends.ModelBackend")
    return client


def page_of(desk, waiting):
    return desk.get(reverse("admin:order_order_change", args=[waiting.order_id])).content.decode()


def test_staff_inspect_a_return_on_its_page(desk):
    waiting = arrived()
    made = declare(waiting, units=2)
    part = made.lines.get()
    listed = desk.get(reverse("admin:order_return_changelist"), {"due": "", "q": made.number}).content.decode()
    assert made.number in listed
    said = {
        f"sellable-{part.pk}": "1",
        f"refurbish-{part.pk}": "0",
        f"damaged-{part.pk}": "0",
        f"refused-{part.pk}": "1",
        "location": Location.objects.get(code="main").pk,
        "note": "",
    }
    url = reverse("admin:order_return_inspect", args=[made.pk])
    refused = desk.post(url, said)
    assert refused.status_code == 409
    assert "Please write what was found" in refused.content.decode()
    assert desk.post(url, said | {"note": "One is broken"}).status_code == 302
    assert Return.objects.get().state == ReturnState.REFUND_DUE
    assert StockLevel.objects.get(product=waiting.product).on_hand == 9
    shown = page_of(desk, waiting)
    assert "One is broken" in shown
    cells = re.findall(r'<td class="bo-num">([^<]*)</td>', shown[shown.index("One is broken") :])
    assert cells[:6] == ["2", "1", "0", "0", "1", "10,00\u00a0€"]
    assert_books_hold(at=BACK + timedelta(minutes=1))


def test_staff_write_down_a_withdrawal_that_came_by_letter(desk):
    waiting = arrived()
    url = reverse("admin:order_return_declare", args=[waiting.order_id])
    form = desk.get(url).context["form"]
    units = next(name for name in form.fields if name.startswith("units-"))
    assert desk.post(url, {"name": "Demo Shopper", "email": "demo@example.com", units: "1"}).status_code == 302
    assert Return.objects.get().declared_by.startswith("user:")


def test_closed_return_and_recorded_transfer(desk):
    kept = declare(arrived(), units=1)
    desk.post(reverse("admin:order_return_close", args=[kept.pk]), {"reason": "never sent"})
    assert Return.objects.get(pk=kept.pk).state == ReturnState.CANCELLED


def test_transfer_refund_is_recorded_by_button(desk):
    waiting = arrived(method="bank_transfer")
    made = inspect(declare(waiting, units=1), sellable=1)
    assert "Record the refund" in page_of(desk, waiting)
    desk.post(reverse("admin:order_return_sent", args=[made.pk]), {"reference": "SEPA 7"})
    assert Return.objects.get().state == ReturnState.REFUNDED


@pytest.mark.parametrize("name", ["inspect", "close", "sent"])
def test_buttons_of_a_return_that_is_not_there_are_not_found(desk, name):
    assert desk.get(reverse(f"admin:order_return_{name}", args=[10**9])).status_code == 404


def test_first_page_counts_what_is_due_from_the_twelfth_day_on():
    made = declare(arrived(), units=1)
    soon = made.refund_due_at - queries.WARN_BEFORE

    def counted(at):
        return {each.kind: each.count for each in today.stuck(at=at)}.get("return", 0)

    assert counted(soon) == 0
    assert counted(soon + timedelta(seconds=1)) == 1
    assert [row.pk for row in queries.due(at=soon + timedelta(seconds=1))] == [made.pk]
