"""The checkout of an order that is collected: stores with their day, the choice kept, said at every step and after."""

import re

import pytest
from django.db.models import F

from apps.core import clock
from apps.core.testing import drain_outbox
from apps.inventory.models import Location, StockLevel
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot
from apps.orders import delivery
from apps.orders.collection import operations
from apps.orders.models import Fulfilment, Order
from apps.orders.payments import demo_bank
from apps.orders.tokens import collect_code, order_token
from tests.html_rules import mistakes
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
STORE = "paris-marais"


@pytest.fixture
def product():
    """A product of which the store has some to give to the web."""
    level = StockLevel.objects.filter(location__code=STORE, free__gt=1, product__structure="standalone")
    return level.filter(product_id__in=buying.sellable(many=200)).order_by("product_id")[0].product_id


@pytest.fixture
def buyer(visitor, product):
    """A visitor in Paris with it in the basket, at the step of delivery."""
    buying.add(visitor, product)
    visitor.post("/fr-fr/checkout/", buying.DETAILS | {"postcode": "75003", "city": "Paris"})
    return visitor


def choose(buyer, code=f"collect:{STORE}"):
    return buyer.post("/fr-fr/checkout/delivery/", {"delivery": code})


def test_stores_that_have_the_goods_stand_below_the_ways_of_delivery(buyer):
    page = buyer.get("/fr-fr/checkout/delivery/").content.decode()
    assert mistakes(page) == []
    assert "Ou retirer en magasin" in page
    # From Paris the Marais is nearer than Lille.
    assert re.findall(r'value="(collect:[\w-]+)"', page)[0] == f"collect:{STORE}"
    assert "À retirer à partir du" in page


def test_choice_is_kept_said_on_the_recap_and_again_on_its_step(buyer):
    assert choose(buyer).headers["Location"] == "/fr-fr/checkout/review/"
    review = buyer.get("/fr-fr/checkout/review/").content.decode()
    name = Location.objects.get(code=STORE).name
    for words in (f"Retrait en magasin, {name}", "Adresse de facturation", "À retirer à partir du"):
        assert words in review
    again = buyer.get("/fr-fr/checkout/delivery/").content.decode()
    assert re.search(rf'value="collect:{STORE}" required checked', again)


@pytest.mark.parametrize("code", ["collect", "collect:", "collect:lille-2", "standard:lille", "x" * 3000, "\x00:\x00"])
def test_invented_codes_are_refused_beside_the_choice(buyer, code):
    answer = choose(buyer, code)
    assert answer.status_code == 422
    assert "Choisissez" in answer.content.decode() or "choisir" in answer.content.decode()


def test_store_that_sold_the_goods_meanwhile_is_said_before_and_refused_at_the_button(buyer, product):
    Market.objects.update(checkout_hold_minutes=0)
    forget_snapshot()
    choose(buyer)
    page = buyer.get("/fr-fr/checkout/review/")
    StockLevel.objects.filter(location__code=STORE, product_id=product).update(safety=F("on_hand"))
    answer = buying.place(buyer, page)
    assert answer.status_code == 409
    assert "Veuillez choisir un autre magasin, ou la livraison." in answer.content.decode()
    assert not Order.objects.filter(email=buying.DETAILS["email"]).exists()
    shown = buyer.get("/fr-fr/checkout/delivery/").content.decode()
    assert "Ce magasin n’a plus tous ces articles." in shown
    assert re.search(rf'value="collect:{STORE}" required disabled', shown)


def test_store_that_stops_offering_collection_leads_back_to_the_choice(buyer):
    choose(buyer)
    Location.objects.filter(code=STORE).update(offers_collection=False)
    delivery.forget_methods()
    assert buyer.get("/fr-fr/checkout/review/").headers["Location"] == "/fr-fr/checkout/delivery/"


def test_order_page_says_where_when_with_which_code_and_what_happened(buyer, product):
    choose(buyer)
    assert buying.place(buyer, buyer.get("/fr-fr/checkout/review/")).status_code == 302
    order = Order.objects.get(email=buying.DETAILS["email"])
    reference = order.payments.get().provider_reference
    demo_bank.decide(reference=reference, decision="approved", is_silent=False, at=clock.now())
    drain_outbox(at=clock.now())
    address = f"/fr-fr/orders/{order_token(order.number)}/"
    code = collect_code(order.number)

    page = buyer.get(address).content.decode()
    assert "À retirer à partir du" in page
    assert code not in page

    row = Fulfilment.objects.get(order=order)
    operations.make_ready(fulfilment_id=row.pk, by="user:1", at=clock.now())
    page = buyer.get(address).content.decode()
    assert f"Veuillez montrer le code {code}" in page
    assert mistakes(page) == []

    operations.hand_over(fulfilment_id=row.pk, code=code, by="user:1", at=clock.now())
    page = buyer.get(address).content.decode()
    assert "Vous avez retiré votre commande" in page
    assert code not in page
