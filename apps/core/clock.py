"""The clock, read at the edges only: views, tasks, commands. Operations are given the time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

_lock = threading.Lock()
_frozen: list[datetime] = []


def now() -> datetime:
    """Return the current time, aware, in UTC; inside `frozen` the time given there, in every thread."""
    # Read once: another thread may thaw the clock between a test and a read.
    held = _frozen[-1:]
    return held[0] if held else timezone.now()


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """
    Hold the clock at `at` for tests, in every thread of this process; may be nested, the innermost holds.

    Raises ValueError when `at` is naive. Frozen times of two threads at once undo each other by identity, not by order.
    """
    if timezone.is_naive(at):
        raise ValueError("the clock can only be held at an aware time")
    held = at.replace()
    with _lock:
        _frozen.append(held)
    try:
        yield at
    finally:
        with _lock:
            index = next(i for i in reversed(range(len(_frozen))) if _frozen[i] is held)
            del _frozen[index]
