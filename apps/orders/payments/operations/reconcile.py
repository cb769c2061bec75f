"""Ask providers about payments nobody told us the end of, close the differences, and say what was done."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.core import heartbeat
from apps.core.errors import Final, Refusal, TryAgain
from apps.orders.enums import OrderState, SettleOutcome, Source
from apps.orders.models import Payment, Reconciliation
from apps.orders.payments import queries
from apps.orders.payments.errors import UnknownGateway
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import Gateway
from apps.orders.payments.operations.settle import settle
from apps.orders.payments.operations.start import start_payment

OLDER_THAN = timedelta(minutes=3)
ASK_AGAIN_AFTER = timedelta(minutes=3)
LIMIT = 200
HEARTBEAT = "reconciliation"
FAILURES_ALLOWED = 3
CHANGED = frozenset({SettleOutcome.PAID, SettleOutcome.REFUSED, SettleOutcome.REFUND_DUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One payment that was asked about: state before and after, and what was found."""

    payment_id: int
    order_number: str
    gateway: str
    before: str
    after: str
    outcome: str

    @property
    def is_difference(self) -> bool:
        """Tell whether our books and the provider's differed."""
        return self.before != self.after or self.outcome in queries.MISMATCHES


@dataclass(slots=True, kw_only=True)
class Report:
    """What a reconciliation did. unreachable: gateways that did not answer, with the last reason."""

    lines: list[ReportLine] = field(default_factory=list)
    unreachable: dict[str, str] = field(default_factory=dict)

    @property
    def differences(self) -> list[ReportLine]:
        """Return the lines where something had to be closed."""
        return [line for line in self.lines if line.is_difference]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "asked": len(self.lines),
            "differences": [asdict(line) for line in self.differences],
            "unreachable": dict(self.unreachable),
        }


def reconcile(*, at: datetime, older_than: timedelta = OLDER_THAN, limit: int = LIMIT) -> Report:
    """
    Ask the providers about open payments and settle what they say. Safe to repeat and to run beside itself.

    Repairs what a crash left: a payment whose page was never opened is started (same key), one whose notice was lost is
    settled, one whose order no longer waits is closed at the provider. A gateway that fails FAILURES_ALLOWED times is
    left alone until the next run.
    """
    report = Report()
    failures: dict[str, int] = {}
    waiting = queries.to_reconcile(older_than=at - older_than, not_asked_since=at - ASK_AGAIN_AFTER)
    for payment in waiting.select_related("order__market")[:limit]:
        if failures.get(payment.gateway, 0) >= FAILURES_ALLOWED:
            continue
        try:
            gateway = registry.gateway_for(code=payment.gateway)
            if not gateway.is_remote:
                continue
            outcome = _ask(payment=payment, gateway=gateway, at=at)
        except (TryAgain, Final, UnknownGateway) as error:
            failures[payment.gateway] = failures.get(payment.gateway, 0) + 1
            report.unreachable[payment.gateway] = str(error)
            continue
        after = Payment.objects.values_list("state", flat=True).get(pk=payment.pk)
        report.lines.append(
            ReportLine(
                payment_id=payment.pk,
                order_number=payment.order.number,
                gateway=payment.gateway,
                before=payment.state,
                after=after,
                outcome=outcome,
            )
        )
    return report


def reconcile_and_keep(*, at: datetime) -> Report:
    """Reconcile, give a sign of life, and keep what was found where there was anything to find."""
    report = reconcile(at=at)
    heartbeat.beat(name=HEARTBEAT, at=at, detail=f"asked {len(report.lines)}")
    if report.differences or report.unreachable:
        told = report.as_dict()
        Reconciliation.objects.create(
            at=at, asked=told["asked"], differences=told["differences"], unreachable=told["unreachable"]
        )
    return report


def _ask(*, payment: Payment, gateway: Gateway, at: datetime) -> str:
    waits = payment.order.state == OrderState.PLACED
    if not payment.provider_reference:
        # Nobody was ever sent to a page of it, so no money can be there.
        return _start_again(payment=payment, at=at) if waits else "never_started"
    if waits:
        verdict = gateway.fetch(reference=payment.provider_reference)
    else:
        verdict = gateway.close(reference=payment.provider_reference)
    return settle(
        gateway=payment.gateway, verdict=verdict, source=Source.RECONCILIATION, at=at, payment_id=payment.pk
    ).outcome


def _start_again(*, payment: Payment, at: datetime) -> str:
    try:
        start_payment(payment_id=payment.pk, at=at, by="system:payments.reconciliation")
    except Refusal as refusal:
        return refusal.code
    return "started"
