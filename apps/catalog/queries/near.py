"""What a process remembers of the read model: a bounded number of answers, found by keys that hold their version."""

from collections.abc import Hashable
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class Near(Generic[T]):
    """
    At most `size` answers; the oldest leave first, an eighth at a time.

    A key must hold all an answer depends on, its version included: nothing is ever taken back.
    """

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._found: dict[Hashable, T] = {}

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
