"""What an order may hold is said on the product's page, in the basket and before the button."""

import re

import pytest
from django.db import transaction

from apps.catalog import publication
from apps.catalog.models import Product, Publication
from apps.core import clock
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot
from apps.orders.models import Order
from tests.html_rules import mistakes
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


def text_of(response):
    page = response.content.decode()
    assert mistakes(page) == []
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def limited():
    """A product sold by two, four at most, to adults."""
    (product_id,) = buying.sellable()
    Product.objects.filter(pk=product_id).update(order_step=2, order_most=4, minimum_age=18)
    with transaction.atomic():
        publication.publish_now(root_ids=[product_id], at=clock.now())
    return product_id


def test_page_tells_steps_most_and_age_and_its_form_asks_for_a_step(visitor, limited):
    slug = Publication.objects.get(product_id=limited, language="fr", market__code="halles-fr").slug
    page = visitor.get(f"/fr-fr/p/{slug}/")
    told = text_of(page)
    assert "Vendu par 2. Au plus 4 par commande. Vendu seulement à partir de 18 ans." in told
    assert re.search(r'name="quantity"[^>]* min="2" step="2" max="4" value="2"', page.content.decode())
    assert "est vendu par 2" in text_of(_basket_after(visitor, limited, "3"))


def _basket_after(visitor, product_id, quantity):
    buying.add(visitor, product_id, quantity=quantity)
    return visitor.get("/fr-fr/basket/")


def test_order_button_asks_for_the_age_and_nothing_is_ordered_without_it(visitor, limited):
    _basket_after(visitor, limited, "2")
    review = buying.to_review(visitor)
    assert "J’ai au moins 18 ans." in text_of(review)
    assert re.search(r'<input type="checkbox" id="id_age" name="age" required', review.content.decode())
    refused = buying.place(visitor, review)
    assert refused.status_code == 422
    assert "Veuillez confirmer votre âge" in text_of(refused)
    for rubbish in ("", "17", "x", "9" * 40, "-1", "١٨"):
        again = buying.place(visitor, visitor.get("/fr-fr/checkout/review/"), age="on", age_told=rubbish)
        assert again.status_code == 422
    assert not Order.objects.exists()
    done = buying.place(visitor, visitor.get("/fr-fr/checkout/review/"), age="on", age_told="18")
    assert done.status_code == 302
    assert Order.objects.get().confirmed_age == 18


def test_basket_says_what_is_missing_for_the_least_amount(visitor):
    Market.objects.filter(code="halles-fr").update(order_min_minor=9_999_900)
    forget_snapshot()
    (product_id,) = buying.sellable()
    told = text_of(_basket_after(visitor, product_id, "1"))
    assert re.search(r"Les commandes sont acceptées à partir de 99.999,00 €", told)
    assert "Passer la commande" not in told
    assert visitor.get("/fr-fr/checkout/").status_code == 302
    Market.objects.filter(code="halles-fr").update(order_min_minor=None)
    forget_snapshot()
