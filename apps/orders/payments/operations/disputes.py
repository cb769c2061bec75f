"""What a provider tells us of disputes: kept, told to staff, and its money not sent back a second time."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from apps.core import audit, locks, outbox
from apps.core.errors import Final
from apps.orders.enums import DisputeState
from apps.orders.models import Order, Payment, PaymentDispute
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import DisputeFacts

logger = structlog.get_logger(__name__)

BY = "system:payments.disputes"
DISPUTED = "payment.disputed"


def announce(*, gateway: str, facts: DisputeFacts, at: datetime) -> None:
    """Have a dispute recorded once its payment is looked up; in the transaction that took the notice."""
    outbox.publish(topic=DISPUTED, key=facts.reference, payload={"gateway": gateway, **asdict(facts)}, at=at)


def find_and_record(*, told: Mapping[str, Any], at: datetime) -> int:
    """
    Ask the provider which payment a dispute is about, and record it; return the dispute's id. Outside any transaction.

    told: what `announce` wrote. Raises TryAgain, Final when no payment of ours is meant.
    """
    values = dict(told)
    code = values.pop("gateway")
    due = values.pop("respond_by")
    if isinstance(due, str):
        due = datetime.fromisoformat(due)
    facts = DisputeFacts(**values, respond_by=due)
    reference = registry.gateway_for(code=code).payment_of(dispute=facts)
    payment = Payment.objects.filter(gateway=code, provider_reference=reference).first()
    if payment is None:
        raise Final("no payment of ours is disputed", system=code)
    return record_dispute(payment_id=payment.pk, facts=facts, at=at)


@transaction.atomic
def record_dispute(*, payment_id: int, facts: DisputeFacts, at: datetime) -> int:
    """
    Write what is known of a dispute; return its id. Repeated and out of order, it stays what it ended as.

    Locks order, payment. Audited each time its state changes.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    payment = locks.lock_row(queryset=Payment.objects.filter(pk=payment_id), rank=locks.Rank.PAYMENT)
    row = PaymentDispute.objects.filter(reference=facts.reference).first()
    before = row.state if row is not None else ""
    if row is None:
        row = PaymentDispute(payment=payment, reference=facts.reference, opened_at=at)
    elif row.state != DisputeState.OPEN:
        return int(row.pk)
    row.state = facts.state
    row.amount_minor, row.currency, row.reason = facts.amount_minor, facts.currency, facts.reason[:60]
    row.respond_by = facts.respond_by or row.respond_by
    row.closed_at = None if facts.state == DisputeState.OPEN else at
    row.save()
    if row.state != before:
        audit.record(
            action=f"payment.dispute_{row.state}",
            target=audit.target_of(model="order.payment", pk=payment_id),
            actor=BY,
            at=at,
            before={"state": before},
            after={"state": row.state, "amount_minor": row.amount_minor, "reference": row.reference},
            reason=row.reason,
        )
        logger.warning("payment_disputed", payment=payment_id, dispute=row.pk, state=row.state)
    return int(row.pk)
