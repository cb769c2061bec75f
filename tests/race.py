"""Real threads for race tests: all start at once, each on a database connection of its own that is closed after."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

P = ParamSpec("P")
T = TypeVar("T")


def race(actions: Sequence[Callable[[], T]], *, timeout_s: float = 60) -> list[T | Exception]:
    """
    Run all actions at the same time and return their results in order, an exception as itself.

    Every thread opens its connection before the common start, so that the actions really meet. The test needs
    `@pytest.mark.django_db(transaction=True)`: other connections see committed rows only.
    """
    together = threading.Barrier(len(actions))

    def run(action: Callable[[], T]) -> T | Exception:
        try:
            connections["default"].ensure_connection()
            together.wait(timeout=timeout_s)
            return action()
        except Exception as error:  # noqa: BLE001 -- the test decides what it expected
            return error
        finally:
            # Of this thread alone; an open one would keep the database from being flushed or dropped.
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(actions)) as threads:
        return list(threads.map(run, actions, timeout=timeout_s * 2))


def meeting(function: Callable[P, T], *, parties: int, timeout_s: float = 30) -> Callable[P, T]:
    """
    Return the function with a moment after it: nobody gets an answer before `parties` threads have one.

    Put on what is read before a write, it makes a race without guards happen each time, on any machine: all have read
    before the first one writes. Under a lock the second reader never comes, and the wait ends in BrokenBarrierError.
    """
    barrier = threading.Barrier(parties)

    @wraps(function)
    def met(*args: P.args, **kwargs: P.kwargs) -> T:
        answer = function(*args, **kwargs)
        barrier.wait(timeout=timeout_s)
        return answer

    return met
