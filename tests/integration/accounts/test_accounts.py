"""Accounts: nobody learns who has one, the basket comes along, and links lead to the shop itself."""

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core import clock
from apps.core.testing import drain_outbox
from apps.orders.models import Order
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
KNOWN, PASSWORD = "shopper@demo.example", "demo-shopper-1"


def _sign_in(visitor, *, password=PASSWORD, email=KNOWN, shop="fr-fr", **more):
    return visitor.post(f"/{shop}/account/login/", {"login": email, "password": password} | more)


def _plain(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_sign_up_answers_alike_for_known_and_unknown_addresses(visitor):
    answers = []
    for email in (KNOWN, "nobody.yet@example.com"):
        stranger = Client(HTTP_HOST="localhost")
        response = stranger.post("/fr-fr/account/signup/", {"email": email, "password1": "a-long-demo-word-9"})
        answers.append((response.status_code, response.headers.get("Location")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 302
    assert User.objects.filter(email=KNOWN).count() == 1


def test_wrong_password_and_unknown_address_get_the_same_answer():
    answers = []
    for email in (KNOWN, "nobody.yet@example.com"):
        response = _sign_in(Client(HTTP_HOST="localhost"), email=email, password="wrong-password-1")
        answers.append((response.status_code, _plain(response).replace(email, "")))
    assert answers[0] == answers[1]


def test_password_reset_answers_alike_and_its_link_leads_to_the_shop_itself(settings, mailoutbox):
    answers = []
    for email in (KNOWN, "nobody.yet@example.com"):
        response = Client(HTTP_HOST="localhost").post("/fr-fr/account/password/reset/", {"email": email})
        answers.append((response.status_code, response.headers.get("Location")))
    assert answers[0] == answers[1]
    drain_outbox(at=clock.now())
    [mail] = [mail for mail in mailoutbox if mail.to == [KNOWN]]
    links = re.findall(r"https?://\S+/account/password/reset/key/\S+", mail.body)
    assert len(links) == 1
    assert links[0].startswith("http://localhost")


def test_host_nobody_serves_gets_no_page_and_no_mail(mailoutbox):
    response = Client(HTTP_HOST="evil.example").post("/fr-fr/account/password/reset/", {"email": KNOWN})
    assert response.status_code == 400
    drain_outbox(at=clock.now())
    assert mailoutbox == []


def test_signing_in_brings_the_basket_along_and_adds_it_to_the_accounts(visitor):
    first, second = buying.sellable(many=2)
    _sign_in(visitor)
    buying.add(visitor, first)
    visitor.post("/fr-fr/account/logout/")
    assert buying.lines(visitor) == []
    buying.add(visitor, first, quantity="2")
    buying.add(visitor, second)
    response = _sign_in(visitor)
    assert response.headers["Location"] == "/fr-fr/account/"
    assert sorted(count for _, count in buying.lines(visitor)) == [1, 3]


def test_next_leads_within_the_shop_only(visitor):
    assert _sign_in(Client(HTTP_HOST="localhost"), next="/fr-fr/checkout/").headers["Location"] == "/fr-fr/checkout/"
    for bad in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert "evil" not in _sign_in(Client(HTTP_HOST="localhost"), next=bad).headers["Location"]


def test_orders_of_others_are_not_found(visitor):
    buying.add(visitor, buying.sellable()[0])
    buying.place(visitor, buying.to_review(visitor))
    order = Order.objects.get()
    _sign_in(visitor)
    for number in (order.number, "HFR-11111111-1", "x"):
        assert visitor.get(f"/fr-fr/account/orders/{number}/").status_code == 404
    Order.objects.filter(pk=order.pk).update(user=User.objects.get(email=KNOWN))
    own = visitor.get(f"/fr-fr/account/orders/{order.number}/")
    assert (own.status_code, own.headers["Cache-Control"]) == (200, "private, no-store")
    assert visitor.get(f"/fr-fr/account/orders/{order.number}/", HTTP_HOST="volt.localhost").status_code in {302, 404}


@pytest.mark.parametrize("path", ["", "orders/", "orders/x/", "email/", "password/change/"])
def test_account_pages_ask_strangers_to_sign_in(visitor, path):
    response = visitor.get(f"/fr-fr/account/{path}")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/fr-fr/account/login/")


@pytest.mark.parametrize("page", ["?page=99999", "?page=-1", "?page=x", "?page=%00"])
def test_rubbish_page_of_orders_shows_a_list(visitor, page):
    _sign_in(visitor)
    assert visitor.get(f"/fr-fr/account/orders/{page}").status_code == 200
