"""A market that charges cards as goods leave: what its shoppers read before, after, and when it ends otherwise."""

import re

import pytest

from apps.core import clock
from apps.core.testing import drain_outbox
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot
from apps.orders.cancellation import cancel_order
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import Fulfilment, MailLog, Order, Payment
from apps.orders.payments import demo_bank
from apps.orders.tokens import order_token
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]


@pytest.fixture
def charges_later():
    Market.objects.filter(code="halles-fr").update(capture="at_shipment")
    forget_snapshot()


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def ordered(visitor):
    """Order one product and approve it at the bank."""
    buying.add(visitor, buying.sellable()[0])
    review = buying.to_review(visitor)
    assert "Vous êtes débité au départ de vos articles." in text_of(review)
    visitor.post("/fr-fr/checkout/place/", buying.order_form(review))
    order = Order.objects.order_by("-id")[0]
    reference = Payment.objects.get(order=order).provider_reference
    demo_bank.decide(reference=reference, decision="approved", is_silent=False, at=clock.now())
    drain_outbox(at=clock.now())
    return order


def page_of(visitor, order):
    return text_of(visitor.get(f"/fr-fr/orders/{order_token(order.number)}/"))


@pytest.mark.usefixtures("charges_later")
def test_shopper_is_told_when_they_are_charged_and_what_was(visitor):
    order = ordered(visitor)

    page = page_of(visitor, order)
    assert "Le montant est bloqué ; vous êtes débité pour chaque colis à son départ." in page
    assert "Paiement reçu" not in page
    assert "Commande confirmée" in page
    assert "vous êtes débité pour chaque colis à son départ" in MailLog.objects.get(order=order).text
    parcel = Fulfilment.objects.filter(order=order)[0]
    fulfilments.ship(fulfilment_id=parcel.pk, carrier="GLS", tracking_code="T", by="user:7", at=clock.now())
    drain_outbox(at=clock.now())

    assert "Le montant est bloqué" not in page_of(visitor, order)
    assert Payment.objects.get(order=order).state == "paid"


@pytest.mark.usefixtures("charges_later")
def test_shopper_of_a_cancelled_order_hears_that_nothing_was_charged(visitor):
    order = ordered(visitor)

    cancel_order(order_id=order.pk, reason="not to be had", by="user:7", at=clock.now())
    drain_outbox(at=clock.now())

    assert "Rien n’a été débité ; votre banque libère le montant" in page_of(visitor, order)
    mails = MailLog.objects.filter(order=order).order_by("id").values_list("subject", flat=True)
    assert [str(each) for each in mails][-1] == f"Commande {order.number} : votre carte n’est pas débitée"


def test_market_that_charges_with_the_order_says_nothing_of_it(visitor):
    buying.add(visitor, buying.sellable()[0])
    assert "débité au départ" not in text_of(buying.to_review(visitor))
