"""What the shopper reads of sourcing: several parcels with their days, a way that is not open, a day that moved."""

import re

import pytest

from apps.inventory.models import Location
from apps.inventory.sourcing import queries as sourcing
from apps.markets.models import Market
from apps.orders import delivery
from apps.orders.models import Order
from tests.factories.network import DEPOT, make_network, make_rule
from tests.factories.orders import make_delivery_method

pytestmark = pytest.mark.django_db

DETAILS = {"email": "demo@example.com", "name": "Demo", "street": "1 rue", "postcode": "59000", "city": "Lille"}


@pytest.fixture
def network():
    network = make_network(lille={"handling_days": 3})
    make_delivery_method(market=Market.objects.get(pk=network.shop.market.id), code="express", min_days=1, max_days=1)
    delivery.forget_methods()
    make_rule(network=network, delivery_code="home")
    make_rule(network=network, delivery_code="express", max_parcels=1)
    return network


def at_delivery(client, network, *skus):
    for sku in skus:
        client.post(
            "/fr-fr/basket/add/",
            {"product": network.goods[sku].pk, "quantity": 1},
            headers={"Origin": "http://testserver"},
        )
    client.post("/fr-fr/checkout/", DETAILS)
    return client.get("/fr-fr/checkout/delivery/").content.decode()


def test_way_the_rules_do_not_open_is_shown_and_cannot_be_chosen(client, network):
    page = at_delivery(client, network, "KETTLE", "LID")

    express = re.search(r"<input[^>]*value=\"express\"[^>]*>", page).group()
    home = re.search(r"<input[^>]*value=\"home\"[^>]*>", page).group()
    assert ("disabled" in express, "disabled" in home, "checked" in home) == (True, False, True)
    assert "Ces articles ne peuvent pas être envoyés à votre adresse de cette façon." in page


def test_recap_names_the_days_of_each_parcel_and_the_order_keeps_them(client, network):
    at_delivery(client, network, "KETTLE", "LID")
    client.post("/fr-fr/checkout/delivery/", {"delivery": "home"})
    page = client.get("/fr-fr/checkout/review/").content.decode()

    assert [number for number in ("Colis 1", "Colis 2", "Colis 3") if number in page] == ["Colis 1", "Colis 2"]
    assert press(client, page).status_code == 302
    assert len(Order.objects.get().delivery_promise["parcels"]) == 2


def press(client, page):
    form = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)
        for name in ("idempotency_key", "confirmed_total", "confirmed_latest")
    }
    return client.post("/fr-fr/checkout/place/", {**form, "payment": "bank_transfer"})


def test_day_that_moved_since_the_recap_is_told_and_a_second_press_orders(client, network):
    at_delivery(client, network, "KETTLE")
    client.post("/fr-fr/checkout/delivery/", {"delivery": "home"})
    page = client.get("/fr-fr/checkout/review/").content.decode()
    Location.objects.filter(code=DEPOT).update(handling_days=4)
    sourcing.forget()

    answer = press(client, page)

    assert (answer.status_code, Order.objects.count()) == (409, 0)
    assert "La livraison est passée du" in answer.content.decode()
    assert press(client, answer.content.decode()).status_code == 302
    assert Order.objects.count() == 1


def test_promise_that_is_no_day_is_taken_as_none(client, network):
    at_delivery(client, network, "KETTLE")
    client.post("/fr-fr/checkout/delivery/", {"delivery": "home"})
    page = client.get("/fr-fr/checkout/review/").content.decode()
    form = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)
        for name in ("idempotency_key", "confirmed_total")
    }
    answer = client.post("/fr-fr/checkout/place/", {**form, "confirmed_latest": "\x00soon", "payment": "bank_transfer"})
    assert answer.status_code == 302
