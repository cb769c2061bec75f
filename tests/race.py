"""Real threads for race tests: all start at once, each on a database connection of its own that is closed after."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
