"""What of a payment was charged, and what the provider would not charge: on the order, by its buttons."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import StaffScope
from apps.core import clock
from apps.core.errors import Final
from apps.core.testing import drain_outbox
from apps.markets.models import Market
from apps.orders.models import PaymentCapture
from apps.orders.payments import demo_bank
from tests.factories.authorised import card_of, charging_later, place_authorised, ship_from
from tests.factories.network import LILLE, MARAIS, make_network
from tests.factories.orders import AT
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


@pytest.fixture
def desk(client):
    client.force_login(make_staff(group="order desk"))
    return client


@pytest.fixture
def order(monkeypatch):
    """One parcel charged, the other refused by the bank."""
    made = place_authorised(charging_later(make_network()), units={"POT": 1, "LID": 1})
    ship_from(made, MARAIS, at=LATER)

    def refuses(*_args, **_kwargs):
        raise Final("card stopped", system="demo bank")

    with monkeypatch.context() as patch:
        patch.setattr(demo_bank.Books, "capture", refuses)
        ship_from(made, LILLE, at=LATER)
    return made


def page(desk, order):
    return desk.get(reverse("admin:order_order_change", args=[order.pk])).content.decode()


def refused():
    return PaymentCapture.objects.get(state="refused")


def test_order_says_what_was_charged_for_which_parcel(desk, order):
    html = page(desk, order)
    assert "14,90\xa0€" in html
    assert "card stopped" in html
    assert html.count(reverse("admin:order_capture_again", args=[refused().pk])) == 1


def test_first_page_and_list_name_what_was_not_charged(desk, order):
    with clock.frozen(LATER):
        first = desk.get("/admin/").content.decode()
    assert "?charging=refused" in first
    rows = desk.get(reverse("admin:order_payment_changelist") + "?charging=refused").content.decode()
    assert order.number in rows


def test_charging_again_by_the_button_ends_the_payment(desk, order):
    url = reverse("admin:order_capture_again", args=[refused().pk])
    assert desk.get(url).status_code == 200
    assert desk.post(url).status_code == 302
    drain_outbox(at=clock.now())
    assert (card_of(order).state, card_of(order).captured_minor) == ("paid", 2490)
    again = desk.post(url)
    assert again.status_code == 409


def test_money_that_came_another_way_is_recorded_with_its_reference(desk, order):
    url = reverse("admin:order_capture_record", args=[refused().pk])
    assert "reference" in desk.post(url, {"reference": ""}).context["form"].errors
    assert desk.post(url, {"reference": "SEPA 41"}).status_code == 302
    assert (card_of(order).state, PaymentCapture.objects.get(reference="SEPA 41").amount_minor) == ("paid", 1000)
    assert desk.post(url, {"reference": "SEPA 41"}).status_code == 302
    assert card_of(order).captured_minor == 2490


@pytest.mark.parametrize("name", ["again", "record"])
def test_buttons_are_not_found_for_other_markets_and_closed_to_other_groups(client, order, name):
    url = reverse(f"admin:order_capture_{name}", args=[refused().pk])
    elsewhere = make_staff(group="order desk", email="elsewhere@example.com")
    other = Market.objects.create(code="x", brand_id=order.market.brand_id, country="BE", currency="EUR")
    StaffScope.objects.create(user=elsewhere, market=other)
    client.force_login(elsewhere)
    assert client.post(url, {"reference": "X"}).status_code == 404
    client.force_login(make_staff(group="merchandiser", email="merchandiser@example.com"))
    assert client.post(url, {"reference": "X"}).status_code == 403
    assert refused().attempt == 1
