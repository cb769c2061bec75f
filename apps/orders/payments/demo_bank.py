"""
The pretended bank behind the demo gateway: its books, its page's buttons, and its notices.

It stands for a foreign system: it never reads or writes orders and payments, and tells the shop only by signed notices.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse

from apps.core import outbox
from apps.core.errors import Final
from apps.orders.enums import DemoBankDecision
from apps.orders.models import DemoBankPayment
from apps.orders.payments.gateways.base import Charge, PaymentFacts
from apps.orders.payments.gateways.demo import SYSTEM, Account

DELAY = timedelta(seconds=60)
SETS_ASIDE = timedelta(days=7)
"""As cards mostly do."""
TOPIC = "demo_bank.decided"
_SALT = "halles.demo-bank"
_OPENED = (
    "payment_key",
    "reference",
    "order_number",
    "merchant",
    "amount_minor",
    "currency",
    "return_url",
    "language",
    "is_captured_later",
    "created_at",
)
_OPEN = f"""
INSERT INTO order_demobankpayment ({", ".join(_OPENED)}, decision, is_silent, refunded_minor)
VALUES ({", ".join(["%s"] * len(_OPENED))}, '{DemoBankDecision.OPEN.value}', false, 0)
    ON CONFLICT DO NOTHING
"""  # noqa: S608 -- put together from constants above


class Books:
    """The bank's answers to the demo gateway."""

    def open_payment(self, *, facts: PaymentFacts, at: datetime) -> Account:
        """Write a payment into the books, once per key. One statement, two for a payment that is open already."""
        row = DemoBankPayment(
            payment_key=facts.key,
            reference=f"demo_{facts.key}"[:40],
            order_number=facts.order_number,
            merchant=facts.merchant,
            amount_minor=facts.amount_minor,
            currency=facts.currency,
            return_url=facts.return_url,
            language=facts.language,
            is_captured_later=facts.is_captured_later,
            created_at=at,
        )
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [getattr(row, name) for name in _OPENED])
            is_new = cursor.rowcount == 1
        return account_of(row if is_new else DemoBankPayment.objects.get(payment_key=facts.key))

    def find(self, *, reference: str) -> Account | None:
        """Look a payment up."""
        row = DemoBankPayment.objects.filter(reference=reference).first()
        return account_of(row) if row else None

    def close(self, *, reference: str) -> Account | None:
        """Take the page away unless somebody decided."""
        DemoBankPayment.objects.filter(reference=reference, decision=DemoBankDecision.OPEN).update(
            decision=DemoBankDecision.CLOSED
        )
        return self.find(reference=reference)

    def capture(self, *, charge: Charge) -> str:
        """Charge once per key, never more than was set aside, and only while it is. Raises Final."""
        with transaction.atomic():
            row = _approved(charge.reference)
            if row.captures.get(charge.key) == charge.amount_minor:
                return f"ca_{charge.key}"
            if not row.is_captured_later or row.is_released or charge.at > _until(row):
                raise Final("nothing is set aside (any more)", system=SYSTEM)
            if charge.key in row.captures or row.captured_minor + charge.amount_minor > row.amount_minor:
                raise Final("more than was set aside, or another sum under the same key", system=SYSTEM)
            row.captures[charge.key] = charge.amount_minor
            row.captured_minor += charge.amount_minor
            row.is_released = charge.is_last
            row.save(update_fields=["captures", "captured_minor", "is_released"])
        return f"ca_{charge.key}"

    def void(self, *, reference: str) -> None:
        """Let go of what was not charged. Raises Final."""
        with transaction.atomic():
            row = _approved(reference)
            if not row.is_captured_later:
                raise Final("it was charged at once", system=SYSTEM)
            row.is_released = True
            row.save(update_fields=["is_released"])

    def refund(self, *, reference: str, amount_minor: int, key: str) -> str:
        """Pay back once per key, never more than came in all. Raises Final."""
        with transaction.atomic():
            row = _approved(reference)
            if row.refunds.get(key) == amount_minor:
                return f"re_{key}"
            came = row.captured_minor if row.is_captured_later else row.amount_minor
            if key in row.refunds or row.refunded_minor + amount_minor > came:
                raise Final("more than came, or another sum under the same key", system=SYSTEM)
            row.refunds[key] = amount_minor
            row.refunded_minor += amount_minor
            row.save(update_fields=["refunds", "refunded_minor"])
        return f"re_{key}"


def _approved(reference: str) -> DemoBankPayment:
    row = DemoBankPayment.objects.select_for_update().filter(reference=reference).first()
    if row is None or row.decision != DemoBankDecision.APPROVED:
        raise Final("the bank has no such money", system=SYSTEM)
    return row


def _until(row: DemoBankPayment) -> datetime:
    """How long the bank sets an amount aside."""
    return (row.decided_at or row.created_at) + SETS_ASIDE


def account_of(row: DemoBankPayment) -> Account:
    """Return a row as the bank tells it."""
    return Account(
        reference=row.reference,
        page_path=reverse("payments:demo_bank", args=[page_token(reference=row.reference)]),
        decision=str(row.decision),
        amount_minor=row.amount_minor,
        currency=row.currency,
        order_number=row.order_number,
        payment_key=row.payment_key,
        is_captured_later=row.is_captured_later,
        captured_minor=row.captured_minor,
        is_released=row.is_released,
        authorised_until=_until(row).isoformat() if row.is_captured_later else "",
    )


def page_token(*, reference: str) -> str:
    """Return the signed name of a payment's page."""
    return signing.Signer(salt=_SALT).sign(reference).replace(":", "~")


def payment_of_page(*, token: str) -> DemoBankPayment | None:
    """Return the payment a page shows, None for a forged name."""
    try:
        reference = signing.Signer(salt=_SALT).unsign(token.replace("~", ":"))
    except signing.BadSignature:
        return None
    return DemoBankPayment.objects.filter(reference=reference).first()


@transaction.atomic
def decide(*, reference: str, decision: str, is_silent: bool, at: datetime) -> bool:
    """
    Write down which button was pressed; return False when somebody decided before. Decided once, whoever presses again.

    is_silent: the bank's notice gets lost, so that only the return page and reconciliation can find out. A delayed
    approval settles DELAY later by `settle_due`.
    """
    changed = DemoBankPayment.objects.filter(reference=reference, decision=DemoBankDecision.OPEN).update(
        decision=decision,
        is_silent=is_silent,
        decided_at=at,
        settles_at=at + DELAY if decision == DemoBankDecision.DELAYED else None,
    )
    if changed and not is_silent and decision != DemoBankDecision.DELAYED:
        outbox.publish(topic=TOPIC, key=reference, payload={"reference": reference}, at=at)
    return bool(changed)


@transaction.atomic
def settle_due(*, at: datetime) -> int:
    """Approve what was delayed and is due, with its notices; return how many. Safe to repeat."""
    due = DemoBankPayment.objects.filter(decision=DemoBankDecision.DELAYED, settles_at__lte=at)
    references = list(due.order_by("pk").select_for_update(skip_locked=True).values_list("reference", flat=True))
    DemoBankPayment.objects.filter(reference__in=references).update(
        decision=DemoBankDecision.APPROVED, settles_at=None, decided_at=F("settles_at")
    )
    outbox.publish_many(
        events=[outbox.NewEvent(topic=TOPIC, key=each, payload={"reference": each}) for each in references], at=at
    )
    return len(references)
