"""Claim a delivery, run its handler, and mark it in the transaction of the work."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import translation

from apps.core.errors import Final, Refusal, TryAgain
from apps.core.outbox import registry, wake
from apps.core.outbox.timeout import HandlerTimeout, time_limit

logger = structlog.get_logger(__name__)

LEASE_SLACK_S = 5
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 3600.0
LONGEST_ERROR = 2000

_IN_LINE = """
(d.ordering_key = '' OR NOT EXISTS (
   SELECT 1 FROM core_outboxdelivery older
    WHERE older.handler = d.handler AND older.ordering_key = d.ordering_key
      AND older.ordering_key <> '' AND older.state <> 'done' AND older.event_id < d.event_id))
"""
_CLAIM = """
WITH picked AS (
  SELECT d.id FROM core_outboxdelivery d
   WHERE {which} AND d.state = 'pending' AND d.next_attempt_at <= %(at)s AND {in_line}
   ORDER BY d.next_attempt_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE core_outboxdelivery d
   SET state = 'running', attempts = d.attempts + 1,
       locked_until = %(at)s + make_interval(secs => %(slack_s)s + COALESCE(
         (SELECT max(known.timeout_s) FROM unnest(%(names)s::text[], %(timeouts)s::int[]) AS known (name, timeout_s)
           WHERE known.name = d.handler), %(timeout_s)s))
  FROM picked, core_outboxevent e
 WHERE d.id = picked.id AND e.id = d.event_id
RETURNING d.id, d.event_id, d.handler, d.attempts, d.granted, e.topic, e.key, e.payload, e.created_at, e.request_id
"""
_CLAIM_ONE = _CLAIM.format(which="d.id = %(id)s", in_line=_IN_LINE)
_CLAIM_NEXT = _CLAIM.format(which="d.queue = %(queue)s", in_line=_IN_LINE)
_DONE = """
UPDATE core_outboxdelivery SET state = 'done', done_at = %s, locked_until = NULL, last_error = ''
 WHERE id = %s AND state = 'running' AND attempts = %s
"""
_FAILED = """
UPDATE core_outboxdelivery SET state = %s, next_attempt_at = %s, last_error = %s, locked_until = NULL
 WHERE id = %s AND state = 'running' AND attempts = %s
"""
_NEXT_IN_LINE = """
SELECT id, queue FROM core_outboxdelivery
 WHERE handler = %s AND ordering_key = %s AND ordering_key <> '' AND state <> 'done' AND event_id > %s
 ORDER BY event_id LIMIT 1
"""


class Outcome(StrEnum):
    """What became of one attempt."""

    DONE = "done"
    RETRY = "retry"
    DEAD = "dead"
    LOST = "lost"  # the lease went to somebody else; nothing of this attempt remains


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a handler is given: the event, which attempt this is, and the time of the attempt."""

    id: int
    event_id: int
    handler: str
    topic: str
    key: str
    payload: Mapping[str, Any]
    created_at: datetime
    request_id: str
    attempt: int
    granted: int
    at: datetime

    @property
    def idempotency_key(self) -> str:
        """Same in every attempt: give it to the foreign system that is called."""
        return f"{self.handler}:{self.event_id}"


def claim(*, delivery_id: int, at: datetime) -> Delivery | None:
    """
    Take a delivery that is due, under a lease; None when it is not due, taken, done, waiting in line or gone.

    One statement of its own transaction: two workers never claim the same attempt.
    """
    return _claim(_CLAIM_ONE, {"id": delivery_id, "at": at})


def claim_next(*, queue: str, at: datetime) -> Delivery | None:
    """Take the delivery of a queue that has been due for longest; None when there is none. One statement."""
    return _claim(_CLAIM_NEXT, {"queue": queue, "at": at})


def run(*, delivery: Delivery) -> Outcome:
    """
    Run the handler of a claimed delivery once and write what became of it; never raises what the handler raised.

    Atomic handlers: mark and work are one transaction, the mark first, so its row lock keeps everybody else away for as
    long as the work takes. Call outside any transaction (tests may wrap it).
    """
    handler = registry.find(topic=delivery.topic, name=delivery.handler)
    structlog.contextvars.bind_contextvars(delivery=delivery.id, event_request_id=delivery.request_id)
    try:
        if handler is None:
            # A worker of an older release: one that knows the handler will come.
            return _failed(delivery, TryAgain(f"no handler {delivery.handler} of {delivery.topic} here"), handler)
        # A handler says its language; it must not inherit one from the task before.
        with translation.override(None), time_limit(handler.timeout_s):
            done = _run_atomic(delivery, handler) if handler.atomic else _run_in_two_steps(delivery, handler)
    except (Exception, HandlerTimeout) as error:  # noqa: BLE001 -- whatever a handler raises is written down
        return _failed(delivery, error, handler)
    finally:
        structlog.contextvars.unbind_contextvars("delivery", "event_request_id")
    if done and handler.ordered_by_key:
        _wake_next_in_line(delivery)
    return Outcome.DONE if done else Outcome.LOST


def finish(*, delivery: Delivery) -> bool:
    """
    Mark a delivery done in the caller's transaction; for handlers with atomic=False, beside the write of their result.

    Return False when it is done already or the lease was lost. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [delivery.at, delivery.id, delivery.attempt])
        return bool(cursor.rowcount == 1)


def wait_before(*, attempt: int) -> timedelta:
    """Return how long to wait after a failed attempt: 2, 4, 8 … seconds, at most an hour, a quarter more or less."""
    longest = min(FIRST_WAIT_S * 2 ** min(attempt - 1, 20), LONGEST_WAIT_S)
    return timedelta(seconds=longest * random.uniform(0.75, 1.25))  # noqa: S311 -- spreads load, hides nothing


def _claim(statement: str, params: dict[str, Any]) -> Delivery | None:
    names, timeouts = registry.timeouts()
    lease = {"slack_s": LEASE_SLACK_S, "names": names, "timeouts": timeouts, "timeout_s": registry.TIMEOUT_S}
    with connection.cursor() as cursor:
        cursor.execute(statement, params | lease)
        row = cursor.fetchone()
    if row is None:
        return None
    payload = json.loads(row[7]) if isinstance(row[7], str) else row[7]
    return Delivery(
        id=row[0],
        event_id=row[1],
        handler=row[2],
        attempt=row[3],
        granted=row[4],
        topic=row[5],
        key=row[6],
        payload=payload,
        created_at=row[8],
        request_id=row[9],
        at=params["at"],
    )


def _run_atomic(delivery: Delivery, handler: registry.Handler) -> bool:
    with transaction.atomic():
        # Marked first: the mark is only true if the work below commits with it.
        if not finish(delivery=delivery):
            return False
        handler.function(delivery)
    return True


def _run_in_two_steps(delivery: Delivery, handler: registry.Handler) -> bool:
    handler.function(delivery)
    return finish(delivery=delivery) or _is_done(delivery)


def _is_done(delivery: Delivery) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM core_outboxdelivery WHERE id = %s AND state = 'done' AND attempts = %s",
            [delivery.id, delivery.attempt],
        )
        return cursor.fetchone() is not None


def _failed(delivery: Delivery, error: BaseException, handler: registry.Handler | None) -> Outcome:
    allowed = delivery.granted + (handler.max_attempts if handler else registry.MAX_ATTEMPTS)
    dead = _is_final(error) or delivery.attempt >= allowed
    wait = wait_before(attempt=delivery.attempt - delivery.granted)
    if isinstance(error, TryAgain) and error.retry_after:
        wait = max(wait, timedelta(seconds=min(error.retry_after, 24 * LONGEST_WAIT_S)))
    with connection.cursor() as cursor:
        cursor.execute(
            _FAILED,
            ["dead" if dead else "pending", delivery.at + wait, describe(error), delivery.id, delivery.attempt],
        )
        kept = cursor.rowcount == 1
    logger.warning(
        "outbox_attempt_failed",
        handler=delivery.handler,
        topic=delivery.topic,
        attempt=delivery.attempt,
        dead=dead,
        # What we foresaw needs a line, what we did not needs its traceback.
        exc_info=None if isinstance(error, TryAgain | Final | Refusal) else error,
        error=describe(error),
    )
    if not kept:
        return Outcome.LOST
    return Outcome.DEAD if dead else Outcome.RETRY


def _is_final(error: BaseException) -> bool:
    refused_value = isinstance(error, Refusal) and error.http_status == HTTPStatus.UNPROCESSABLE_ENTITY
    return isinstance(error, Final) or refused_value


def describe(error: BaseException) -> str:
    """Return an error as one line for the outbox screen."""
    text = f"{type(error).__name__}: {error}".replace("\x00", "")
    return text if len(text) <= LONGEST_ERROR else text[: LONGEST_ERROR - 1] + "…"


def _wake_next_in_line(delivery: Delivery) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_IN_LINE, [delivery.handler, delivery.key, delivery.event_id])
        row = cursor.fetchone()
    if row is not None:
        wake.tell([(row[0], row[1])])
