"""
The demo gateway: speaks to the pretended bank as a real gateway speaks to a real one, and exists in demo mode only.

Its provider is handed in, so that this file, like every gateway, knows none of our tables.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.core.exceptions import ImproperlyConfigured

from apps.core.errors import Final
from apps.orders.enums import Answer
from apps.orders.payments.errors import ForgedNotice
from apps.orders.payments.gateways.base import Charge, DisputeFacts, Notice, PaymentFacts, StartResult, Verdict

SYSTEM = "demo bank"
TOLERANCE_S = 300
SIGNATURE = "demo-bank-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A payment in the bank's books, as its answers tell it."""

    reference: str
    page_path: str
    decision: str
    amount_minor: int
    currency: str
    order_number: str
    payment_key: str
    is_captured_later: bool = False
    captured_minor: int = 0
    is_released: bool = False
    authorised_until: str = ""


class Bank(Protocol):
    """What the pretended bank answers to."""

    def open_payment(self, *, facts: PaymentFacts, at: datetime) -> Account: ...
    def find(self, *, reference: str) -> Account | None: ...
    def close(self, *, reference: str) -> Account | None: ...
    def capture(self, *, charge: Charge) -> str: ...
    def void(self, *, reference: str) -> None: ...
    def refund(self, *, reference: str, amount_minor: int, key: str) -> str: ...


class Demo:
    """The demo gateway. Raises ImproperlyConfigured outside demo mode."""

    code: ClassVar[str] = "demo"
    provider: ClassVar[str] = "demo"
    is_remote: ClassVar[bool] = True
    can_authorise: ClassVar[bool] = True

    def __init__(self, *, bank: Bank, origin: str, secret: bytes, is_demo: bool) -> None:
        if not is_demo:
            raise ImproperlyConfigured("the demo gateway gives goods away: it exists with HALLES_DEMO=1 only")
        self.bank = bank
        self.origin = origin
        self.secret = secret

    def start(self, *, facts: PaymentFacts, at: datetime) -> StartResult:
        """Open the payment at the bank; the same key gives the same page."""
        account = self.bank.open_payment(facts=facts, at=at)
        return StartResult(reference=account.reference, redirect_url=f"{self.origin}{account.page_path}")

    def fetch(self, *, reference: str) -> Verdict:
        """Ask the bank's books."""
        return verdict_of(_found(self.bank.find(reference=reference)))

    def close(self, *, reference: str) -> Verdict:
        """Take the page away unless somebody decided already."""
        return verdict_of(_found(self.bank.close(reference=reference)))

    def parse_notice(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> Notice:
        """Check signature and age of a notice. Raises ForgedNotice."""
        stamp, _, signature = headers.get(SIGNATURE, "").partition(".")
        if (
            not stamp.isascii()
            or not stamp.isdigit()
            or not hmac.compare_digest(signature.encode(), self._mac(stamp=stamp, body=body).encode())
        ):
            raise ForgedNotice(reason="signature")
        if abs(at.timestamp() - int(stamp)) > TOLERANCE_S:
            raise ForgedNotice(reason="too old")
        event: dict[str, Any] = json.loads(body)
        account = Account(page_path="", **event["payment"])
        return Notice(event_id=event["id"], kind=event["kind"], verdict=verdict_of(account))

    def capture(self, *, charge: Charge) -> str:
        """Have the bank charge a part, once per key."""
        return self.bank.capture(charge=charge)

    def void(self, *, reference: str, key: str) -> None:  # noqa: ARG002 -- the port's signature
        """Have the bank let go of the rest."""
        self.bank.void(reference=reference)

    def payment_of(self, *, dispute: DisputeFacts) -> str:
        """Return the reference as it is: the pretended bank knows no other name."""
        return dispute.payment

    def refund(self, *, reference: str, amount_minor: int, currency: str, key: str) -> str:  # noqa: ARG002 -- the port's signature
        """Have the bank pay back, once per key."""
        return self.bank.refund(reference=reference, amount_minor=amount_minor, key=key)

    def notice_for(self, *, account: Account, at: datetime) -> tuple[bytes, dict[str, str]]:
        """Write the notice the bank sends about a payment: body and headers, signed at `at`."""
        payment = {each.name: getattr(account, each.name) for each in fields(account) if each.name != "page_path"}
        event = {
            "id": f"evt_{account.reference}_{account.decision}",
            "kind": f"payment.{account.decision}",
            "payment": payment,
        }
        body = json.dumps(event, sort_keys=True).encode()
        stamp = str(int(at.timestamp()))
        return body, {SIGNATURE: f"{stamp}.{self._mac(stamp=stamp, body=body)}"}

    def _mac(self, *, stamp: str, body: bytes) -> str:
        return hmac.new(self.secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verdict_of(account: Account) -> Verdict:
    """Read the bank's books as a verdict; a delayed approval is not known yet."""
    unknown = Verdict(
        answer=Answer.UNKNOWN,
        reference=account.reference,
        order_number=account.order_number,
        payment_key=account.payment_key,
    )
    if account.decision == "approved" and account.is_captured_later and not account.is_released:
        return replace(
            unknown,
            answer=Answer.YES,
            amount_minor=account.amount_minor,
            currency=account.currency,
            is_authorised=True,
            in_parts=True,
            authorised_until=datetime.fromisoformat(account.authorised_until) if account.authorised_until else None,
        )
    if account.decision == "approved" and account.is_captured_later:
        if not account.captured_minor:
            return replace(unknown, answer=Answer.NO, refusal_code="released")
        return replace(unknown, answer=Answer.YES, amount_minor=account.captured_minor, currency=account.currency)
    if account.decision == "approved":
        return replace(unknown, answer=Answer.YES, amount_minor=account.amount_minor, currency=account.currency)
    if account.decision in {"declined", "closed"}:
        return replace(unknown, answer=Answer.NO, refusal_code=account.decision)
    return unknown


def _found(account: Account | None) -> Account:
    if account is None:
        raise Final("the bank knows no such payment", system=SYSTEM)
    return account
