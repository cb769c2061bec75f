"""One transfer recorded by eight people at once, and a limit lowered while it is used."""

from functools import partial

import pytest

from apps.accounts.models import User
from apps.core import books
from apps.orders.credit import on_account
from apps.orders.credit.errors import CreditMoved, LimitBelowOwed
from apps.orders.models import CreditAccount, CreditMovement
from tests.factories.credit import balance, use
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop
from tests.integration.credit.test_on_account import OWNER, buy, eur, opened
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = "user:7"


@pytest.fixture
def shop():
    return make_trading_shop()


@pytest.fixture
def owner():
    return User.objects.create_user(email=OWNER, password="demo-buyer-1")


def test_entry_of_a_statement_counts_once_when_eight_people_record_it(shop, owner):
    account = opened(shop)
    buy(shop, owner, account)
    paying = partial(
        on_account.record_paid, account_id=account.pk, amount=eur("10.00"), reference="SEPA 1", by=BY, at=AT
    )

    answers = race([paying] * 8)

    assert sorted(answers) == [False] * 7 + [True]
    assert balance(account.pk) == 10000 - 1490
    assert CreditMovement.objects.filter(kind="paid_in").count() == 1


def test_limit_is_lowered_or_used_and_never_passed(shop, owner):
    account = opened(shop, limit="30.00")
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 2)], owner_id=owner.pk)
    ordering = checkout.placing(credits_=[use(account_id=account.pk, amount="24.90")], confirmed_due=eur("0.00"))
    lowering = partial(
        on_account.change_limit,
        account_id=account.pk, limit=eur("10.00"), terms_days=30, reason="r", key="low", by=BY, at=AT,
    )  # fmt: skip

    ordered, lowered = race([ordering, lowering])

    row = CreditAccount.objects.get()
    assert isinstance(ordered, CreditMoved) != isinstance(lowered, LimitBelowOwed)
    assert (row.limit_minor, row.balance_minor) in {(3000, 510), (1000, 1000)}
    assert not books.prove(at=AT).broken
