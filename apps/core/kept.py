"""
What a process keeps in memory for a few seconds instead of asking the database for it at each request.

For small things that change a few times a day and may be seconds old: markets, delivery methods, rules, offers, pages.
Decisions that must not be wrong (stock, limits, money) ask the database again when they are made.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import InterfaceError, OperationalError, connection

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

AWAY_S = 5.0
"""So long nobody asks again a database that did not answer."""

logger = logging.getLogger(__name__)
_all: "WeakSet[Kept[Any, Any]]" = WeakSet()


class Kept(Generic[Key, Value]):
    """
    Values by key, each at most `age_s` seconds old; kept per database, so that two databases never see each other's.

    Readers of the same thing wait for the one that asks, so that an old value costs one question and not one per
    thread. With `outlives_database` a value of before is given while the database is away. Where keys are endless,
    all are let go when there are `most` of them.
    """

    def __init__(self, *, age_s: float, outlives_database: bool = False, most: int | None = None) -> None:
        self.age_s = age_s
        self._most = most
        self._outlives = outlives_database
        self._held: dict[tuple[str, Key], tuple[float, Value]] = {}
        # Re-entrant: reading a market's pages may read its pictures' sizes under the same hand.
        self._lock = threading.RLock()
        _all.add(self)

    def get(self, *, key: Key, read: Callable[[], Value]) -> Value:
        """Return the value of a key, asking `read` where it is missing or old. Raises what `read` raises."""
        name = (str(connection.settings_dict["NAME"]), key)
        found = self._held.get(name)
        if found is not None and found[0] > now():
            return found[1]
        with self._lock:
            found = self._held.get(name)
            if found is None or found[0] <= now():
                if self._most is not None and len(self._held) >= self._most:
                    self._held.clear()
                found = self._held[name] = self._asked(read, before=found)
        return found[1]

    def _asked(self, read: Callable[[], Value], *, before: tuple[float, Value] | None) -> tuple[float, Value]:
        try:
            value = read()
        except (InterfaceError, OperationalError):
            if before is None or not self._outlives:
                raise
            logger.warning("The database is away; what was read before is used for %s s.", AWAY_S)
            return now() + AWAY_S, before[1]
        return now() + self.age_s, value

    def forget(self) -> None:
        """Ask anew at the next use; after a change in this process."""
        self._held.clear()


def now() -> float:
    """Seconds on a clock that never goes back. A function of its own, so that tests can hold it still."""
    return time.monotonic()


def forget_all() -> None:
    """Ask for everything anew; for tests."""
    for kept in _all:
        kept.forget()
