"""How far behind the outbox is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.core.enums import Queue

# Done rows are many and uninteresting here; each of the three partial indexes answers its part.
_BACKLOG = """
SELECT (SELECT count(*) FROM core_outboxdelivery WHERE state = 'pending'),
       (SELECT count(*) FROM core_outboxdelivery WHERE state = 'pending' AND next_attempt_at <= %(at)s),
       (SELECT count(*) FROM core_outboxdelivery WHERE state = 'running'),
       (SELECT count(*) FROM core_outboxdelivery WHERE state = 'dead'),
       (SELECT min(next_attempt_at) FROM core_outboxdelivery WHERE state = 'pending' AND next_attempt_at <= %(at)s)
"""
_BY_QUEUE = """
SELECT queue, count(*) FILTER (WHERE state = 'pending'),
       count(*) FILTER (WHERE state = 'pending' AND next_attempt_at <= %(at)s),
       min(next_attempt_at) FILTER (WHERE state = 'pending' AND next_attempt_at <= %(at)s),
       count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'done')
  FROM (SELECT queue, state, next_attempt_at FROM core_outboxdelivery WHERE state IN ('pending', 'running')
        UNION ALL
        SELECT queue, state, next_attempt_at FROM core_outboxdelivery
         WHERE state = 'done' AND done_at > %(at)s - interval '1 hour') rows
 GROUP BY queue
"""
_FAILING = """
SELECT delivery.handler, delivery.state, count(*), min(event.created_at),
       (array_agg(delivery.last_error ORDER BY delivery.id DESC))[1]
  FROM core_outboxdelivery delivery JOIN core_outboxevent event ON event.id = delivery.event_id
 WHERE delivery.state = 'dead' OR (delivery.state = 'pending' AND delivery.last_error <> '')
 GROUP BY delivery.handler, delivery.state
 ORDER BY delivery.state, count(*) DESC, delivery.handler
"""


@dataclass(frozen=True, kw_only=True)
class QueueState:
    """A queue's deliveries: waiting, the part of them that is due and since when, running, done lately."""

    queue: str
    pending: int
    due: int
    oldest_due_at: datetime | None
    running: int
    done_last_hour: int


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Deliveries of a handler that were given up, or failed and are tried again; `oldest`: of their events."""

    handler: str
    state: str
    count: int
    oldest: datetime
    last_error: str


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Deliveries by state; `due` is the part of `pending` whose time has come. Age in seconds, 0 when none is due."""

    pending: int
    due: int
    running: int
    dead: int
    oldest_due_age_s: float


def backlog(*, at: datetime) -> Backlog:
    """Return how much waits, runs and was given up, and how long the oldest due one has waited. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG, {"at": at})
        pending, due, running, dead, oldest = cursor.fetchone()
    age = (at - oldest).total_seconds() if oldest else 0.0
    return Backlog(pending=pending, due=due, running=running, dead=dead, oldest_due_age_s=age)


def by_queue(*, at: datetime) -> list[QueueState]:
    """Return the state of every queue, those without work too. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_QUEUE, {"at": at})
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    empty = (0, 0, None, 0, 0)
    return [
        QueueState(queue=queue, pending=row[0], due=row[1], oldest_due_at=row[2], running=row[3], done_last_hour=row[4])
        for queue in Queue.values
        for row in (known.get(queue, empty),)
    ]


def failing() -> list[Failing]:
    """Return what fails by handler, given up first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILING)
        rows = cursor.fetchall()
    return [
        Failing(handler=handler, state=state, count=count, oldest=oldest, last_error=error)
        for handler, state, count, oldest, error in rows
    ]
