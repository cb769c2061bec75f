"""The privacy notice lists each cookie the shop sets and no other, and none is kept longer than it says."""

import re

import pytest
from django.test import Client

from tests import page_kinds
from tests.html_rules import HTML, parse
from tests.integration.storefront import buying
from tests.integration.storefront.test_checkout import PLACES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
SHOPS = {"halles": tuple(PLACES), "volt": ("fr-fr", "de-de")}
EVERY = [f"{brand} {code}" for brand, codes in SHOPS.items() for code in codes]


def listed(client, shop):
    """Cookie name → days, as the privacy notice of the shop says."""
    words = {"fr": "donnees", "de": "datenschutz", "nl": "privacy", "en": "privacy"}[shop.language]
    home = client.get(shop.prefix).content.decode()
    page = client.get(re.search(rf'href="({shop.prefix}[^"]*{words}[^"]*)"', home)[1]).content.decode()
    table = next(node for node in parse(page).iter(f"{HTML}table") if "cookies" in node.get("class", ""))
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in table.iter(f"{HTML}tr")][1:]
    assert all(purpose for _, purpose, _ in rows)
    days = {name: re.match(r"\d+", lifetime) for name, _, lifetime in rows}
    # A lifetime in words is that of a cookie that goes with the browser.
    return {name: int(found[0]) if found else 0 for name, found in days.items()}


def walk(client, shop):
    """Look at every kind of page, sign in, and buy as a guest up to the bank's page and the order's."""
    code = shop.prefix.strip("/")
    seen = [client.get(url) for url in page_kinds.public(shop).values()]
    seen.append(client.post(f"/{code}/account/login/", {"login": "nobody@example.com", "password": "wrong-word-1"}))
    product = buying.sellable(market=shop.market.code)[0]
    seen.append(buying.add(client, product, shop=code))
    review = buying.to_review(client, shop=code, **PLACES[code])
    placed = buying.place(client, review, shop=code)
    assert "/demo-bank/" in placed.headers["Location"]
    seen += [review, placed, client.get(placed.headers["Location"])]
    seen.append(client.post(f"/{code}/account/login/", {"login": "shopper@demo.example", "password": "demo-shopper-1"}))
    seen.append(client.get(f"/{code}/account/"))
    assert seen[-1].status_code == 200
    return seen


@pytest.mark.parametrize("name", EVERY)
def test_every_cookie_of_a_walk_through_the_shop_is_listed_and_every_listed_one_is_set(name):
    brand, code = name.split()
    shop = page_kinds.shop_of(code, brand)
    client = Client(HTTP_HOST=page_kinds.hosts()[brand], HTTP_SEC_FETCH_SITE="same-origin")
    told = listed(client, shop)
    seen: dict[str, int] = {}
    for response in walk(client, shop):
        for cookie in response.cookies.values():
            seen[cookie.key] = max(seen.get(cookie.key, 0), int(cookie["max-age"] or 0))
    seen |= {key: max(seen.get(key, 0), int(each["max-age"] or 0)) for key, each in client.cookies.items()}
    assert set(seen) == set(told)
    assert {key: -(-seconds // 86_400) for key, seconds in seen.items()} == told


def test_reading_the_shop_sets_no_cookie_at_all():
    shop = page_kinds.shop_of("fr-fr")
    client = Client(HTTP_HOST="localhost")
    listed(client, shop)
    assert not client.cookies
