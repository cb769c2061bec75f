"""Before the order button the recap tells what the law asks for: features, total price, delivery, date, withdrawal."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import queries as catalog
from apps.markets import context
from apps.orders.delivery import first_method
from tests import page_kinds
from tests.integration.storefront import buying
from tests.integration.storefront.test_checkout import MARKETS, PLACES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
# The right, its days, and the year in the promised date, in the words of each shop.
WITHDRAWAL = {"fr-fr": "14 jours", "fr-be": "14 jours", "nl-be": "14 dagen", "de-de": "14 Tage", "en-gb": "14 days"}
TAX = {"fr-fr": "TVA", "fr-be": "TVA", "nl-be": "btw", "de-de": "MwSt", "en-gb": "VAT"}
CURRENCY = {"en-gb": "£"}
DAY = r"\d{1,2}\.?\s+\w+|\w+\s+\d{1,2}"


def before_button(page):
    """What stands between the recap's heading and the button, as words."""
    part = page.split('class="recaps"')[1].split("<button", maxsplit=1)[0]
    assert 'class="order-box"' in part
    return part, " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


@pytest.mark.parametrize("code", PLACES)
def test_recap_tells_features_price_delivery_date_and_withdrawal_above_the_button(visitor, code):
    shop = page_kinds.shop_of(code)
    product_id = buying.sellable(market=MARKETS[code])[0]
    (card,) = catalog.cards(shop=shop, product_ids=[product_id])
    buying.add(visitor, product_id, shop=code, quantity="2")
    page = buying.to_review(visitor, shop=code, **PLACES[code]).content.decode()
    part, told = before_button(page)
    with context.using(shop=shop):
        delivery = first_method(shop=shop).label(shop=shop)
    assert f"2 × {card.name}" in told
    facts = catalog.product_page(shop=shop, slug=card.slug).attributes[:4]
    assert len(facts) == 4
    for fact in facts:
        value = " ".join(fact["value"].split())
        assert re.search(rf"{re.escape(fact['name'])} ?: {re.escape(value)}", told)
    assert re.search(rf"{re.escape(delivery)} .*?({DAY})", told)
    assert re.search(r"order-total.*?\d", part)
    assert CURRENCY.get(code, "€") in told.split(card.name)[1]
    assert TAX[code] in told
    assert WITHDRAWAL[code] in told
    assert part.count(f'href="/{code}/') >= 6  # change contact, address, delivery, goods; read terms and privacy
    assert f'href="/{code}/basket/"' in part


def test_recap_names_each_product_and_three_cost_no_statement_more_than_one(visitor):
    asked = []
    for rows in (1, 3):
        for product_id in buying.sellable(many=3)[rows // 2 : rows]:
            buying.add(visitor, product_id)
        buying.to_review(visitor)
        with CaptureQueriesContext(connection) as seen:
            page = visitor.get("/fr-fr/checkout/review/")
        asked.append(len(seen))
        assert before_button(page.content.decode())[1].count(" × ") == rows
    assert asked[0] == asked[1]


@pytest.mark.parametrize("code", PLACES)
def test_product_page_names_who_answers_for_its_safety_with_post_and_mail(visitor, code):
    shop = page_kinds.shop_of(code)
    page = visitor.get(page_kinds.product_urls(shop)[0]).content.decode()
    facts = html.unescape(page.split('id="facts"')[1].split("</table>")[0])
    for line in (shop.seller.name, *shop.seller.address.splitlines(), shop.seller.email):
        assert line in facts
