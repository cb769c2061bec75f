"""The basket under every kind of hand: clumsy, hostile, from another site, of another visitor."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import page_kinds
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


def _other():
    return Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin")


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "1.5", "1e3", "99999999999999999999", "100000", "two", "", " ", "١", "1;DROP"]
)
def test_quantity_that_is_none_is_refused_in_words_and_adds_nothing(visitor, quantity):
    response = buying.add(visitor, buying.sellable()[0], quantity=quantity)
    assert response.status_code == 302
    page = visitor.get("/fr-fr/basket/")
    assert (page.status_code, buying.lines(visitor)) == (200, [])
    assert 'class="notice error"' in page.content.decode()


@pytest.mark.parametrize("product", ["0", "-5", "999999999", "9999999999999999", "abc", "", "1 OR 1=1"])
def test_product_that_is_none_is_refused_in_words(visitor, product):
    assert buying.add(visitor, product).status_code == 302
    assert buying.lines(visitor) == []


def test_product_of_the_other_brand_only_is_not_sold_here(visitor):
    here, there = set(buying.sellable(many=500)), set(buying.sellable(market="volt-fr", many=500))
    buying.add(visitor, min(there - here))
    assert buying.lines(visitor) == []


def test_line_of_a_variant_leads_back_to_that_variant(visitor):
    url = page_kinds.public(page_kinds.shop_of("fr-fr"))["product with variants"]
    addresses = re.findall(rf'href="({re.escape(url)}\?variant=[^"]+)"', visitor.get(url).content.decode())
    chosen = visitor.get(addresses[-1]).content.decode()
    buying.add(visitor, re.search(r'name="product" value="(\d+)"', chosen)[1])
    [line] = re.findall(r'class="line-name"><a href="([^"]+)"', visitor.get("/fr-fr/basket/").content.decode())
    assert (line, len(addresses) > 1) == (addresses[-1], True)


@pytest.mark.parametrize(
    ("quantity", "after"), [("3", [3]), ("0", []), ("-2", [2]), ("100000", [2]), ("x", [2]), ("", [2])]
)
def test_changed_quantity_is_taken_or_refused_and_never_half(visitor, quantity, after):
    buying.add(visitor, buying.sellable()[0], quantity="2")
    [(line, _)] = buying.lines(visitor)
    visitor.post(f"/fr-fr/basket/{line}/", {"quantity": quantity})
    assert [count for _, count in buying.lines(visitor)] == after


def test_line_of_another_visitor_can_be_neither_changed_nor_removed(visitor):
    buying.add(visitor, buying.sellable()[0], quantity="2")
    [(line, _)] = buying.lines(visitor)
    for stranger in (_other(), _other()):
        buying.add(stranger, buying.sellable(many=2)[1])
        stranger.post(f"/fr-fr/basket/{line}/", {"quantity": "9"})
        stranger.post(f"/fr-fr/basket/{line}/remove/")
    assert buying.lines(visitor) == [(line, 2)]


def test_forged_basket_cookie_opens_nothing(visitor):
    buying.add(visitor, buying.sellable()[0])
    real = visitor.cookies["basket-halles-fr"].value
    number = real.partition("~")[0]
    for forged in (number, f"{number}~forged", f"{int(number) + 1}{real.removeprefix(number)}", "~", "x" * 5000):
        stranger = _other()
        stranger.cookies["basket-halles-fr"] = forged
        assert buying.lines(stranger) == []


def test_basket_of_one_market_does_not_show_in_another(visitor):
    buying.add(visitor, buying.sellable()[0])
    assert buying.lines(visitor, shop="fr-be") == []
    visitor.cookies["basket-halles-be"] = visitor.cookies["basket-halles-fr"].value
    assert buying.lines(visitor, shop="fr-be") == []
    assert len(buying.lines(visitor)) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"HTTP_ORIGIN": "https://evil.example"}, 403),
        ({"HTTP_ORIGIN": "null"}, 403),
        ({"HTTP_ORIGIN": "http://localhost.evil.example"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "http://localhost"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://localhost"}, 403),
        ({"HTTP_REFERER": "https://evil.example/http://localhost/"}, 403),
        ({"HTTP_ORIGIN": "http://localhost"}, 302),
        ({"HTTP_SEC_FETCH_SITE": "same-origin"}, 302),
        ({"HTTP_REFERER": "http://localhost/fr-fr/"}, 302),
    ],
)
def test_only_posts_from_the_shop_itself_fill_a_basket(headers, status):
    visitor = Client(HTTP_HOST="localhost")
    response = buying.add(visitor, buying.sellable()[0], **headers)
    assert response.status_code == status
    assert len(buying.lines(visitor)) == (status == 302)
    if status == 403:
        assert '<html lang="fr-FR">' in response.content.decode()


def test_other_basket_posts_need_the_csrf_token():
    visitor = Client(HTTP_HOST="localhost", enforce_csrf_checks=True, HTTP_SEC_FETCH_SITE="same-origin")
    buying.add(visitor, buying.sellable()[0], quantity="2")
    [(line, _)] = buying.lines(visitor)
    for path in (f"{line}/", f"{line}/remove/", "voucher/", "accept/"):
        assert visitor.post(f"/fr-fr/basket/{path}", {"quantity": "1"}).status_code == 403
    assert buying.lines(visitor) == [(line, 2)]


@pytest.mark.parametrize("code", ["NOPE", "", " ", "é" * 400, "' OR 1=1 --", "\x00", "<script>"])
def test_voucher_that_is_none_is_refused_beside_its_field(visitor, code):
    buying.add(visitor, buying.sellable()[0])
    response = visitor.post("/fr-fr/basket/voucher/", {"code": code})
    assert 400 <= response.status_code < 500
    assert "<script>alert" not in response.content.decode()
    assert "field-error" in response.content.decode()


def test_basket_page_is_private_and_says_so(visitor):
    buying.add(visitor, buying.sellable()[0])
    response = visitor.get("/fr-fr/basket/")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_adding_and_looking_stay_within_their_queries_whatever_the_number_of_lines(visitor, rows):
    products = buying.sellable(many=rows)
    for product_id in products:
        buying.add(visitor, product_id)
    visitor.get("/fr-fr/basket/")
    with CaptureQueriesContext(connection) as seen:
        buying.add(visitor, products[-1])
        visitor.get("/fr-fr/basket/")
    # Read at once: the next request empties Django's log. The catalogue's versions are read once a second.
    passing = ("SAVEPOINT", "catalogue_catalogversion")
    statements = [query["sql"] for query in seen if not any(word in query["sql"] for word in passing)]
    assert len(buying.lines(visitor)) == rows
    # One of them asks how busy the stores are that prepare a limited number of orders a day.
    assert len(statements) == 11, statements


def test_hostile_methods_are_refused(visitor):
    for path in ("basket/add/", "basket/1/", "basket/1/remove/", "basket/voucher/", "checkout/place/"):
        assert visitor.get(f"/fr-fr/{path}").status_code == 405
    assert visitor.delete("/fr-fr/basket/").status_code == 405
