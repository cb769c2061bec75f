"""A way of delivery that does not go everywhere: not proposed, not chosen, not ordered, not changed to."""

import re
from dataclasses import replace

import pytest

from apps.core.testing import drain_outbox
from apps.orders import delivery
from apps.orders.basket.queries import basket_view
from apps.orders.edits import operations as edits
from apps.orders.errors import NotDeliveredThere, ShopClosed
from apps.orders.models import DeliveryMethod, Order, OrderEdit
from apps.orders.placement import Address
from tests.factories.orders import (
    AT,
    make_address,
    make_basket,
    make_checkout,
    make_delivery_method,
    make_item,
    make_trading_shop,
)
from tests.factories.payments import make_waiting_order, pay
from tests.integration.storefront import buying

pytestmark = pytest.mark.django_db


def not_to(*prefixes, code="home"):
    DeliveryMethod.objects.filter(code=code).update(not_to=list(prefixes))
    delivery.forget_methods()


@pytest.fixture
def shop():
    shop = make_trading_shop()
    yield shop
    delivery.forget_methods()


@pytest.mark.parametrize(
    ("prefixes", "postcode", "reached"),
    [
        ((), "20000", True),
        (("20", "971"), "20000", False),
        (("20", "971"), "97110", False),
        (("20",), "02000", True),
        (("BT", "im1"), "bt7 1aa", False),
        (("im 1",), "IM1-2AB", False),
        (("20",), "", True),
        (("", " "), "75001", True),
    ],
)
def test_postcodes_are_compared_however_they_are_written(shop, prefixes, postcode, reached):
    not_to(*prefixes)
    assert delivery.first_method(shop=shop).reaches(postcode=postcode) == reached


def test_another_way_is_proposed_once_the_address_is_known(shop):
    market = DeliveryMethod.objects.get().market
    make_delivery_method(market=market, code="boat", price_minor=1990, position=2)
    not_to("20")
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    chosen = {
        postcode: basket_view(shop=shop, basket_id=basket_id, at=AT, postcode=postcode).delivery.code
        for postcode in ("", "75001", "20000")
    }
    assert chosen == {"": "home", "75001": "home", "20000": "boat"}


def test_orders_to_where_it_does_not_go_are_refused_and_nothing_is_written(shop):
    not_to("20")
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    with pytest.raises(NotDeliveredThere) as refusal:
        checkout.place(address=make_address(postcode="20 000"))
    assert refusal.value.params == {"postcode": "20 000"}
    assert not Order.objects.exists()
    checkout.place(address=make_address(postcode="75001"))


def test_an_order_sent_again_is_found_though_the_market_closed_or_goes_elsewhere_since(shop):
    item = make_item(shop=shop)
    checkout = make_checkout(shop=shop, items=[(item, 1)])
    first = checkout.place()
    closed = replace(shop, market=replace(shop.market, launch_state="closed"))
    not_to("75")
    for now in (shop, closed):
        again = replace(checkout, shop=now).place()
        assert (again.number, again.replayed) == (first.number, True)
    for now, refusal in ((shop, NotDeliveredThere), (closed, ShopClosed)):
        with pytest.raises(refusal):
            replace(make_checkout(shop=shop, items=[(item, 1)]), shop=now).place()
    assert Order.objects.count() == 1


def test_an_order_is_not_sent_there_by_a_change_of_its_address(shop):
    changed = make_waiting_order(method="bank_transfer")
    pay(changed, at=AT)
    drain_outbox(at=AT)
    not_to("20")
    there = Address(first_name="D", last_name="S", line1="1 quai", postcode="20000", city="Ajaccio", country="FR")
    with pytest.raises(NotDeliveredThere):
        edits.draft(order_id=changed.order_id, units={}, address=there, reason="moved", by="user:9", at=AT)
    assert not OrderEdit.objects.exists()
    near = replace(there, postcode="69001")
    edits.draft(order_id=changed.order_id, units={}, address=near, reason="moved", by="user:9", at=AT)


def test_shopper_sees_that_a_way_does_not_reach_them(shop, client):
    make_delivery_method(market=DeliveryMethod.objects.get().market, code="boat", price_minor=1990, position=2)
    not_to("20")
    item = make_item(shop=shop)
    client.post("/fr-fr/basket/add/", {"product": item.pk, "quantity": 1}, headers={"Origin": "http://testserver"})
    told = {"email": "demo@example.com", "name": "Demo", "street": "1 rue", "postcode": "20000", "city": "Ajaccio"}
    client.post("/fr-fr/checkout/", told)
    page = client.get("/fr-fr/checkout/delivery/").content.decode()
    home, boat = (re.search(rf'<input[^>]*value="{code}"[^>]*>', page).group() for code in ("home", "boat"))
    assert ("disabled" in home, "disabled" in boat, "checked" in boat) == (True, False, True)
    client.post("/fr-fr/checkout/delivery/", {"delivery": "home"})
    refused = buying.place(client, client.get("/fr-fr/checkout/review/"), payment="bank_transfer")
    assert "Nous n’envoyons pas de cette façon au 20000" in refused.content.decode()
    assert not Order.objects.exists()
