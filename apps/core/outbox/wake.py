"""Tell the workers that there is something to do: a hint, for PostgreSQL holds the work and the sweeper finds it."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import structlog
from celery import current_app
from django.db import connection, transaction

logger = structlog.get_logger(__name__)

TASK = "core.outbox_deliver"
SWEEP_TASK = "core.outbox_sweep"
MANY = 50
QUIET_S = 5.0


class Hints:
    """How sending goes in this process: after a failure nothing is tried for QUIET_S, so no shopper waits twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self.failures = 0

    def open(self) -> bool:
        """Tell whether sending is worth a try now."""
        return time.monotonic() >= self._quiet_until

    def failed(self) -> None:
        """Count a failure and keep quiet for a while."""
        with self._lock:
            self.failures += 1
            self._quiet_until = time.monotonic() + QUIET_S

    def reset(self) -> None:
        """Forget earlier failures."""
        with self._lock:
            self.failures = 0
            self._quiet_until = 0.0


hints = Hints()


class _AfterCommit:
    """The deliveries of one transaction, told in one message per queue when it commits."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[int, str]] = []

    def __call__(self) -> None:
        send(self.deliveries)


def after_commit(deliveries: Sequence[tuple[int, str]]) -> None:
    """Tell the workers of (delivery id, queue) pairs when the current transaction commits; never raises then."""
    if not deliveries:
        return
    # Rolled back to a savepoint, Django drops the hooks of that savepoint, and with it the deliveries that went too.
    waiting = next((hook[1] for hook in connection.run_on_commit if isinstance(hook[1], _AfterCommit)), None)
    if waiting is None:
        waiting = _AfterCommit()
        transaction.on_commit(waiting)
    waiting.deliveries.extend(deliveries)


def send(deliveries: Iterable[tuple[int, str]]) -> bool:
    """
    Send one message per queue; return whether the broker took all of them.

    A broker that is down costs its connection timeout once and then nothing for QUIET_S. It is logged and counted, and
    never raised: the work is safe in the outbox.
    """
    by_queue: dict[str, list[int]] = defaultdict(list)
    for delivery_id, queue in deliveries:
        by_queue[queue].append(delivery_id)
    if not hints.open():
        return False
    try:
        for queue, ids in by_queue.items():
            task, args = (TASK, [ids]) if len(ids) <= MANY else (SWEEP_TASK, [queue])
            current_app.send_task(task, args=args, queue=queue, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 -- whatever a broker's client raises: the commit has happened, work is safe
        hints.failed()
        logger.warning("outbox_wake_failed", error=type(error).__name__, reason=str(error)[:200], count=hints.failures)
        return False
    return True
