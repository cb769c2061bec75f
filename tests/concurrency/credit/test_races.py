"""Many who pay with one gift card at once, and a card that is given its money back twice."""

from collections import Counter
from decimal import Decimal
from functools import partial

import pytest

from apps.core import books
from apps.core.money import Money
from apps.orders.credit import ledger, operations
from apps.orders.models import CreditAccount, CreditMovement, Order, Payment
from apps.orders.payments import operations as payments
from tests.factories.credit import balance, make_gift_card, use
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop
from tests.race import meeting, race

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def checkouts(*, card, count, shop):
    """Orders of different goods, so that nothing but the card makes them wait for each other."""
    said = {"credits_": [use(account_id=card, amount="9.90")], "confirmed_due": Money(Decimal("5.00"), "EUR")}
    return [make_checkout(shop=shop, items=[(make_item(shop=shop), 1)]).placing(**said) for _ in range(count)]


def broken():
    return {each.invariant.name for each in books.prove(at=AT).broken}


def test_card_pays_no_more_orders_than_it_has_money_for_when_checkouts_race():
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="25.00").account_id
    outcome = Counter(type(each).__name__ for each in race(checkouts(card=card, count=THREADS, shop=shop)))
    assert outcome == {"PlacedOrder": 2, "CreditMoved": THREADS - 2}
    assert (balance(card), Order.objects.count()) == (520, 2)
    assert Payment.objects.filter(credit_account_id=card, state="paid").count() == 2
    assert broken() == set()


def test_control_without_the_lock_a_card_pays_twice_for_one_balance(monkeypatch):
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="15.00").account_id

    def unlocked(*, account_ids):
        return {row.pk: row for row in CreditAccount.objects.filter(pk__in=account_ids)}

    monkeypatch.setattr(ledger, "lock", meeting(unlocked, parties=2))
    outcome = race(checkouts(card=card, count=2, shop=shop))
    assert [type(each).__name__ for each in outcome] == ["PlacedOrder"] * 2
    assert "credit.movements_sum_to_the_balance" in broken()


def test_form_sent_many_times_at_once_issues_one_card():
    shop = make_trading_shop()
    issuing = partial(
        operations.issue_gift_card,
        brand_id=shop.brand.id,
        amount=Money(Decimal("25.00"), "EUR"),
        expires_on=None,
        reason="Sold",
        key="one-form",
        by="user:7",
        at=AT,
    )
    outcome = Counter(type(each).__name__ for each in race([issuing] * THREADS))
    assert outcome == {"Issued": 1, "AlreadyIssued": THREADS - 1}
    assert (CreditAccount.objects.count(), CreditMovement.objects.count()) == (1, 1)


def test_card_gets_its_money_back_once_when_refunds_race():
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="9.90").account_id
    (placing,) = checkouts(card=card, count=1, shop=shop)
    order = Order.objects.get(pk=placing().order_id)
    payments.expire_unpaid(at=order.expires_at)
    payment = Payment.objects.get(credit_account_id=card)
    answers = race([partial(payments.refund_due, payment_id=payment.pk, at=AT)] * THREADS)
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert (balance(card), CreditMovement.objects.filter(kind="given_back").count()) == (990, 1)
    payment.refresh_from_db()
    assert (payment.state, payment.refunded_minor) == ("refunded", 990)
