"""Staff change an order: a form with what is open, a page that says what it does, versions to read afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.orders.models import OrderEdit, Refund
from tests.factories.network import DEPOT, fulfilment_at, line_of, make_network
from tests.factories.orders import AT
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db
# A browser sends its token with the button, so a form that asks nothing is not empty.
PRESSED = {"csrfmiddlewaretoken": "t"}


@pytest.fixture
def desk(client):
    client.force_login(make_staff(group="order desk"))
    return client


@pytest.fixture
def order():
    return make_network().paid(units={"KETTLE": 2, "LID": 1})


def url(name, *args):
    return reverse(f"admin:order_order_{name}", args=args)


def said(desk, order, **changes):
    form = desk.get(url("edit", order.pk)).context["form"]
    values = {name: field.initial for name, field in form.fields.items() if field.initial is not None}
    return {**values, "reason": "they called", **changes}


def test_change_is_drafted_shown_confirmed_and_read_as_a_version(desk, order):
    kettle = line_of(order, "KETTLE")

    answer = desk.post(url("edit", order.pk), said(desk, order, **{f"units-{kettle.pk}": 1}))
    row = OrderEdit.objects.get()
    assert answer.url == url("change_confirm", order.pk, row.pk)
    page = desk.get(answer.url).content.decode()
    assert "10,00" in page
    assert not Refund.objects.exists()
    assert url("change_confirm", order.pk, row.pk) in desk.get(url("change", order.pk)).content.decode()

    desk.post(answer.url, PRESSED)

    assert OrderEdit.objects.get().version == 2
    page = desk.get(url("change", order.pk)).content.decode()
    assert "Version 2" in page
    assert "24,90" in page


def test_draft_is_discarded(desk, order):
    lid = line_of(order, "LID")
    desk.post(url("edit", order.pk), said(desk, order, **{f"units-{lid.pk}": 1}))
    row = OrderEdit.objects.get()

    assert desk.post(url("change_discard", order.pk, row.pk), PRESSED).status_code == 302
    assert OrderEdit.objects.get().state == "discarded"
    assert desk.get(url("change_confirm", order.pk, row.pk)).status_code == 404


def test_address_that_was_not_touched_is_no_change(desk, order):
    answer = desk.post(url("edit", order.pk), said(desk, order))
    assert answer.status_code == 409
    assert not OrderEdit.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"postcode": "ABC"}, "postcode"),
        ({"line1": ""}, "line1"),
        ({"city": "x" * 101}, "city"),
        ({"reason": ""}, "reason"),
        ({"last_name": "\x00"}, "last_name"),
    ],
)
def test_rubbish_is_shown_beside_its_field(desk, order, changes, field):
    answer = desk.post(url("edit", order.pk), said(desk, order, **{"line1": "9 rue Neuve", **changes}))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not OrderEdit.objects.exists()


def test_more_units_than_are_open_are_refused(desk, order):
    kettle = line_of(order, "KETTLE")
    for units in (3, -1, "many", 10**30):
        answer = desk.post(url("edit", order.pk), said(desk, order, **{f"units-{kettle.pk}": units}))
        assert answer.status_code == 200
    assert not OrderEdit.objects.exists()


def test_goods_being_prepared_are_not_offered(desk, order):
    from apps.orders.fulfilment import operations

    operations.pick(fulfilment_id=fulfilment_at(order, DEPOT).pk, by="user:7", at=AT)
    fields = desk.get(url("edit", order.pk)).context["form"].fields
    assert f"units-{line_of(order, 'KETTLE').pk}" not in fields
    assert f"units-{line_of(order, 'LID').pk}" in fields


def test_versions_cost_no_statement_each(desk, order):
    statements = []
    for number, sku in enumerate(("KETTLE", "LID"), start=2):
        line = line_of(order, sku)
        desk.post(url("edit", order.pk), said(desk, order, **{f"units-{line.pk}": 1}))
        desk.post(url("change_confirm", order.pk, OrderEdit.objects.latest("pk").pk), PRESSED)
        with CaptureQueriesContext(connection) as taken:
            page = desk.get(url("change", order.pk)).content.decode()
        assert f"Version {number}" in page
        statements.append(len(taken))
    assert statements[0] == statements[1]


def test_who_may_not_change_orders_changes_none(client, order):
    client.force_login(make_staff(group="operator"))
    assert client.get(url("edit", order.pk)).status_code == 403
    assert client.post(url("edit", order.pk), {"reason": "x"}).status_code == 403
