"""The order's page and its buttons: what they show, what they call, how they refuse."""

import pytest
from django.urls import reverse

from apps.core.money import Money
from apps.core.testing import drain_outbox
from apps.orders.models import Order
from apps.orders.payments import operations as payments
from tests.factories import orders as make
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def _order(*, lines=1, number=1):
    shop = make.make_trading_shop()
    items = [(make.make_item(shop=shop, sku=f"SKU-{number}-{n}", title=HOSTILE), 1) for n in range(lines)]
    placed = make.make_checkout(shop=shop, items=items).place(
        payment_method="bank_transfer", address=make.make_address(last_name=HOSTILE), idempotency_key=f"k{number}"
    )
    return Order.objects.get(number=placed.number)


def _pay(order):
    payment = order.payments.get()
    payments.record_transfer(
        payment_id=payment.pk,
        received=Money(order.total_incl_tax, order.currency),
        reference=f"B-{payment.pk}",
        by="system:test",
        at=make.AT,
    )
    drain_outbox(at=make.AT, fail_on_error=False)
    order.refresh_from_db()
    return order


@pytest.fixture
def desk(client):
    client.force_login(make_staff(group="order desk"))
    return client


def _page(order):
    return reverse("admin:order_order_change", args=[order.pk])


def test_page_hostile_text_is_inert(desk):
    page = desk.get(_page(_order())).content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("lines", [1, 3])
def test_page_asks_the_same_number_of_statements_whatever_the_lines(desk, lines, django_assert_num_queries):
    order = _pay(_order(lines=lines))
    desk.get(_page(order))
    with django_assert_num_queries(22):
        assert desk.get(_page(order)).status_code == 200


@pytest.mark.parametrize("orders", [1, 3])
def test_list_asks_the_same_number_of_statements_whatever_the_orders(desk, orders, django_assert_num_queries):
    for number in range(orders):
        _order(number=number)
    url = reverse("admin:order_order_changelist")
    desk.get(url)
    with django_assert_num_queries(7):
        assert desk.get(url).status_code == 200


def test_transfer_other_amount_is_refused_and_nothing_moves(desk):
    order = _order()
    url = reverse("admin:order_payment_transfer", args=[order.payments.get().pk])
    answer = desk.post(url, {"amount": "1.00", "reference": "B-1"})
    assert answer.status_code == 409
    assert answer.context["refusal"]
    assert order.payments.get().state == "created"


def test_transfer_right_amount_confirms_the_order(desk):
    order = _order()
    url = reverse("admin:order_payment_transfer", args=[order.payments.get().pk])
    answer = desk.post(url, {"amount": str(order.total_incl_tax), "reference": "B-1"})
    assert answer.status_code == 302
    order.refresh_from_db()
    assert order.state == "confirmed"


def test_ship_twice_second_is_refused(desk):
    order = _pay(_order())
    fulfilment = order.fulfilments.get()
    url = reverse("admin:order_fulfilment_ship", args=[fulfilment.pk])
    said = {"carrier": "Colis", "tracking_code": "6A"}
    assert desk.post(url, said).status_code == 302
    again = desk.post(url, said)
    assert again.status_code == 409
    order.refresh_from_db()
    assert order.state == "shipped"
    assert order.transitions.filter(machine="fulfilment", new="shipped").count() == 1


def test_ship_and_deliver_are_told_in_the_timeline(desk):
    order = _pay(_order())
    fulfilment = order.fulfilments.get()
    desk.post(reverse("admin:order_fulfilment_ship", args=[fulfilment.pk]), {"carrier": "Colis", "tracking_code": "6A"})
    desk.post(reverse("admin:order_fulfilment_deliver", args=[fulfilment.pk]))
    texts = [moment.text for moment in desk.get(_page(order)).context["story"].moments]
    assert len(texts) >= 6
    order.refresh_from_db()
    assert order.state == "delivered"


@pytest.mark.parametrize("name", ["pick", "ship", "deliver", "tracking"])
def test_button_get_changes_nothing(desk, name):
    order = _pay(_order())
    fulfilment = order.fulfilments.get()
    assert desk.get(reverse(f"admin:order_fulfilment_{name}", args=[fulfilment.pk])).status_code == 200
    fulfilment.refresh_from_db()
    assert fulfilment.state == "new"


@pytest.mark.parametrize("name", ["pick", "ship", "deliver", "tracking"])
def test_button_wrong_group_is_refused(client, name):
    fulfilment = _pay(_order()).fulfilments.get()
    client.force_login(make_staff(group="operator"))
    assert client.post(reverse(f"admin:order_fulfilment_{name}", args=[fulfilment.pk])).status_code == 403
