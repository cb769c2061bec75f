"""Before they order, shoppers read which goods they cannot give back, and which only sealed (C. conso L221-5)."""

import re

import pytest
from django.db import transaction

from apps.catalog import publication
from apps.catalog.models import Product
from apps.core import clock
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
NONE = "Pas de droit de rétractation : Se périme vite."
SEALED = "Scellé pour l’hygiène ou la santé : vous pouvez vous rétracter tant que le sceau est intact."


def except_from_withdrawal(product_id, exception):
    Product.objects.filter(pk=product_id).update(withdrawal_exception=exception)
    with transaction.atomic():
        publication.publish_now(root_ids=[product_id], at=clock.now())


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


@pytest.mark.parametrize(("exception", "words"), [("perishable", NONE), ("hygiene", SEALED)])
def test_product_page_and_last_step_say_it(visitor, exception, words):
    product = buying.sellable()[0]
    except_from_withdrawal(product, exception)
    buying.add(visitor, product)
    basket = visitor.get("/fr-fr/basket/").content.decode()
    url = re.search(r'href="(/fr-fr/p/[^"?#]+)', basket)[1]

    assert words in text_of(visitor.get(url))
    assert words in text_of(buying.to_review(visitor))


def test_goods_without_an_exception_say_nothing(visitor):
    buying.add(visitor, buying.sellable()[0])
    assert "droit de rétractation :" not in text_of(buying.to_review(visitor))
