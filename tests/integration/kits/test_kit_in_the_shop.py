"""A kit on the shop's pages and in its mails."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from apps.catalog.models import KitComponent, Product
from apps.core import clock
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.models import Line, Order
from apps.storefront import page_cache
from tests.demo_shop import demo_module  # noqa: F401 -- a fixture
from tests.html_rules import mistakes
from tests.integration.storefront.buying import add, place, to_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    cache.clear()
    page_cache.forget_near()
    return Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin")


def text_of(response):
    page = response.content.decode()
    assert mistakes(page) == []
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.usefixtures("demo_module")
def test_a_shopper_reads_what_is_in_a_kit_from_its_page_to_the_mail(visitor):
    kit = Product.objects.get(upc="MH-901")
    page = visitor.get("/fr-fr/p/service-a-the-ondine/")
    assert re.search(r"Dans ce lot 1 × .*Ondine.* 4 × .*Marée", text_of(page))
    assert re.search(r'href="/fr-fr/p/[^"]*\?variant=MH-101-PET"', page.content.decode())

    assert add(visitor, kit.pk, quantity="2").status_code in {200, 302}
    basket = text_of(visitor.get("/fr-fr/basket/"))
    assert re.search(r"Service à thé Ondine 2 × .*Ondine.* 8 × .*Marée", basket)
    review = to_review(visitor)
    assert "8 × " in text_of(review)
    assert place(visitor, review, payment="bank_transfer").status_code == 302

    order = Order.objects.get()
    rows = Line.objects.filter(order=order).order_by("position").values_list("partner_sku", "quantity", "title")
    assert [row[:2] for row in rows] == [("MH-131-PET", 2), ("MH-101-PET", 8)]
    assert all(title.endswith("(Service à thé Ondine)") for _, _, title in rows)
    drain_outbox(at=clock.now())
    told = next(message for message in mail.outbox if order.number in message.subject)
    assert re.search(r"2 × Service à thé Ondine \(2 × .*, 8 × .*\): 199,80", told.body)


@pytest.mark.usefixtures("demo_module")
def test_a_kit_without_its_scarcest_component_is_sold_out_on_its_page(visitor):
    part = KitComponent.objects.select_related("product").get(kit__upc="MH-901", quantity=4)
    StockLevel.objects.filter(product=part.product).update(safety=999_999)
    page = text_of(visitor.get("/fr-fr/p/service-a-the-ondine/"))
    assert "Épuisé" in page
    assert visitor.get("/fr-fr/p/service-a-the-ondine/").content.decode().count("schema.org/OutOfStock") == 1
