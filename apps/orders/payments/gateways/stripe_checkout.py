"""
Cards through Stripe Checkout, by redirect: card numbers are typed on the provider's page and never reach us (SAQ A).

One total per payment rather than lines: what is charged is what the order says, whatever its discounts look like.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import stripe

from apps.core.errors import Final, TryAgain
from apps.orders.enums import Answer, DisputeState
from apps.orders.payments.errors import ForgedNotice
from apps.orders.payments.gateways.base import Charge, DisputeFacts, Notice, PaymentFacts, StartResult, Verdict

T = TypeVar("T")

SYSTEM = "stripe"
TIMEOUT_S = 8.0
# A look is repeated by reconciliation, so a shopper on the return page need not wait for a slow one.
LOOK_TIMEOUT_S = 3.0
RETRIES = 2
TOLERANCE_S = 300
# Stripe accepts an end between 30 minutes and 24 hours from now.
SHORTEST = timedelta(minutes=31)
LONGEST = timedelta(hours=23, minutes=50)
DEFINITIVE = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
# Of intents that are captured by hand: the amount was set aside, or let go.
ABOUT_INTENTS = frozenset({"payment_intent.amount_capturable_updated", "payment_intent.canceled"})
ABOUT_DISPUTES = frozenset({"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"})
_DISPUTE_STATES = {"won": DisputeState.WON, "warning_closed": DisputeState.WON, "lost": DisputeState.LOST}
_WITH_CHARGE: Any = {"expand": ["payment_intent.latest_charge"]}
_MAY_WORK_LATER = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)

# The SDK tells its maker about request times and the machine by default; our shoppers' shop tells nobody.
stripe.enable_telemetry = False


class StripeCheckout:
    """The card gateway."""

    code: ClassVar[str] = "card"
    provider: ClassVar[str] = "stripe"
    is_remote: ClassVar[bool] = True
    can_authorise: ClassVar[bool] = True

    def __init__(
        self,
        *,
        api_base: str,
        secret_key: str,
        webhook_secret: str,
        timeout_s: float = TIMEOUT_S,
        look_timeout_s: float = LOOK_TIMEOUT_S,
    ) -> None:
        self._is_live = secret_key.startswith(("sk_live_", "rk_live_"))
        self._webhook_secret = webhook_secret
        self.client = _client(api_base=api_base, key=secret_key, timeout_s=timeout_s, retries=RETRIES)
        self._looks = _client(api_base=api_base, key=secret_key, timeout_s=look_timeout_s, retries=0)

    def start(self, *, facts: PaymentFacts, at: datetime) -> StartResult:  # noqa: ARG002 -- the port's signature
        """Open a hosted page for the payment; the same key gives the same page."""
        metadata = {"order_number": facts.order_number, "payment_key": facts.key}
        params: Any = {
            "mode": "payment",
            "payment_method_types": ["card"],
            "client_reference_id": facts.order_number,
            "customer_email": facts.email,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": facts.currency.lower(),
                        "unit_amount": facts.amount_minor,
                        "product_data": {"name": f"{facts.merchant} · {facts.order_number}"},
                    },
                }
            ],
            "locale": facts.language,
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "success_url": facts.return_url,
            "cancel_url": facts.cancel_url,
            "expires_at": _end_of_page(facts),
        }
        if facts.is_captured_later:
            params["payment_intent_data"]["capture_method"] = "manual"
            params["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
        session = _call(lambda: self.client.v1.checkout.sessions.create(params, {"idempotency_key": facts.key}))
        if not session.url:
            raise TryAgain("a session without a page", system=SYSTEM)
        return StartResult(reference=session.id, redirect_url=session.url)

    def fetch(self, *, reference: str) -> Verdict:
        """Ask what became of a session, once and shortly."""
        session = _call(lambda: self._looks.v1.checkout.sessions.retrieve(reference, _WITH_CHARGE))
        return verdict_of_session(session.to_dict())

    def close(self, *, reference: str) -> Verdict:
        """Expire the session; one that cannot be expired is paid, or expired already, and says so itself."""
        try:
            session = _call(lambda: self.client.v1.checkout.sessions.expire(reference))
        except Final:
            return self.fetch(reference=reference)
        return verdict_of_session(session.to_dict())

    def parse_notice(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> Notice:
        """Check signature, age and mode, then read the event. Raises ForgedNotice."""
        event = self._verified(body=body, header=headers.get("stripe-signature", ""), at=at)
        kind = str(event.get("type", ""))
        subject = event["data"]["object"]
        verdict = verdict_of_session(subject) if kind in DEFINITIVE else None
        if kind in ABOUT_INTENTS and subject.get("capture_method") == "manual":
            verdict = verdict_of_intent(subject)
        dispute = dispute_of(subject) if kind in ABOUT_DISPUTES else None
        if verdict is not None and kind == "checkout.session.async_payment_failed":
            verdict = replace(verdict, answer=Answer.NO, amount_minor=None, refusal_code="async_payment_failed")
        return Notice(event_id=str(event["id"]), kind=kind, verdict=verdict, dispute=dispute)

    def capture(self, *, charge: Charge) -> str:
        """Charge part of a session's authorised intent, once per key; return the intent's last charge."""
        intent = self._intent_of(charge.reference, currency=charge.currency)
        return self.capture_intent(
            intent=intent, amount_minor=charge.amount_minor, is_last=charge.is_last, key=charge.key
        )

    def capture_intent(self, *, intent: str, amount_minor: int, is_last: bool, key: str) -> str:
        """Charge part of an authorised intent, once per key; return its last charge."""
        params: Any = {"amount_to_capture": amount_minor}
        if not is_last:
            params["final_capture"] = False
        done = _call(lambda: self.client.v1.payment_intents.capture(intent, params, {"idempotency_key": key}))
        return str(done.latest_charge or done.id)

    def void(self, *, reference: str, key: str) -> None:
        """Cancel a session's intent: what was not charged is let go. Nothing happens to one that is over."""
        session = _call(lambda: self._looks.v1.checkout.sessions.retrieve(reference, _WITH_CHARGE)).to_dict()
        intent = session.get("payment_intent")
        if not isinstance(intent, dict) or intent.get("status") != "requires_capture":
            return
        self.cancel_intent(intent=str(intent["id"]), key=key)

    def cancel_intent(self, *, intent: str, key: str) -> None:
        """Cancel an authorised intent, once per key."""
        _call(lambda: self.client.v1.payment_intents.cancel(intent, {}, {"idempotency_key": key}))

    def payment_of(self, *, dispute: DisputeFacts) -> str:
        """Return the session whose intent is disputed. Raises Final when it has none: not a payment of this shop."""
        params: Any = {"payment_intent": dispute.payment, "limit": 1}
        found = _call(lambda: self.client.v1.checkout.sessions.list(params)).data
        if not found:
            raise Final("no session has this intent", system=SYSTEM)
        return str(found[0].id)

    def refund(self, *, reference: str, amount_minor: int, currency: str, key: str) -> str:
        """Send money of a session back, once per key."""
        intent = self._intent_of(reference, currency=currency)
        return self.refund_intent(intent=intent, amount_minor=amount_minor, key=key)

    def refund_intent(self, *, intent: str, amount_minor: int, key: str) -> str:
        """Send money of a payment intent back, once per key; return the refund's id."""
        params: Any = {"payment_intent": intent, "amount": amount_minor}
        return str(_call(lambda: self.client.v1.refunds.create(params, {"idempotency_key": key})).id)

    def _intent_of(self, reference: str, *, currency: str) -> str:
        """The id of the intent of a session in that currency. Raises Final."""
        session = _call(lambda: self.client.v1.checkout.sessions.retrieve(reference))
        intent = session.payment_intent
        if not intent:
            raise Final("the session has no payment", system=SYSTEM)
        if session.currency and session.currency.upper() != currency:
            raise Final(f"the session is in {session.currency}, we speak of {currency}", system=SYSTEM)
        return intent if isinstance(intent, str) else str(intent.id)

    def _verified(self, *, body: bytes, header: str, at: datetime) -> dict[str, Any]:
        try:
            # Tolerance is checked against our own clock below: the SDK reads the machine's and lets the future pass.
            stripe.WebhookSignature.verify_header(body, header, self._webhook_secret)
            signed_at, _signatures = stripe.WebhookSignature._get_timestamp_and_signatures(header, "v1")  # noqa: SLF001 -- the SDK's own reading of its header
            event = json.loads(body)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise ForgedNotice(reason=type(error).__name__) from error
        if abs(at.timestamp() - signed_at) > TOLERANCE_S:
            raise ForgedNotice(reason="too old")
        if not isinstance(event, dict) or event.get("object") != "event" or "id" not in event:
            raise ForgedNotice(reason="not an event")
        if bool(event.get("livemode")) != self._is_live or event.get("account"):
            # Signed, but of a test account in production, or of a connected merchant that is not us.
            raise ForgedNotice(reason="another merchant or mode")
        return event


