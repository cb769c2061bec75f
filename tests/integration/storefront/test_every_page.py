"""Every kind of page, in every shop: it opens, it is valid HTML, and nothing on it is inline."""

import pytest
from django.test import Client

from apps.markets import queries as markets
from tests import page_kinds
from tests.html_rules import mistakes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
SHOPS = ["halles fr-fr", "halles fr-be", "halles nl-be", "halles de-de", "halles en-gb", "volt fr-fr", "volt de-de"]


def _shop(name):
    brand, code = name.split()
    return page_kinds.shop_of(code, brand)


def _client(shop):
    return Client(HTTP_HOST=page_kinds.hosts()[shop.brand.code], HTTP_SEC_FETCH_SITE="same-origin")


def test_demo_has_the_shops_these_tests_visit():
    assert [f"{shop.brand.code} {shop.code}" for shop in markets.all_shops()] == SHOPS


@pytest.mark.parametrize("name", SHOPS)
def test_every_public_page_opens_and_is_valid_html(name):
    shop = _shop(name)
    client = _client(shop)
    found = {}
    for kind, url in page_kinds.public(shop).items():
        response = client.get(url)
        wrong = [] if response.status_code == 200 else [f"status {response.status_code}"]
        wrong += mistakes(response.content.decode())
        if f'lang="{shop.locale_tag}"' not in response.content.decode() and kind != "entry":
            wrong.append("the page does not say its language")
        if wrong:
            found[f"{kind} {url}"] = wrong
    assert found == {}
