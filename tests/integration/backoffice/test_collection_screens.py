"""What a store's people do with orders that are collected, and what they are not shown."""

import pytest
from django.urls import reverse

from apps.backoffice.queries import today
from apps.inventory.models import StockLevel
from apps.orders.models import Fulfilment
from apps.orders.tokens import collect_code
from tests.factories.collecting import make_collecting, to_collect
from tests.factories.network import MARAIS, fulfilment_at, line_of
from tests.factories.orders import AT
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: AT)
    client.force_login(make_staff(superuser=True))
    return client


@pytest.fixture
def order():
    return to_collect(make_collecting())


def page_of(name, row):
    return reverse(f"admin:order_fulfilment_{name}", args=[row.pk])


def sure(desk, address, **said):
    return desk.post(address, {"csrfmiddlewaretoken": "x", **said}, follow=True)


def test_store_makes_ready_and_hands_over_part_by_part(desk, order):
    row = fulfilment_at(order, MARAIS)
    listed = desk.get(reverse("admin:order_fulfilment_changelist")).content.decode()
    assert page_of("ready", row) in listed
    assert page_of("ship", row) not in listed

    assert "kept until" in sure(desk, page_of("ready", row)).content.decode()
    shown = desk.get(reverse("admin:order_order_change", args=[order.pk])).content.decode()
    assert "Kept until" in shown
    assert page_of("hand-over", row) in shown
    assert page_of("ship", row) not in shown
    # Who shows the code gets the goods: it is not on any page of the store's people.
    assert collect_code(order.number) not in shown

    units = {f"units-{line_of(order, 'POT').pk}": "1"}
    wrong = sure(desk, page_of("hand-over", row), code="000000", **units)
    assert wrong.status_code == 409
    assert "not the code of the order" in wrong.content.decode()
    right = sure(desk, page_of("hand-over", row), code=collect_code(order.number), **units)
    assert "The goods are handed over." in right.content.decode()
    assert sorted(Fulfilment.objects.values_list("state", flat=True)) == ["delivered", "ready"]


@pytest.mark.parametrize(
    "said", [{}, {"code": "1"}, {"code": "\x00"}, {"code": "9" * 400}, {"code": "1", "units-1": "x"}]
)
def test_rubbish_is_answered_beside_the_form(desk, order, said):
    row = fulfilment_at(order, MARAIS)
    sure(desk, page_of("ready", row))
    assert sure(desk, page_of("hand-over", row), **said).status_code in {200, 409}
    assert Fulfilment.objects.get().state == "ready"


def test_goods_kept_past_their_time_are_stuck_and_can_be_given_up(desk, order):
    row = fulfilment_at(order, MARAIS)
    sure(desk, page_of("ready", row))
    row.refresh_from_db()
    late = row.due_at.replace(day=row.due_at.day + 1)
    stuck = {each.kind: each.count for each in today.stuck(at=late)}
    assert (stuck["uncollected"], stuck["unshipped"]) == (1, 0)
    assert {each.kind: each.count for each in today.stuck(at=row.due_at)}["uncollected"] == 0

    sure(desk, page_of("give-up", row), reason="nobody came")
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert StockLevel.objects.get(location__code=MARAIS, product__upc="POT").reserved == 0


def test_person_without_the_right_sees_none_of_it(client, order):
    client.force_login(make_staff())
    row = fulfilment_at(order, MARAIS)
    for name in ("ready", "hand-over"):
        assert client.post(page_of(name, row)).status_code in {302, 403}
    assert Fulfilment.objects.get().state == "new"
