"""Gift cards and store credit, through the operations staff use."""

from datetime import date
from decimal import Decimal
from itertools import count

from apps.accounts.models import User
from apps.core.money import Money
from apps.markets.context import Shop
from apps.orders.credit import operations
from apps.orders.credit.data import CreditUse, Issued
from apps.orders.models import CreditAccount
from tests.factories.orders import AT

_keys = count(1)


def make_gift_card(*, shop: Shop, amount: str = "20.00", expires_on: date | None = None) -> Issued:
    """Issue a gift card of the shop's brand and currency."""
    return operations.issue_gift_card(
        brand_id=shop.brand.id,
        amount=Money(Decimal(amount), shop.market.currency),
        expires_on=expires_on,
        reason="Demo card",
        key=f"test-card-{next(_keys)}",
        by="user:7",
        at=AT,
    )


def make_store_credit(*, shop: Shop, owner: User, amount: str = "20.00") -> CreditAccount:
    """Give a customer store credit."""
    return operations.grant_store_credit(
        brand_id=shop.brand.id,
        email=owner.email,
        amount=Money(Decimal(amount), shop.market.currency),
        reason="Demo goodwill",
        key=f"test-credit-{next(_keys)}",
        by="user:7",
        at=AT,
    )


def use(*, account_id: int, amount: str, currency: str = "EUR") -> CreditUse:
    """What an account is to pay."""
    return CreditUse(account_id=account_id, amount=Money(Decimal(amount), currency))


def balance(account_id: int) -> int:
    """What is on an account, in minor units."""
    return CreditAccount.objects.values_list("balance_minor", flat=True).get(pk=account_id)
