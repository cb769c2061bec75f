"""
The port every payment provider is spoken to through. Values in, values out; no table of ours is known here.

A call raises TryAgain when it may work later (the effect may have happened) and Final when repeating cannot help.
Amounts are in minor units of the currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from apps.orders.enums import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What a provider may know of a payment. `key` is the same in every attempt, so asking twice starts one payment."""

    key: str
    order_number: str
    amount_minor: int
    currency: str
    language: str
    email: str
    merchant: str
    return_url: str
    cancel_url: str
    created_at: datetime
    expires_at: datetime
    bank_account: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartResult:
    """How the shopper pays now: on the provider's page, or by following instructions."""

    reference: str
    redirect_url: str = ""
    instructions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What the provider says. A yes carries amount and currency; `order_number` and `payment_key` come back as we gave
    them.

    refusal_code: the provider's word for a no, for staff; never shown as it is to a shopper.
    """

    answer: Answer
    reference: str
    amount_minor: int | None = None
    currency: str = ""
    order_number: str = ""
    payment_key: str = ""
    refusal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A signed message from a provider; `verdict` is None when it is not about a payment's end."""

    event_id: str
    kind: str
    verdict: Verdict | None


class Gateway(Protocol):
    """
    A way to pay.

    code: the payment method of markets and orders. provider: its name in `/webhooks/<provider>/`. is_remote: there is
    somebody to ask; without, staff say what arrived.
    """

    code: ClassVar[str]
    provider: ClassVar[str]
    is_remote: ClassVar[bool]

    def start(self, *, facts: PaymentFacts, at: datetime) -> StartResult:
        """Begin a payment, or return the one begun under the same key."""
        ...

    def fetch(self, *, reference: str) -> Verdict:
        """Ask what became of a payment."""
        ...

    def close(self, *, reference: str) -> Verdict:
        """Make sure nobody can pay it any more, and say what became of it. UNKNOWN when that is not certain yet."""
        ...

    def parse_notice(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> Notice:
        """Check the signature of a notice and read it. Raises ForgedNotice."""
        ...

    def refund(self, *, reference: str, amount_minor: int, currency: str, key: str) -> str:
        """Send money back, once per key; return the provider's reference of the refund."""
        ...