def verdict_of_session(session: Mapping[str, Any]) -> Verdict:
    """
    Read a Checkout Session as a verdict.

    Paid is a yes with the amount Stripe took; expired unpaid is a no; everything else is not known yet: an open page
    may be paid in a minute, a complete one may still be settled by the bank.
    """
    metadata = session.get("metadata") or {}
    unknown = Verdict(
        answer=Answer.UNKNOWN,
        reference=str(session.get("id", "")),
        order_number=str(metadata.get("order_number") or session.get("client_reference_id") or ""),
        payment_key=str(metadata.get("payment_key") or ""),
    )
    intent = session.get("payment_intent")
    if isinstance(intent, Mapping) and intent.get("capture_method") == "manual":
        said = verdict_of_intent(intent)
        return replace(
            said, reference=unknown.reference, order_number=unknown.order_number, payment_key=unknown.payment_key
        )
    if session.get("payment_status") == "paid":
        amount = session.get("amount_total")
        return replace(
            unknown,
            answer=Answer.YES,
            amount_minor=None if amount is None else int(amount),
            currency=str(session.get("currency") or "").upper(),
        )
    if session.get("status") == "expired":
        return replace(unknown, answer=Answer.NO, refusal_code="session_expired")
    return unknown


def dispute_of(dispute: Mapping[str, Any]) -> DisputeFacts:
    """Read a Dispute: `won` and an inquiry that was closed are won, `lost` is lost, everything else is open."""
    status = str(dispute.get("status") or "")
    due = (dispute.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        reference=str(dispute["id"]),
        payment=str(dispute.get("payment_intent") or ""),
        amount_minor=int(dispute.get("amount") or 0),
        currency=str(dispute.get("currency") or "").upper(),
        reason=str(dispute.get("reason") or ""),
        state=_DISPUTE_STATES.get(status, DisputeState.OPEN),
        respond_by=datetime.fromtimestamp(due, tz=UTC) if due else None,
    )


