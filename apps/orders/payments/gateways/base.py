"""
The port every payment provider is spoken to through. Values in, values out; no table of ours is known here.

A call raises TryAgain when it may work later (the effect may have happened) and Final when repeating cannot help.
Amounts are in minor units of the currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from apps.orders.enums import Answer, DisputeState


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """
    What a provider may know of a payment. `key` is the same in every attempt, so asking twice starts one payment.

    is_captured_later: the amount is set aside now and charged by `capture`.
    """

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
    is_captured_later: bool = False
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
    is_authorised: the yes sets `amount_minor` aside; without, it was charged. authorised_until, in_parts: how long, and
    whether it can be charged in more than one part, where the provider says so.
    """

    answer: Answer
    reference: str
    amount_minor: int | None = None
    currency: str = ""
    order_number: str = ""
    payment_key: str = ""
    refusal_code: str = ""
    is_authorised: bool = False
    authorised_until: datetime | None = None
    in_parts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """
    What a provider says of a dispute. Minor units.

    payment: its own name of the payment, which `Gateway.payment_of` turns into the reference we know.
    """

    reference: str
    payment: str
    amount_minor: int
    currency: str
    reason: str
    state: DisputeState
    respond_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    A signed message from a provider.

    verdict: what it says of a payment's end, if it does. dispute: what it says of a dispute, if it does.
    """

    event_id: str
    kind: str
    verdict: Verdict | None
    dispute: DisputeFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A part of what was authorised under `reference`. is_last: nothing follows, so the rest may be let go of."""

    reference: str
    amount_minor: int
    currency: str
    is_last: bool
    key: str
    at: datetime


class Gateway(Protocol):
    """
    A way to pay.

    code: the payment method of markets and orders. provider: its name in `/webhooks/<provider>/`. is_remote: there is
    somebody to ask; without, staff say what arrived. can_authorise: it can set an amount aside and charge it later.
    """

    code: ClassVar[str]
    provider: ClassVar[str]
    is_remote: ClassVar[bool]
    can_authorise: ClassVar[bool]

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

    def capture(self, *, charge: Charge) -> str:
        """Charge part of what was authorised, once per key; return its reference."""
        ...

    def void(self, *, reference: str, key: str) -> None:
        """Let go of what was authorised and not charged. Safe to repeat."""
        ...

    def payment_of(self, *, dispute: DisputeFacts) -> str:
        """Return our reference of the payment a dispute is about. Raises Final when it is none of ours."""
        ...

    def refund(self, *, reference: str, amount_minor: int, currency: str, key: str) -> str:
        """Send money back, once per key; return the provider's reference of the refund."""
        ...
