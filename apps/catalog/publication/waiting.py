"""Publish everything that waits, by two publishers at once when there is enough for both."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection

from apps.catalog.publication import marks
from apps.catalog.publication.publisher import BATCH, BATCH_OF_ALL, publish_due

PUBLISHERS = 2
"""While one waits for PostgreSQL to write, the other builds rows; a third would wait for both."""


def publish_waiting(*, now: Callable[[], datetime], on_batch: Callable[[int], None] | None = None) -> int:
    """
    Publish until nothing is due that nobody else holds; return how many products.

    Batches are transactions of their own, each at its own `now()`; what was published stays when a later one fails.
    Several publishers work in threads with connections of their own, unless there is little to do or the caller is
    inside a transaction, whose marks no other connection sees. on_batch: called with the products done so far, by one
    thread at a time. Raises what a publisher raised, after the others have finished their batch.
    """
    work = _Work(now=now, on_batch=on_batch or (lambda _done: None))
    if connection.in_atomic_block or marks.due_count() < PUBLISHERS * BATCH:
        work.run(batch=BATCH)
        return work.done
    with ThreadPoolExecutor(max_workers=PUBLISHERS, thread_name_prefix="publisher") as pool:
        for future in [pool.submit(work.run_in_thread) for _ in range(PUBLISHERS)]:
            future.result()
    return work.done


class _Work:
    """What the publishers of one call share: how far they are, and whether one has failed."""

    def __init__(self, *, now: Callable[[], datetime], on_batch: Callable[[int], None]) -> None:
        self._now = now
        self._on_batch = on_batch
        self._lock = threading.Lock()
        self._is_broken = False
        self.done = 0

    def run(self, *, batch: int) -> None:
        while not self._is_broken and (taken := publish_due(limit=batch, at=self._now())):
            with self._lock:
                self.done += taken
                self._on_batch(self.done)

    def run_in_thread(self) -> None:
        try:
            self.run(batch=BATCH_OF_ALL)
        except BaseException:
            self._is_broken = True
            raise
        finally:
            connection.close()