def verdict_of_intent(intent: Mapping[str, Any]) -> Verdict:
    """
    Read a Payment Intent that is captured by hand as a verdict.

    `requires_capture` is a yes that sets the whole amount aside, however much of it was charged meanwhile; `succeeded`
    a yes over what was charged; `canceled` a no, unless a part was charged before. Its charge, where it is told, says
    how long and whether in parts. Without a reference: a payment is found by the key we gave it.
    """
    metadata = intent.get("metadata") or {}
    status, received = intent.get("status"), int(intent.get("amount_received") or 0)
    capturable = intent.get("amount_capturable")
    said = Verdict(
        answer=Answer.UNKNOWN,
        reference="",
        order_number=str(metadata.get("order_number") or ""),
        payment_key=str(metadata.get("payment_key") or ""),
        currency=str(intent.get("currency") or "").upper(),
    )
    if status == "requires_capture":
        charge = intent.get("latest_charge")
        card: Mapping[str, Any] = {}
        if isinstance(charge, Mapping):
            card = (charge.get("payment_method_details") or {}).get("card") or {}
        until, parts = card.get("capture_before"), (card.get("multicapture") or {}).get("status")
        return replace(
            said,
            answer=Answer.YES,
            amount_minor=int(intent["amount"] if capturable is None else capturable + received),
            is_authorised=True,
            authorised_until=datetime.fromtimestamp(until, tz=UTC) if until else None,
            in_parts=parts == "available" if parts else None,
        )
    if status == "succeeded" or (status == "canceled" and received):
        return replace(said, answer=Answer.YES, amount_minor=received)
    if status == "canceled":
        return replace(said, answer=Answer.NO, refusal_code="authorisation_cancelled")
    return said


def _client(*, api_base: str, key: str, timeout_s: float, retries: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": api_base.rstrip("/")},
        http_client=stripe.RequestsClient(timeout=timeout_s),
        max_network_retries=retries,
    )


def _end_of_page(facts: PaymentFacts) -> int:
    """
    When the page closes: with the order's own deadline, as far as Stripe allows.

    Counted from the payment's birth and not from now: Stripe refuses a known key with another body.
    """
    earliest, latest = facts.created_at + SHORTEST, facts.created_at + LONGEST
    return int(min(max(facts.expires_at, earliest), latest).timestamp())


def _call(request: Callable[[], T]) -> T:
    """Run one SDK call; say whether repeating can help."""
    try:
        return request()
    except (
        stripe.InvalidRequestError,
        stripe.CardError,
        stripe.AuthenticationError,
        stripe.PermissionError,
        stripe.IdempotencyError,
    ) as error:
        raise Final(_reason(error), system=SYSTEM, status=error.http_status) from error
    except _MAY_WORK_LATER as error:
        raise TryAgain(_reason(error), system=SYSTEM, status=error.http_status) from error


def _reason(error: stripe.StripeError) -> str:
    # The code, never the message: a message may repeat what the shopper typed.
    return f"{type(error).__name__} {error.code or ''}".strip()
