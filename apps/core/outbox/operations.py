"""What jobs and people do with deliveries: bring back, give another chance, clear away."""

from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, locks
from apps.core.enums import DeliveryState
from apps.core.errors import Refusal
from apps.core.models import OutboxDelivery
from apps.core.outbox import registry, wake

logger = structlog.get_logger(__name__)

BATCH = 1000
KEEP_DONE = timedelta(days=14)

_PURGE = """
WITH old AS (
  SELECT e.id FROM core_outboxevent e
   WHERE e.created_at < %(before)s AND NOT EXISTS (
     SELECT 1 FROM core_outboxdelivery d
      WHERE d.event_id = e.id AND (d.state <> 'done' OR d.done_at >= %(before)s))
   ORDER BY e.created_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), deliveries AS (
  DELETE FROM core_outboxdelivery d USING old WHERE d.event_id = old.id
)
DELETE FROM core_outboxevent e USING old WHERE e.id = old.id
"""


class UnableToRetry(Refusal):
    """The delivery is done or running: there is nothing to retry."""

    code = "core.unable_to_retry"
    message = _("This delivery is %(state)s; only one that waits or was given up can be retried.")
    http_status = HTTPStatus.CONFLICT


def retry(*, delivery_id: int, by: str, at: datetime) -> None:
    """
    Make a delivery due now, with as many attempts as its handler had at first. For waiting and given up ones.

    by: the actor, "user:id". Locks the delivery; audited as outbox.retry. The worker is told after commit.
    Raises UnableToRetry, OutboxDelivery.DoesNotExist.
    """
    with transaction.atomic():
        rows = OutboxDelivery.objects.filter(pk=delivery_id)
        delivery = locks.lock_row(queryset=rows, rank=locks.Rank.OUTBOX)
        if delivery.state not in {DeliveryState.PENDING, DeliveryState.DEAD}:
            raise UnableToRetry(state=delivery.get_state_display())
        before = {"state": delivery.state, "attempts": delivery.attempts, "last_error": delivery.last_error}
        delivery.state = DeliveryState.PENDING
        delivery.granted = delivery.attempts
        delivery.next_attempt_at = at
        delivery.save(update_fields=["state", "granted", "next_attempt_at"])
        audit.record(
            action="outbox.retry",
            target=audit.target_of(model="core.outboxdelivery", pk=delivery.pk),
            actor=by,
            at=at,
            before=before,
            after={"state": delivery.state},
        )
        wake.after_commit([(delivery.pk, delivery.queue)])


def retry_given_up(*, handler: str, by: str, at: datetime, limit: int = BATCH) -> int:
    """
    Retry what a handler gave up, oldest first, each as `retry` does; return how many. Safe to repeat.

    One that another person retried meanwhile is left alone.
    """
    dead = OutboxDelivery.objects.filter(state=DeliveryState.DEAD, handler=handler).order_by("id")
    done = 0
    for delivery_id in dead.values_list("pk", flat=True)[:limit]:
        try:
            retry(delivery_id=delivery_id, by=by, at=at)
        except UnableToRetry:
            continue
        done += 1
    return done


def reap(*, at: datetime) -> int:
    """
    Bring back deliveries whose lease has expired: their worker was killed or hangs; return how many.

    They are due at once, or given up after their last attempt. One that still works holds its row lock and is left
    alone. Locks the rows; safe to repeat.
    """
    with transaction.atomic():
        expired = OutboxDelivery.objects.filter(state=DeliveryState.RUNNING, locked_until__lt=at)
        rows = locks.lock_rows(queryset=expired.select_related("event"), rank=locks.Rank.OUTBOX, skip_locked=True)
        for delivery in rows:
            handler = registry.find(topic=delivery.event.topic, name=delivery.handler)
            allowed = delivery.granted + (handler.max_attempts if handler else registry.MAX_ATTEMPTS)
            dead = delivery.attempts >= allowed
            delivery.state = DeliveryState.DEAD if dead else DeliveryState.PENDING
            delivery.last_error = "The worker ended or hung during this attempt."
            delivery.next_attempt_at = at
            delivery.locked_until = None
            logger.warning("outbox_lease_expired", delivery=delivery.pk, handler=delivery.handler, dead=dead)
        OutboxDelivery.objects.bulk_update(
            rows, ["state", "last_error", "next_attempt_at", "locked_until"], batch_size=BATCH
        )
        wake.after_commit([(row.pk, row.queue) for row in rows if row.state == DeliveryState.PENDING])
    return len(rows)


def purge(*, at: datetime, keep: timedelta = KEEP_DONE) -> int:
    """Delete events done by all their handlers for longer than `keep`; return how many. In batches; safe to repeat."""
    deleted = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PURGE, {"before": at - keep, "batch": BATCH})
            gone: int = cursor.rowcount
            deleted += gone
            if gone < BATCH:
                return deleted
