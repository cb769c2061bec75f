"""Goods added to an order and exchanged for others, as staff do it, and what the shopper's page says of it."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.testing import drain_outbox
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import FollowUp, Fulfilment, Order, OrderEdit
from apps.orders.tokens import order_token
from tests.factories.network import line_of, make_network
from tests.factories.orders import AT, reprice
from tests.factories.staff import make_staff
from tests.html_rules import mistakes
from tests.integration.fulfilment.test_rejection import ship_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: AT)
    client.force_login(make_staff(superuser=True))
    return client


@pytest.fixture
def network():
    return make_network()


@pytest.fixture
def order(network):
    return network.paid(units={"KETTLE": 2})


@pytest.fixture
def arrived(order):
    ship_all(order, at=AT)
    for row in Fulfilment.objects.filter(order=order):
        fulfilments.deliver(fulfilment_id=row.pk, by="user:7", at=AT)
    drain_outbox(at=AT)
    return order


def form(order, **said):
    to = order.shipping_address
    values = {"first_name": to.first_name, "last_name": to.last_name, "line1": to.line1, "reason": "phone call"}
    values |= {"postcode": to.postcode, "city": to.line4, "company": "", "line2": "", "add": "", "keep": ""}
    values |= {f"units-{line_of(order, 'KETTLE').pk}": "0"}
    return values | said


def page(desk, order):
    return desk.get(reverse("admin:order_order_change", args=[order.pk])).content.decode()


def test_draft_says_what_the_added_goods_cost_and_confirming_places_their_order(desk, network, order):
    reprice(product=network.goods["CUP"], price="12.50")
    address = reverse("admin:order_order_edit", args=[order.pk])
    drafted = desk.post(address, form(order, add="CUP 2"), follow=True).content.decode()
    for words in ("Added: Cup (CUP)", "2 at 12,50", "What is added costs", "25,00", "The shopper is asked for"):
        assert words in drafted
    row = OrderEdit.objects.get()
    confirm = reverse("admin:order_order_change_confirm", args=[order.pk, row.pk])
    assert "this is version 2" in desk.post(confirm, {"csrfmiddlewaretoken": "x"}, follow=True).content.decode()

    added = FollowUp.objects.get().order
    shown = page(desk, order)
    assert f"Followed by order {added.number}" in shown
    assert "Added as order" in shown
    assert f"Follows from order {order.number}" in page(desk, added)


def test_swap_at_the_orders_price_is_drafted_with_nothing_to_pay(desk, network, order):
    network.put(sku="KETTLE", at="lille", units=5)
    reprice(product=network.goods["KETTLE"], price="19.00")
    said = form(order, keep="KETTLE 1", **{f"units-{line_of(order, 'KETTLE').pk}": "1"})
    drafted = desk.post(reverse("admin:order_order_edit", args=[order.pk]), said, follow=True).content.decode()
    for words in ("1 at the order", "10,00", "Paid with what is taken out"):
        assert words in drafted
    assert OrderEdit.objects.get().expected["to_pay_minor"] == 0


@pytest.mark.parametrize(
    "said",
    [
        {"add": "NOPE 1"},
        {"add": "CUP"},
        {"add": "CUP 0"},
        {"add": "CUP 9999"},
        {"add": "CUP 1", "keep": "CUP 1"},
        {"keep": "CUP 1"},
        {"add": "\x00"},
        {"add": "x" * 5000},
        {"add": "CUP 1", "reason": ""},
    ],
)
def test_rubbish_drafts_nothing_and_is_said_beside_the_form(desk, order, said):
    answer = desk.post(reverse("admin:order_order_edit", args=[order.pk]), form(order, **said))
    assert answer.status_code in {200, 409}
    assert (OrderEdit.objects.count(), Order.objects.count()) == (0, 1)


def test_goods_are_exchanged_and_both_orders_name_each_other_on_the_shoppers_pages(desk, arrived, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert reverse("admin:order_order_exchange", args=[arrived.pk]) in page(desk, arrived)
    address = reverse("admin:order_order_exchange", args=[arrived.pk])
    said = {f"units-{line_of(arrived, 'KETTLE').pk}": "1", "add": "CUP 1", "keep": "", "reason": "too loud"}
    done = desk.post(address, said, follow=True).content.decode()
    new = FollowUp.objects.get().order
    assert f"kept as order {new.number}" in done

    shopper = Client(HTTP_HOST="halles.localhost")
    old_page = shopper.get(f"/fr-fr/orders/{order_token(arrived.number)}/").content.decode()
    assert f"Échangé contre les articles de la commande {new.number}" in old_page
    new_page = shopper.get(f"/fr-fr/orders/{order_token(new.number)}/").content.decode()
    assert "Nous gardons vos nouveaux articles" in new_page
    assert f"Ces articles font suite à la commande {arrived.number}" in new_page
    assert (mistakes(old_page), mistakes(new_page)) == ([], [])


@pytest.mark.parametrize("said", [{}, {"add": "CUP 1"}, {"units": "1"}, {"units": "9", "add": "CUP 1"}, {"units": "x"}])
def test_exchange_of_nothing_or_too_much_is_refused_beside_the_form(desk, arrived, said):
    values = {"add": "", "keep": "", "reason": "r", f"units-{line_of(arrived, 'KETTLE').pk}": said.get("units", "0")}
    answer = desk.post(reverse("admin:order_order_exchange", args=[arrived.pk]), values | {"add": said.get("add", "")})
    assert answer.status_code in {200, 409}
    assert not FollowUp.objects.exists()


def test_goods_that_were_added_are_ordered_by_the_shoppers_own_press(desk, order, settings):
    settings.ALLOWED_HOSTS = ["*"]
    Order.objects.filter(pk=order.pk).update(payment_method="demo")
    desk.post(reverse("admin:order_order_edit", args=[order.pk]), form(order, add="CUP 1"))
    confirm = reverse("admin:order_order_change_confirm", args=[order.pk, OrderEdit.objects.get().pk])
    desk.post(confirm, {"csrfmiddlewaretoken": "x"})
    added = FollowUp.objects.get().order
    seen = Client(HTTP_HOST="halles.localhost").get(f"/fr-fr/orders/{order_token(added.number)}/").content.decode()
    assert (added.payment_method, added.state) == ("demo", "placed")
    assert "Commander avec obligation de paiement" in seen
    assert "Payer maintenant" not in seen


def test_person_without_the_right_changes_nothing(client, arrived):
    client.force_login(make_staff())
    for name in ("order_order_edit", "order_order_exchange"):
        assert client.post(reverse(f"admin:{name}", args=[arrived.pk]), {}).status_code in {302, 403}
    assert not FollowUp.objects.exists()
