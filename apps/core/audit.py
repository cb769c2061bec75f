"""Write the audit trail. Reading it is the admin's job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.models import AuditEvent
from apps.core.trace import current_request_id


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the trail, for `record_many`. `target` is "app.model:id", `actor` "user:id" or "system:job"."""

    action: str
    target: str
    actor: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def target_of(*, model: str, pk: object) -> str:
    """Return the target string of a row, "order.order:12" for model "order.order" and pk 12."""
    return f"{model}:{pk}"


def record(
    *,
    action: str,
    target: str,
    actor: str,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    request_id: str | None = None,
    ip: str | None = None,
) -> AuditEvent:
    """
    Add one line in the caller's transaction; one statement.

    action: verb with its noun, "order.ship". before and after: only what changed, JSON values (Decimal and datetime are
    written as text), no secrets. request_id: the current request's when not given.
    """
    return AuditEvent.objects.create(
        action=action,
        target=target,
        actor=actor,
        at=at,
        before=before,
        after=after,
        reason=reason,
        request_id=current_request_id() if request_id is None else request_id,
        ip=ip,
    )


def record_many(*, entries: Sequence[Entry], at: datetime, batch_size: int = 1000) -> int:
    """Add many lines in the caller's transaction, one statement per `batch_size`; return how many."""
    request_id = current_request_id()
    rows = [
        AuditEvent(
            action=entry.action,
            target=entry.target,
            actor=entry.actor,
            at=at,
            before=entry.before,
            after=entry.after,
            reason=entry.reason,
            request_id=request_id,
        )
        for entry in entries
    ]
    AuditEvent.objects.bulk_create(rows, batch_size=batch_size)
    return len(rows)
