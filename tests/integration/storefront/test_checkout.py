"""The checkout: steps in order, nothing typed lost, one order per press, and never at a price nobody saw."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Price
from apps.orders.models import Order, Payment
from apps.orders.tokens import order_token
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
PLACES = {
    "fr-fr": {},
    "fr-be": {"postcode": "1000"},
    "nl-be": {"postcode": "1000"},
    "de-de": {"postcode": "50667"},
    "en-gb": {"postcode": "M1 1AE"},
}
MARKETS = {"fr-fr": "halles-fr", "fr-be": "halles-be", "nl-be": "halles-be", "de-de": "halles-de", "en-gb": "halles-gb"}
BUTTONS = {
    "fr-fr": "Commander avec obligation de paiement",
    "fr-be": "Commander avec obligation de paiement",
    "nl-be": "Bestelling met betalingsverplichting",
    "de-de": "zahlungspflichtig bestellen",
    "en-gb": "Order with obligation to pay",
}


@pytest.fixture
def buyer(visitor):
    """A visitor with one product in the French basket."""
    buying.add(visitor, buying.sellable()[0])
    return visitor


def test_every_step_without_a_basket_leads_to_the_basket(visitor):
    for step in ("", "delivery/", "review/"):
        assert visitor.get(f"/fr-fr/checkout/{step}").headers["Location"] == "/fr-fr/basket/"


def test_steps_cannot_be_skipped(buyer):
    for step in ("delivery/", "review/"):
        assert buyer.get(f"/fr-fr/checkout/{step}").headers["Location"] == "/fr-fr/checkout/"
    buyer.post("/fr-fr/checkout/", buying.DETAILS)
    assert buyer.get("/fr-fr/checkout/review/").headers["Location"] == "/fr-fr/checkout/delivery/"
    assert buyer.post("/fr-fr/checkout/place/", {"payment": "demo"}).headers["Location"] == "/fr-fr/checkout/"
    assert Order.objects.count() == 0


def test_wrong_answers_come_back_with_a_sentence_beside_each_field_and_nothing_typed_is_lost(buyer):
    told = {
        "email": "no address",
        "name": "",
        "street": "12 <b>rue</b>",
        "postcode": "ABC",
        "city": 'Ly"on',
        "phone": "call me",
    }
    response = buyer.post("/fr-fr/checkout/", told)
    page = response.content.decode()
    assert response.status_code == 422
    for name in ("email", "name", "postcode", "phone"):
        assert f'id="id_{name}-error"' in page
        assert re.search(rf'id="id_{name}"[^>]*aria-invalid="true"', page)
    for value in ("no address", "12 &lt;b&gt;rue&lt;/b&gt;", "ABC", "Ly&quot;on", "call me"):
        assert f'value="{value}"' in page


@pytest.mark.parametrize(
    "value", ["x" * 20_000, "\x00", "a\r\nBcc: x@evil.example", "é" * 300, "<script>alert(1)</script>"]
)
@pytest.mark.parametrize("field", ["email", "name", "street", "postcode", "city", "phone", "company"])
def test_rubbish_in_any_field_is_never_a_500(buyer, field, value):
    response = buyer.post("/fr-fr/checkout/", buying.DETAILS | {field: value})
    assert response.status_code in {302, 422}
    assert "<script>alert" not in buyer.get("/fr-fr/checkout/").content.decode()


def test_delivery_must_be_one_of_those_offered(buyer):
    buyer.post("/fr-fr/checkout/", buying.DETAILS)
    for code in ("", "teleport", "x" * 5000):
        assert buyer.post("/fr-fr/checkout/delivery/", {"delivery": code}).status_code == 422


@pytest.mark.parametrize("shop", PLACES)
def test_order_button_says_in_each_language_that_ordering_means_paying(visitor, shop):
    buying.add(visitor, buying.sellable(market=MARKETS[shop])[0], shop=shop)
    page = buying.to_review(visitor, shop=shop, **PLACES[shop]).content.decode()
    button = re.search(r'class="order-box".*?<button[^>]*>(.*?)</button>', page, re.DOTALL)[1]
    assert button.strip().lower() == BUTTONS[shop].lower()


def test_pressing_the_button_twice_makes_one_order_and_leads_to_one_place(buyer):
    form = buying.order_form(buying.to_review(buyer))
    cookies = buyer.cookies["basket-halles-fr"].value
    first = buyer.post("/fr-fr/checkout/place/", form)
    buyer.cookies["basket-halles-fr"] = cookies  # both presses left before the first answer came
    second = buyer.post("/fr-fr/checkout/place/", form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert "/demo-bank/" in first.headers["Location"]
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


def test_price_that_moved_is_refused_with_the_new_total_and_no_order(buyer):
    page = buying.to_review(buyer)
    old = buying.order_form(page)
    Price.objects.filter(product_id=buying.sellable()[0]).update(amount_minor=123_45)
    response = buyer.post("/fr-fr/checkout/place/", old)
    assert (response.status_code, Order.objects.count()) == (409, 0)
    new = buying.order_form(response)
    assert new["confirmed_total"].startswith("12")
    assert new["confirmed_total"] != old["confirmed_total"]
    assert new["idempotency_key"] != old["idempotency_key"]
    assert 'class="notice error"' in response.content.decode()
    assert buyer.post("/fr-fr/checkout/place/", new).status_code == 302
    assert f"{Order.objects.get().total_incl_tax} EUR" == new["confirmed_total"]


@pytest.mark.parametrize(
    "total", ["0.00 EUR", "-5 EUR", "NaN EUR", "Infinity EUR", "1e400 EUR", "", "abc", "1.00 GBP", "\x00"]
)
def test_total_that_nobody_saw_makes_no_order(buyer, total):
    response = buying.place(buyer, buying.to_review(buyer), confirmed_total=total)
    assert (response.status_code, Order.objects.count()) == (409, 0)


@pytest.mark.parametrize("payment", ["", "free", "DEMO", "x" * 9000, "stripe"])
def test_unknown_payment_makes_no_order_and_is_said(buyer, payment):
    response = buying.place(buyer, buying.to_review(buyer), payment=payment)
    assert 400 <= response.status_code < 500
    assert 'class="notice error"' in response.content.decode()
    assert Order.objects.count() == 0


def test_placing_stays_within_its_queries_and_so_does_the_whole_checkout(visitor):
    for rows in (1, 3):
        with CaptureQueriesContext(connection) as whole:
            for product_id in buying.sellable(many=rows):
                buying.add(visitor, product_id)
            page = buying.to_review(visitor)
            with CaptureQueriesContext(connection) as placing:
                response = buying.place(visitor, page)
        assert "/demo-bank/" in response.headers["Location"]
        for most, seen in ((21, placing), (70, whole)):
            # The demo bank's own books stand in for a provider that would be asked over the network.
            statements = [
                q["sql"] for q in seen if "SAVEPOINT" not in q["sql"] and "demobank" not in q["sql"].split("WHERE")[0]
            ]
            allowed = most if rows == 1 or most == 21 else most + 2 * 10  # two more products put into the basket
            assert len(statements) <= allowed, "\n".join(
                [str(rows), *(" ".join(sql.split())[:120] for sql in statements)]
            )


@pytest.fixture
def order(buyer):
    """A placed order of the French shop, not paid."""
    buying.place(buyer, buying.to_review(buyer))
    return Order.objects.get()


def test_order_page_needs_no_account_and_is_private(order):
    stranger = Client(HTTP_HOST="localhost")
    response = stranger.get(f"/fr-fr/orders/{order_token(order.number)}/")
    assert response.status_code == 200
    assert order.number in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_forged_tokens_and_orders_of_other_markets_are_not_found(order):
    stranger = Client(HTTP_HOST="localhost")
    token = order_token(order.number)
    number, _, signature = token.partition("~")
    for forged in (
        order.number,
        f"{number}~{signature[:-1]}",
        f"{number}~",
        f"{number[:-1]}{'Y' if number.endswith('X') else 'X'}~{signature}",
        "~",
        "x" * 3000,
        "%00",
        "..%2f",
    ):
        assert stranger.get(f"/fr-fr/orders/{forged}/").status_code == 404, forged
    for shop, host in (("fr-be", "localhost"), ("de-de", "localhost"), ("fr-fr", "volt.localhost")):
        assert stranger.get(f"/{shop}/orders/{token}/", HTTP_HOST=host).status_code == 404
    for path in ("payments/return", "payments/cancelled"):
        assert stranger.get(f"/{path}/{number}~forged/").status_code == 404


def test_lookup_leads_to_the_order_for_the_right_pair_and_says_the_same_for_every_wrong_one(visitor, order):
    right = visitor.post("/fr-fr/orders/", {"number": f" {order.number.lower()} ", "email": "DEMO.shopper@example.com"})
    assert right.headers["Location"] == f"/fr-fr/orders/{order_token(order.number)}/"
    sentences = set()
    for number, email in (
        (order.number, "other@example.com"),
        ("HFR-11111111-1", buying.DETAILS["email"]),
        ("rubbish", buying.DETAILS["email"]),
        (order.number, ""),
        ("", ""),
    ):
        response = visitor.post("/fr-fr/orders/", {"number": number, "email": email})
        assert response.status_code == 422
        sentences.add(re.search(r'class="notice error".*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)[1])
    assert len(sentences) == 1


def test_lookup_in_another_market_finds_nothing(visitor, order):
    told = {"number": order.number, "email": buying.DETAILS["email"]}
    assert visitor.post("/fr-be/orders/", told).status_code == 422


def test_steps_are_private(buyer):
    buying.to_review(buyer)
    for step in ("", "delivery/", "review/"):
        assert buyer.get(f"/fr-fr/checkout/{step}").headers["Cache-Control"] == "private, no-store"
