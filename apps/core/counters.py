"""
Short-lived counts and flags shared by all processes through Valkey; by this process alone when Valkey is away.

For rate limits and circuit breakers only: losing them is harmless, so nothing here ever raises because Valkey is down.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = structlog.get_logger(__name__)

R = TypeVar("R")

PREFIX = "halles:"
TIMEOUT_S = 0.25
QUIET_S = 5.0
MOST_LOCAL = 10_000


class Counters(Protocol):
    """What rate limits and breakers need. Times in seconds; every key expires."""

    def add(self, key: str, *, by: int, ttl_s: float) -> int:
        """Add to a count and return it; a new count lives for ttl_s."""

    def get(self, key: str) -> int:
        """Return a count, 0 when there is none."""

    def put(self, key: str, *, ttl_s: float) -> bool:
        """Set a flag for ttl_s unless it is set; return whether this call set it."""

    def left_s(self, key: str) -> float:
        """Return how long a key still lives, 0 when there is none."""

    def drop(self, *keys: str) -> None:
        """Forget keys."""


class LocalCounters:
    """The counts of this process alone, kept small by forgetting the oldest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, float]] = {}

    def add(self, key: str, *, by: int, ttl_s: float) -> int:
        """See Counters."""
        with self._lock:
            count, until = self._alive(key) or (0, time.monotonic() + ttl_s)
            self._held[key] = (count + by, until)
            self._trim()
            return count + by

    def get(self, key: str) -> int:
        """See Counters."""
        with self._lock:
            return (self._alive(key) or (0, 0.0))[0]

    def put(self, key: str, *, ttl_s: float) -> bool:
        """See Counters."""
        with self._lock:
            if self._alive(key):
                return False
            self._held[key] = (1, time.monotonic() + ttl_s)
            self._trim()
            return True

    def left_s(self, key: str) -> float:
        """See Counters."""
        with self._lock:
            held = self._alive(key)
            return held[1] - time.monotonic() if held else 0.0

    def drop(self, *keys: str) -> None:
        """See Counters."""
        with self._lock:
            for key in keys:
                self._held.pop(key, None)

    def _alive(self, key: str) -> tuple[int, float] | None:
        held = self._held.get(key)
        if held is None or held[1] > time.monotonic():
            return held
        del self._held[key]
        return None

    def _trim(self) -> None:
        while len(self._held) > MOST_LOCAL:
            del self._held[next(iter(self._held))]


class ValkeyCounters:
    """The counts all processes share. Raises RedisError when Valkey cannot be reached within TIMEOUT_S."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def add(self, key: str, *, by: int, ttl_s: float) -> int:
        """See Counters."""
        with self._client.pipeline(transaction=True) as pipe:
            pipe.set(PREFIX + key, 0, px=_ms(ttl_s), nx=True)
            pipe.incrby(PREFIX + key, by)
            return int(pipe.execute()[1])

    def get(self, key: str) -> int:
        """See Counters."""
        value: Any = self._client.get(PREFIX + key)
        return int(value) if value is not None else 0

    def put(self, key: str, *, ttl_s: float) -> bool:
        """See Counters."""
        return bool(self._client.set(PREFIX + key, 1, px=_ms(ttl_s), nx=True))

    def left_s(self, key: str) -> float:
        """See Counters."""
        left_ms: Any = self._client.pttl(PREFIX + key)
        return max(int(left_ms), 0) / 1000

    def drop(self, *keys: str) -> None:
        """See Counters."""
        self._client.delete(*(PREFIX + key for key in keys))


class SafeCounters:
    """Valkey's counts, this process's own while Valkey is away; after a failure it is left alone for QUIET_S."""

    def __init__(self, *, shared: Counters, local: Counters) -> None:
        self._shared = shared
        self._local = local
        self._quiet_until = 0.0

    def add(self, key: str, *, by: int, ttl_s: float) -> int:
        """See Counters."""
        return self._try(lambda store: store.add(key, by=by, ttl_s=ttl_s))

    def get(self, key: str) -> int:
        """See Counters."""
        return self._try(lambda store: store.get(key))

    def put(self, key: str, *, ttl_s: float) -> bool:
        """See Counters."""
        return self._try(lambda store: store.put(key, ttl_s=ttl_s))

    def left_s(self, key: str) -> float:
        """See Counters."""
        return self._try(lambda store: store.left_s(key))

    def drop(self, *keys: str) -> None:
        """See Counters."""
        self._try(lambda store: store.drop(*keys))

    def _try(self, use: Callable[[Counters], R]) -> R:
        if time.monotonic() >= self._quiet_until:
            try:
                return use(self._shared)
            except RedisError as error:
                self._quiet_until = time.monotonic() + QUIET_S
                logger.warning("valkey_unreachable", error=type(error).__name__, reason=str(error)[:200])
        return use(self._local)


def _ms(seconds: float) -> int:
    return max(int(seconds * 1000), 1)


@functools.lru_cache(maxsize=4)
def _counters(url: str) -> SafeCounters:
    client = Redis.from_url(
        url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
    )
    return SafeCounters(shared=ValkeyCounters(client), local=LocalCounters())


def counters() -> Counters:
    """Return the counts for the Valkey of the settings (REDIS_URL); one connection pool per process."""
    return _counters(settings.REDIS_URL)
