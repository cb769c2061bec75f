"""Tell the workers that there is something to do: a hint, for PostgreSQL holds the work and the sweeper finds it."""

import atexit
import os
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
# Commits that come this close together share a message: sending one costs more than anything else of an event.
GATHER_S = 0.05
# Beyond this many of a queue their ids are not kept: one message to sweep the queue says the same.
MOST_KEPT = 10_000
EXIT_WAIT_S = 2.0


class Hints:
    """How sending goes in this process: after a failure nothing is tried for QUIET_S, so no shopper waits twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self.failures = 0

    def begin_anew(self) -> None:
        """Take a lock of its own in a forked child, whose parent may hold the old one."""
        self._lock = threading.Lock()

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
        tell(self.deliveries)


class _Outgoing:
    """
    What this process still has to tell, and the one thread that tells it.

    A shopper's request leaves ids here and goes on; it never waits for a broker. Whatever is lost with the process is
    found by the sweeper, as everything that was never told.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._kept: dict[str, list[int]] = defaultdict(list)
        self._sending = False
        self._hurry = False
        self._thread: threading.Thread | None = None

    def add(self, deliveries: Iterable[tuple[int, str]]) -> None:
        """Keep ids for the thread, which starts with the first."""
        with self._changed:
            for delivery_id, queue in deliveries:
                if len(self._kept[queue]) < MOST_KEPT:
                    self._kept[queue].append(delivery_id)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="outbox-wake", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, *, timeout_s: float) -> bool:
        """Send what is kept now, without gathering more; tell whether all of it was tried in time."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: not self._kept and not self._sending, timeout=timeout_s)
            finally:
                self._hurry = False

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._kept))
                self._changed.wait_for(lambda: self._hurry, timeout=GATHER_S)
                kept, self._kept = self._kept, defaultdict(list)
                self._sending = True
            try:
                send((delivery_id, queue) for queue, ids in kept.items() for delivery_id in ids)
            finally:
                with self._changed:
                    self._sending = False
                    self._changed.notify_all()


_outgoing = _Outgoing()


def _begin_anew() -> None:
    """A forked child has neither its parent's thread nor its parent's wake-ups, which the parent sends itself."""
    global _outgoing  # noqa: PLW0603 -- the lock of the parent may be held for ever in the child
    _outgoing = _Outgoing()
    hints.begin_anew()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(lambda: flush(timeout_s=EXIT_WAIT_S))


def tell(deliveries: Iterable[tuple[int, str]]) -> None:
    """Have the workers told of (delivery id, queue) pairs, soon and from a thread. Never waits or raises."""
    if not hints.open():
        return
    try:
        _outgoing.add(deliveries)
    except RuntimeError as error:  # no thread can be started any more: the sweeper finds the work
        hints.failed()
        logger.warning("outbox_wake_failed", error=type(error).__name__, reason=str(error)[:200], count=hints.failures)


def flush(*, timeout_s: float = 10.0) -> bool:
    """Wait until everything left to tell so far was tried; False when that took longer. For exits and tests."""
    return _outgoing.flush(timeout_s=timeout_s)


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
