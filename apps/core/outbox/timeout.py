"""A limit on how long one handler may run."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class HandlerTimeout(KeyboardInterrupt):
    """
    A handler took longer than it declared.

    An interrupt by kind, for two reasons: psycopg cancels the running statement on interrupts only and keeps the
    connection usable, and a handler's own `except Exception` cannot swallow it.
    """


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """
    Raise HandlerTimeout inside the block after so many seconds.

    Works in the main thread, where Celery's worker processes run their tasks; elsewhere (threads of tests) there is no
    way to interrupt and the block just runs. Celery's own time limits stand behind it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise HandlerTimeout(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
