"""Goods kept for a checkout, as the shopper is told of it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.core import clock
from apps.inventory.models import Reservation
from apps.orders.holds import operations as holds
from apps.orders.models import StockHold
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


def told(page):
    """Until when a page says that the goods are kept."""
    found = re.search(r"jusqu’à (\d\d:\d\d)", page.content.decode())
    return found and found[1]


def test_every_step_says_until_when_the_goods_are_kept_and_the_time_does_not_move(visitor):
    buying.add(visitor, buying.sellable()[0])
    first = told(visitor.get("/fr-fr/checkout/"))
    until = StockHold.objects.get().expires_at
    assert first is not None
    assert timedelta(minutes=14) < until - clock.now() <= timedelta(minutes=15)
    review = buying.to_review(visitor)
    assert told(review) == first
    assert StockHold.objects.get().expires_at == until
    assert Reservation.objects.filter(reference__startswith="hold:", state="held").count() == 1
    assert buying.place(visitor, review).status_code == 302
    assert not Reservation.objects.filter(reference__startswith="hold:", state="held").exists()
    assert StockHold.objects.get().expires_at is None


def test_basket_page_keeps_nothing(visitor):
    buying.add(visitor, buying.sellable()[0])
    visitor.get("/fr-fr/basket/")
    assert not StockHold.objects.exists()


def test_refused_answers_are_shown_with_the_same_time(visitor):
    buying.add(visitor, buying.sellable()[0])
    first = told(visitor.get("/fr-fr/checkout/"))
    answer = visitor.post("/fr-fr/checkout/", {"email": "no"})
    assert (answer.status_code, told(answer)) == (422, first)


def test_checkout_goes_on_when_the_time_is_over(visitor):
    buying.add(visitor, buying.sellable()[0])
    review = buying.to_review(visitor)
    holds.end_due(at=clock.now() + timedelta(hours=1))
    assert buying.place(visitor, review).status_code == 302


def test_one_address_cannot_empty_the_shelves_by_pretending(settings):
    product = buying.sellable()[0]
    said = []
    for _ in range(32):
        visitor = Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin")
        buying.add(visitor, product)
        page = visitor.get("/fr-fr/checkout/")
        assert page.status_code in {200, 302}
        said.append(page.status_code == 200 and told(page) is not None)
    assert sum(said) <= 30
    assert said[-1] is False
