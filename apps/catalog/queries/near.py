"""What a process remembers of the read model: a bounded number of answers, found by keys that hold their version."""

import hashlib
import json
from collections.abc import Callable, Hashable
from itertools import islice
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.db import connection

from apps.catalog.publication import versions
from apps.markets.context import Shop

T = TypeVar("T")
KEEP_S = 60


class Near(Generic[T]):
    """
    At most `size` answers; the oldest leave first, an eighth at a time.

    A key must hold all an answer depends on, its version included: nothing is ever taken back.
    """

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._found: dict[Hashable, T] = {}
        _every.append(self)

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Hashable) -> T | None:
        """Return the answer kept under a key."""
        return self._found.get(key)

    def keep(self, key: Hashable, answer: T) -> T:
        """Keep an answer and return it."""
        if len(self._found) >= self._size:
            for old in list(islice(self._found, max(1, self._size // 8))):
                self._found.pop(old, None)
        self._found[key] = answer
        return answer

    def clear(self) -> None:
        """Keep nothing."""
        self._found.clear()


_every: list[Near[Any]] = []


def forget() -> None:
    """Drop what this process remembers; for tests."""
    for near in _every:
        near.clear()


def answered(
    *,
    shop: Shop,
    said: list[Any],
    near: Near[T],
    ask: Callable[[], list[Any]],
    read: Callable[[str, list[Any]], T],
) -> T:
    """
    Return the answer to what was said of a shop, asked of the database once a minute for all processes.

    `said` holds all the answer depends on beside the shop's publications: a new version of those is asked anew.
    `ask` gives JSON; `read` makes of the key and that what this process keeps in `near`.
    """
    version = versions.current(key=versions.shop_key(market_id=shop.market.id, language=shop.language))
    text = json.dumps([said, shop.market.id, shop.language, version], sort_keys=True, default=str)
    key = f"asked:{connection.settings_dict['NAME']}:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"
    kept = near.get(key)
    if kept is not None:
        return kept
    found = cache.get(key)
    if found is None:
        found = ask()
        cache.set(key, found, KEEP_S)
    return near.keep(key, read(key, found))
