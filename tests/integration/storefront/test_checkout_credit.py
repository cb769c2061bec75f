"""Gift cards and store credit at the checkout, as shoppers use them, and as those who guess codes do."""

import re

import pytest
from django.core import mail as outgoing

from apps.accounts.models import User
from apps.core import books, clock
from apps.core.money import from_minor
from apps.core.testing import drain_outbox
from apps.markets.queries import shop_for
from apps.orders.credit import codes, operations
from apps.orders.models import CreditAccount, Order, Payment
from apps.orders.payments import operations as payments
from apps.orders.tokens import order_token
from tests.factories.credit import balance, make_gift_card, make_store_credit
from tests.html_rules import HTML, parse
from tests.integration.storefront import buying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
CREDIT = "/fr-fr/checkout/credit/"


@pytest.fixture
def shop():
    return shop_for(brand_code="halles", code="fr-fr")


@pytest.fixture
def review(visitor):
    """The last step of a checkout with one product."""
    buying.add(visitor, buying.sellable()[0])
    return buying.to_review(visitor)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def hidden(page):
    """Every hidden field of the order's own form."""
    tree = parse(page.content.decode())
    form = next(each for each in tree.iter(f"{HTML}form") if each.get("action") == "/fr-fr/checkout/place/")
    return {each.get("name"): each.get("value") for each in form.iter(f"{HTML}input") if each.get("type") == "hidden"}


def total_of(page):
    return int(hidden(page)["confirmed_total"].split()[0].replace(".", ""))


def press(visitor, page, **changes):
    return visitor.post("/fr-fr/checkout/place/", hidden(page) | {"payment": "demo"} | changes)


def card_for(shop, minor):
    return make_gift_card(shop=shop, amount=str(from_minor(minor, "EUR").amount))


def test_gift_card_that_pays_a_part_leaves_the_rest_to_the_chosen_method(visitor, review, shop):
    total = total_of(review)
    card = card_for(shop, 500)
    assert visitor.post(CREDIT, {"code": f" {card.code.lower()} "}).headers["Location"] == "/fr-fr/checkout/review/"
    page = visitor.get("/fr-fr/checkout/review/")
    said = text_of(page)
    assert f"Carte cadeau se terminant par {card.code[-4:]}" in said
    assert "Comment souhaitez-vous payer le reste" in said
    assert hidden(page)["confirmed_due"] == str(from_minor(total - 500, "EUR"))
    answer = press(visitor, page)
    assert "/demo-bank/" in answer.headers["Location"]
    order = Order.objects.get()
    assert (order.state, order.payment_method, balance(card.account_id)) == ("placed", "demo", 0)
    assert sorted(Payment.objects.values_list("gateway", "amount_minor")) == [
        ("demo", total - 500),
        ("gift_card", 500),
    ]
    payments.give_up(payment_id=Payment.objects.get(gateway="demo").pk, at=clock.now())
    own = text_of(visitor.get(f"/fr-fr/orders/{order_token(order.number)}/"))
    assert f"Carte cadeau se terminant par {card.code[-4:]}" in own
    assert "Le reste n’a pas été débité" in own


def test_gift_card_that_pays_all_asks_for_nothing_and_confirms_at_once(visitor, review, shop):
    total = total_of(review)
    card = card_for(shop, total + 1000)
    visitor.post(CREDIT, {"code": card.code})
    page = visitor.get("/fr-fr/checkout/review/")
    assert 'name="payment"' not in page.content.decode()
    assert "Il y reste" in text_of(page)
    assert hidden(page)["confirmed_due"] == "0.00 EUR"
    sent = hidden(page)
    answer = visitor.post("/fr-fr/checkout/place/", sent)
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/fr-fr/orders/{order_token(order.number)}/"
    assert (order.state, order.payment_method, balance(card.account_id)) == ("confirmed", "credit", 1000)
    drain_outbox(at=clock.now())
    assert f"Carte cadeau se terminant par {card.code[-4:]}" in outgoing.outbox[-1].body
    # Pressed twice: the same order, and the card pays once.
    assert visitor.post("/fr-fr/checkout/place/", sent).headers["Location"] == answer.headers["Location"]
    assert (Order.objects.count(), balance(card.account_id)) == (1, 1000)
    assert books.prove(at=clock.now()).broken == ()


def test_card_is_taken_out_again_and_keeps_its_money(visitor, review, shop):
    card = card_for(shop, 500)
    visitor.post(CREDIT, {"code": card.code})
    visitor.post(f"{CREDIT}remove/", {"account": str(card.account_id)})
    page = visitor.get("/fr-fr/checkout/review/")
    assert hidden(page)["confirmed_due"] == hidden(page)["confirmed_total"]
    assert "se terminant par" not in text_of(page)
    press(visitor, page)
    assert balance(card.account_id) == 500


