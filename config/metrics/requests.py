"""
How many requests were answered, how, and how fast: counted in each process, summed up in Valkey every few seconds.

A web server has several processes and a scrape reaches one of them; the sum is the shop's. What a process counted
since its last sending is lost when it is killed, and all of it with Valkey: a counter may begin again at 0.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from config.metrics.text import Family, Sample, histogram
from config.valkey import impatient_client

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "halles:requests"
SEND_EVERY_S = 5.0
TIMEOUT_S = 1.0
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, math.inf)
_BUCKETS = tuple(f"le:{bound:g}" for bound in BOUNDS_S)
_STATUSES = tuple(f"status:{hundred}xx" for hundred in range(10))
_SUM = "sum_us"


class RequestCounter:
    """The requests of this process that Valkey does not know of yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._sender: threading.Thread | None = None

    def note(self, *, status: int, seconds: float) -> None:
        """Count an answer; from the first on, a thread of this process sends the counts every few seconds."""
        with self._lock:
            counts = self._counts
            counts[_STATUSES[status // 100]] += 1
            counts[_BUCKETS[bisect_left(BOUNDS_S, seconds)]] += 1
            counts[_SUM] += int(seconds * 1_000_000)
            if self._sender is None:
                self._sender = threading.Thread(target=self._send_for_ever, name="request-counter", daemon=True)
                self._sender.start()

    def flush(self) -> None:
        """Add what was counted to Valkey's sum; while it is away the counts stay here."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with impatient_client(timeout_s=TIMEOUT_S) as client, client.pipeline(transaction=True) as pipe:
                for name, count in counts.items():
                    pipe.hincrby(KEY, name, count)
                pipe.execute()
        except RedisError:
            # Said by whoever needs Valkey for more than counting.
            with self._lock:
                self._counts.update(counts)

    def _send_for_ever(self) -> None:
        pause = threading.Event()
        while not pause.wait(SEND_EVERY_S):
            self.flush()


counted = RequestCounter()


def families(fields: Mapping[str, int]) -> list[Family]:
    """Return Valkey's sum as figures."""
    answered = [
        Sample(fields[name], {"status": name.removeprefix("status:")}) for name in _STATUSES if fields.get(name)
    ]
    return [
        Family(name="halles_http_requests_total", kind="counter", help="Requests answered.", samples=answered),
        histogram(
            "halles_http_request_duration_seconds",
            "Time from a request's first middleware to its answer.",
            counts={bound: fields.get(name, 0) for bound, name in zip(BOUNDS_S, _BUCKETS, strict=True)},
            total=fields.get(_SUM, 0) / 1_000_000,
        ),
    ]
