"""Paying by bank transfer: instructions for the shopper; nobody to ask, so staff say what arrived."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, NoReturn

from apps.core.errors import Final
from apps.orders.enums import Answer
from apps.orders.payments.errors import ForgedNotice
from apps.orders.payments.gateways.base import Charge, DisputeFacts, PaymentFacts, StartResult, Verdict

SYSTEM = "bank transfer"


class BankTransfer:
    """The transfer gateway. The account is the market's: `features["bank_account"] = {"iban", "bic", "holder"}`."""

    code: ClassVar[str] = "bank_transfer"
    provider: ClassVar[str] = "bank_transfer"
    is_remote: ClassVar[bool] = False
    can_authorise: ClassVar[bool] = False

    def start(self, *, facts: PaymentFacts, at: datetime) -> StartResult:  # noqa: ARG002 -- the port's signature
        """Say where to send the money. Raises Final when the market has no account."""
        account = facts.bank_account
        if not account.get("iban"):
            raise Final("the market has no bank account", system=SYSTEM)
        instructions = {
            "iban": account["iban"],
            "bic": account.get("bic", ""),
            "holder": account.get("holder") or facts.merchant,
            "reference": facts.order_number,
        }
        return StartResult(reference=facts.key, instructions=instructions)

    def fetch(self, *, reference: str) -> Verdict:
        """Say that nothing is known: the bank's statement is read by people."""
        return Verdict(answer=Answer.UNKNOWN, reference=reference)

    def close(self, *, reference: str) -> Verdict:
        """Say that nothing arrived: a transfer that comes later is money to give back."""
        return Verdict(answer=Answer.NO, reference=reference, refusal_code="no_transfer")

    def parse_notice(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> NoReturn:  # noqa: ARG002 -- the port's signature
        """Refuse: no bank sends us notices."""
        raise ForgedNotice(reason="bank transfers have no notices")

    def capture(self, *, charge: Charge) -> NoReturn:  # noqa: ARG002 -- the port's signature
        """Refuse: a transfer is here or it is not."""
        raise Final("transfers are not authorised", system=SYSTEM)

    def void(self, *, reference: str, key: str) -> NoReturn:  # noqa: ARG002 -- the port's signature
        """Refuse: a transfer is here or it is not."""
        raise Final("transfers are not authorised", system=SYSTEM)

    def payment_of(self, *, dispute: DisputeFacts) -> NoReturn:  # noqa: ARG002 -- the port's signature
        """Refuse: nobody can take a transfer back."""
        raise Final("transfers are not disputed", system=SYSTEM)

    def refund(self, *, reference: str, amount_minor: int, currency: str, key: str) -> NoReturn:  # noqa: ARG002 -- the port's signature
        """Refuse: people send the money back and record it."""
        raise Final("money is sent back by hand, then recorded", system=SYSTEM)