@pytest.mark.parametrize("code", ["", "nothing", "K3M9-QX2D-7HTW-9AB1", "x" * 5000, "\x00", "'; DROP TABLE", "<b>"])
def test_wrong_code_is_refused_beside_its_field_and_what_was_typed_stays(visitor, review, code):
    page = visitor.post(CREDIT, {"code": code})
    assert page.status_code == 422
    assert "Nous ne connaissons aucune carte cadeau" in text_of(page)
    field = next(each for each in parse(page.content.decode()).iter(f"{HTML}input") if each.get("id") == "gift-card")
    assert (field.get("aria-invalid"), "gift-card-error" in field.get("aria-describedby")) == ("true", True)
    assert field.get("value") == code.replace("\x00", "")[:40]


def test_guessing_is_slowed_down_and_right_codes_are_not_counted(visitor, review, shop):
    for _ in range(20):
        assert visitor.post(CREDIT, {"code": codes.new_code()}).status_code == 422
    answer = visitor.post(CREDIT, {"code": codes.new_code()})
    assert answer.status_code == 429
    assert "Trop de tentatives" in text_of(answer)


def test_card_of_another_brand_or_currency_is_unknown(visitor, review, shop):
    other = make_gift_card(shop=shop_for(brand_code="volt", code="fr-fr"))
    pounds = make_gift_card(shop=shop_for(brand_code="halles", code="en-gb"))
    for card in (other, pounds):
        assert visitor.post(CREDIT, {"code": card.code}).status_code == 422


def test_eleventh_card_is_refused_with_what_to_do(visitor, review, shop):
    for _ in range(10):
        visitor.post(CREDIT, {"code": card_for(shop, 1).code})
    answer = visitor.post(CREDIT, {"code": card_for(shop, 1).code})
    assert answer.status_code == 422
    assert "Dix cartes cadeaux au plus" in text_of(answer)


def test_balance_that_moved_since_the_page_was_shown_is_said_and_nothing_is_taken(visitor, review, shop):
    card = card_for(shop, 500)
    visitor.post(CREDIT, {"code": card.code})
    page = visitor.get("/fr-fr/checkout/review/")
    take = from_minor(-200, "EUR")
    operations.correct(
        account_id=card.account_id, change=take, reason="Used at the counter", key="t", by="user:7", at=clock.now()
    )
    answer = press(visitor, page)
    assert answer.status_code == 409
    assert "Rien n’a été débité" in text_of(answer)
    assert (Order.objects.count(), balance(card.account_id)) == (0, 300)
    # The page that says so shows the amounts of now, and pressing again is enough.
    assert press(visitor, answer).status_code == 302
    assert balance(card.account_id) == 0


def test_card_that_was_blocked_meanwhile_leaves_the_page(visitor, review, shop):
    card = card_for(shop, 500)
    visitor.post(CREDIT, {"code": card.code})
    CreditAccount.objects.update(is_blocked=True)
    page = visitor.get("/fr-fr/checkout/review/")
    assert hidden(page)["confirmed_due"] == hidden(page)["confirmed_total"]


@pytest.mark.parametrize("due", ["0.00 EUR", "-5.00 EUR", "999999.00 EUR", "rubbish", "", "1e5 EUR", "0.001 EUR"])
def test_forged_rest_orders_nothing_and_takes_nothing(visitor, review, shop, due):
    card = card_for(shop, 100)
    visitor.post(CREDIT, {"code": card.code})
    answer = press(visitor, visitor.get("/fr-fr/checkout/review/"), confirmed_due=due)
    assert answer.status_code == 409
    assert (Order.objects.count(), balance(card.account_id)) == (0, 100)


def test_store_credit_is_offered_to_its_owner_alone(visitor, shop):
    owner = User.objects.create_user(email="owner@example.com", password="demo-password-1")
    account = make_store_credit(shop=shop, owner=owner, amount="3.00").pk
    buying.add(visitor, buying.sellable()[0])
    page = buying.to_review(visitor)
    assert "d’avoir" not in text_of(page)
    # A stranger who names the account in every way the form knows gets nothing of it.
    visitor.post(CREDIT, {"store_credit": "1", "account": str(account)})
    assert hidden(visitor.get("/fr-fr/checkout/review/"))["confirmed_due"] == hidden(page)["confirmed_total"]
    visitor.force_login(owner)
    buying.add(visitor, buying.sellable()[0])
    page = buying.to_review(visitor)
    assert "Utiliser 3,00\u00a0€ d’avoir" in page.content.decode()
    visitor.post(CREDIT, {"store_credit": "1"})
    page = visitor.get("/fr-fr/checkout/review/")
    assert press(visitor, page).status_code == 302
    assert balance(account) == 0
    assert Payment.objects.get(gateway="store_credit").amount_minor == 300


def test_credit_step_without_a_checkout_leads_back(visitor, shop):
    assert visitor.post(CREDIT, {"code": "x"}).headers["Location"] == "/fr-fr/basket/"
    assert visitor.get(CREDIT).status_code == 405
    buying.add(visitor, buying.sellable()[0])
    assert visitor.post(CREDIT, {"code": "x"}).headers["Location"] == "/fr-fr/checkout/"
