"""A basket as a link: what is in it, at today's prices, for whoever opens it."""

import re

import pytest
from django.db import connection

from apps.catalog.models import Product
from apps.orders.basket import sharing
from tests.html_rules import mistakes
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


@pytest.fixture
def link(visitor):
    """The link of a basket with two goods, two and one of them."""
    first, second = buying.sellable(many=2)
    buying.add(visitor, first, quantity="2")
    buying.add(visitor, second)
    page = visitor.get("/fr-fr/basket/").content.decode()
    found = re.search(r'value="http://localhost(/fr-fr/basket/shared/[^"]+)" readonly', page)[1]
    assert found == f"/fr-fr/basket/shared/{first}_2-{second}_1/"
    return found


def other_visitor(client_class):
    return client_class(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin")


def test_somebody_else_sees_the_goods_and_puts_all_of_them_into_their_own_basket(visitor, link):
    other = other_visitor(type(visitor))
    page = other.get(link)
    assert page.headers["Cache-Control"] == "private, no-store"
    text = page.content.decode()
    assert mistakes(text) == []
    assert 'content="noindex"' in text
    assert "3 articles" in text
    taken = other.post(link)
    assert (taken.status_code, taken.headers["Location"]) == (302, "/fr-fr/basket/")
    assert [count for _, count in buying.lines(other)] == [2, 1]
    assert [count for _, count in buying.lines(visitor)] == [2, 1]
    # Opened again it is added to what is there, as any product is.
    other.post(link)
    assert [count for _, count in buying.lines(other)] == [4, 2]


def test_what_is_gone_or_short_is_said_and_the_rest_is_taken(visitor, link):
    first, second = buying.sellable(many=2)
    other = other_visitor(type(visitor))
    short = f"/fr-fr/basket/shared/{first}_1-{second}_998-{first + second + 10**9}_1/"
    page = other.get(short).content.decode()
    assert "1 de ces articles n’est pas vendu dans cette boutique." in page
    other.post(short)
    assert [count for _, count in buying.lines(other)] == [1]
    Product.objects.filter(pk=first).update(order_most=1)
    assert "au plus 1 ×" in other.post(link, follow=True).content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "1",
        "1_",
        "_1",
        "1_0",
        "1_1000",
        "1_1-",
        "1_1-x_1",
        "9" * 30 + "_1",
        "-".join(f"{n}_1" for n in range(1, 99)),
    ],
)
def test_rubbish_in_a_link_is_no_basket(visitor, text):
    assert sharing.read(text=text) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM basket_basket")
        before = cursor.fetchone()
        for answer in (visitor.get(f"/fr-fr/basket/shared/{text}/"), visitor.post(f"/fr-fr/basket/shared/{text}/")):
            assert answer.status_code == 404
        cursor.execute("SELECT count(*) FROM basket_basket")
        assert cursor.fetchone() == before
