"""How far behind the outbox is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# Done rows are many and uninteresting here; each of the three partial indexes answers its part.
_BACKLOG = """
SELECT (SELECT count(*) FROM core_outboxdelivery WHERE state = 'pending'),
       (SELECT count(*) FROM core_outboxdelivery WHERE state = 'pending' AND next_attempt_at <= %(at)s),
       (SELECT count(*) FROM core_outboxdelivery WHERE state = 'running'),
       (SELECT count(*) FROM core_outboxdelivery WHERE state = 'dead'),
       (SELECT min(next_attempt_at) FROM core_outboxdelivery WHERE state = 'pending' AND next_attempt_at <= %(at)s)
"""


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
