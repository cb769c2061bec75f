"""The cache: Valkey when it answers, nothing when it does not. A shop without its cache is slower, never down."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.core.serializers.json import DjangoJSONEncoder
from redis import ConnectionPool, Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
T = TypeVar("T")

# After a failure this process does not ask again for a moment: a dead Valkey costs one time-out, not one a page.
PAUSE_S = 2.0


# No JSON begins with it.
_RAW = b"\x00"


class JsonSerializer:
    """
    Cache values as JSON, and bytes as they are.

    Whoever can write to the cache must not be able to run code here, so nothing is pickled.
    """

    def dumps(self, value: Any) -> bytes | int:  # noqa: ANN401 -- JSON values or bytes
        """Encode; whole numbers stay bare so that the server can count with them."""
        if type(value) is int:
            return value
        if type(value) is bytes:
            return _RAW + value
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:  # noqa: ANN401 -- JSON values or bytes
        """Decode. Tuples come back as lists."""
        if data[:1] == _RAW:
            return data[1:]
        return json.loads(data)


class LastingClient(RedisCacheClient):
    """Django's client, with one Redis client for each pool; making one costs as much as the question it asks."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's own
        super().__init__(*args, **options)
        self._clients: dict[ConnectionPool, Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:  # noqa: ANN401 -- Django's own
        """Return the client of the pool that Django would ask."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined] # missing in the stubs
        found = self._clients.get(pool)
        if found is None:
            found = self._clients[pool] = super().get_client(key, write=write)
        return found


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, whose reads miss and whose writes are dropped while the server is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = LastingClient
        self._asleep_until = 0.0

    def _ask(self, answer: Callable[[], T], otherwise: T) -> T:
        if time.monotonic() < self._asleep_until:
            return otherwise
        try:
            return answer()
        except RedisError as error:
            self._asleep_until = time.monotonic() + PAUSE_S
            log.warning("cache_unavailable", error=type(error).__name__)
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401 -- Django's own
        """Return the kept value, or `default` when there is none or nobody to ask."""
        return self._ask(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's own
        """Keep a value, or drop it."""
        self._ask(lambda: super(ForgivingRedisCache, self).set(key, value, *args, **kwargs), None)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 -- Django's own
        """Keep a value if there is none; False when nobody could be asked."""
        return bool(self._ask(lambda: super(ForgivingRedisCache, self).add(key, value, *args, **kwargs), False))

    def delete(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401 -- Django's own
        """Forget a value."""
        return bool(self._ask(lambda: super(ForgivingRedisCache, self).delete(key, version), False))

    def has_key(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401 -- Django's own
        """Whether there is a kept value; asked for every new session."""
        return bool(self._ask(lambda: super(ForgivingRedisCache, self).has_key(key, version), False))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:  # noqa: ANN401 -- Django's own
        """Return what is kept of these."""
        return self._ask(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})
