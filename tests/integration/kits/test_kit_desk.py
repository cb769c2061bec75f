"""A kit in the back office, and on the page of its order."""

import re

import pytest
from django.urls import reverse

from apps.catalog.models import KitComponent
from apps.orders import links
from apps.orders.models import Order
from tests.factories.orders import make_checkout, make_item, make_kit, make_trading_shop
from tests.factories.staff import make_staff
from tests.html_rules import mistakes

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    client.force_login(make_staff(group="merchandiser"))
    return client


def test_staff_make_a_kit_and_read_what_it_is_made_of(boss):
    shop = make_trading_shop()
    make_item(shop=shop, sku="POT"), make_item(shop=shop, sku="LID")
    kit = make_item(shop=shop, units=0, sku="SET")
    address = reverse("admin:catalogue_product_components", args=[kit.pk])
    assert boss.get(address).status_code == 200
    assert boss.post(address, {"components": "POT 1 30\nLID;2;10"}).status_code == 302
    rows = KitComponent.objects.order_by("position").values_list("product__upc", "quantity", "share")
    assert list(rows) == [("POT", 1, 30), ("LID", 2, 10)]
    assert "POT 1 30" in boss.get(address).content.decode()
    assert "LID 2 10" in boss.get(reverse("admin:catalogue_product_change", args=[kit.pk])).content.decode()
    assert boss.post(address, {"components": ""}).status_code == 302
    assert not KitComponent.objects.exists()


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("POT", 200),
        ("POT x", 200),
        ("POT 1\nPOT 2", 200),
        ("NOWHERE 1", 200),
        ("POT 999", 409),
        ("SET 1", 409),
        ("POT 1 5\nLID 1", 409),
        ("POT 0", 200),
        ("\x00 1", 200),
        ("POT 1 999999", 200),
    ],
)
def test_rubbish_said_of_a_kit_is_refused_with_a_sentence(boss, typed, status):
    shop = make_trading_shop()
    make_item(shop=shop, sku="POT"), make_item(shop=shop, sku="LID")
    kit = make_item(shop=shop, units=0, sku="SET")
    address = reverse("admin:catalogue_product_components", args=[kit.pk])
    assert boss.post(address, {"components": typed}).status_code == status
    assert not KitComponent.objects.exists()


def test_order_page_and_back_office_show_the_kit_and_the_share_of_each_component(client):
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, price="20.00", sku="POT"), make_item(shop=shop, price="5.00", sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 2)], price="24.00", sku="SET", title="Set")
    order = Order.objects.get(pk=make_checkout(shop=shop, items=[(kit, 1)]).place().order_id)
    tracking = links.tracking_url(shop=shop, number=order.number)
    page = client.get(tracking.removeprefix(links.origin_of(brand=shop.brand))).content.decode()
    assert mistakes(page) == []
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert re.search(r"Set 1 × .+ 2 × .+ Quantité 1 24,00", page)
    client.force_login(make_staff(group="order desk"))
    desk = client.get(reverse("admin:order_order_change", args=[order.pk])).content.decode()
    assert "its share is" in desk or "sa part est" in desk
