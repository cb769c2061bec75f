"""Buying on account at the checkout: offered, used, kept for another time, and refused while something is overdue."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.core.money import Money
from apps.core.testing import drain_outbox
from apps.markets.queries import shop_for
from apps.orders.credit import on_account
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import Fulfilment, MailLog, Order
from apps.orders.tokens import order_token
from tests.html_rules import mistakes
from tests.integration.storefront import buying
from tests.integration.storefront.test_checkout_credit import CREDIT, hidden, press, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
EMAIL = "buyer@demo.example"


@pytest.fixture
def account(visitor):
    """A signed-in customer who may owe 500 euros, at the last step with one product."""
    owner = User.objects.create_user(email=EMAIL, password="demo-buyer-1")
    visitor.force_login(owner)
    made = on_account.open_account(
        brand_id=shop_for(brand_code="halles", code="fr-fr").brand.id,
        email=EMAIL,
        limit=Money(Decimal(500), "EUR"),
        terms_days=30,
        reason="contract",
        key="k",
        by="user:7",
        at=clock.now(),
    )
    buying.add(visitor, buying.sellable()[0])
    return made


def test_account_is_offered_used_and_the_order_is_confirmed_without_a_bank(visitor, account):
    review = buying.to_review(visitor)
    assert "de votre plafond sont libres ; à payer sous 30 jours" in text_of(review)
    assert mistakes(review.content.decode()) == []
    visitor.post(CREDIT, {"on_account": "1"})
    used = visitor.get("/fr-fr/checkout/review/")
    assert "À payer sous 30 jours après la facture." in text_of(used)
    assert hidden(used)["confirmed_due"].startswith("0.00")
    assert "Acheter à terme pour" not in text_of(used)

    assert press(visitor, used).status_code == 302
    drain_outbox(at=clock.now())
    order = Order.objects.get(email=buying.DETAILS["email"])
    assert order.state == "in_fulfilment"
    page = visitor.get(f"/fr-fr/orders/{order_token(order.number)}/")
    assert "À terme" in text_of(page)
    # Nothing was received, and nothing is said to be: neither on the page nor in the mail.
    assert "Paiement reçu" not in text_of(page)
    mail = MailLog.objects.get(order=order, kind="order_confirmation").text
    assert "est à payer après la facture" in mail
    assert "Votre paiement est arrivé" not in mail


def test_account_can_be_kept_for_another_time(visitor, account):
    buying.to_review(visitor)
    visitor.post(CREDIT, {"on_account": "1"})
    visitor.post("/fr-fr/checkout/credit/remove/", {"account": str(account.pk)})
    assert "Acheter à terme pour" in text_of(visitor.get("/fr-fr/checkout/review/"))


def test_page_says_what_is_overdue_and_takes_nothing_more_on_account(visitor, account, monkeypatch):
    review = buying.to_review(visitor)
    visitor.post(CREDIT, {"on_account": "1"})
    press(visitor, visitor.get("/fr-fr/checkout/review/"))
    drain_outbox(at=clock.now())
    for row in Fulfilment.objects.filter(order__email=buying.DETAILS["email"]):
        fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by="user:7", at=clock.now())
    drain_outbox(at=clock.now())
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr("apps.core.clock.now", lambda: later)
    buying.add(visitor, buying.sellable()[0])
    review = buying.to_review(visitor)
    assert "Vous ne pouvez pas acheter à terme tant que" in text_of(review)
    visitor.post(CREDIT, {"on_account": "1"})
    assert "À payer sous 30 jours après la facture." not in text_of(visitor.get("/fr-fr/checkout/review/"))
