"""What a checkout and the back office are told of gift cards and store credit."""

from dataclasses import dataclass

from apps.core.money import Money
from apps.orders.enums import CreditKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditUse:
    """What an account pays of an order: never more than its balance, never more than the order."""

    account_id: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """
    An account that may pay here and now. end: last characters of a gift card's code, "" for the others. terms_days: of
    buying on account, when it is to be paid.
    """

    account_id: int
    kind: CreditKind
    end: str
    balance: Money
    terms_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAccount:
    """What a customer may still buy on account, and what of the earlier is overdue: then nothing more."""

    credit: Credit
    overdue: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A new gift card. code: shown to whoever issued it, once; it is kept nowhere."""

    account_id: int
    code: str
