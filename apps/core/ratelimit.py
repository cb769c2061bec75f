"""Limits on how often something may be tried: voucher codes, searches, forms."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.counters import counters
from apps.core.errors import Refusal


class TooManyTries(Refusal):
    """Somebody tried this too often."""

    code = "too_many_tries"
    message = _("That was tried too often. Please wait %(seconds)s seconds and try again.")
    http_status = HTTPStatus.TOO_MANY_REQUESTS


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether this try is allowed, how many are left now, and after how many seconds the next one may be."""

    allowed: bool
    left: int
    retry_after_s: int


def hit(*, name: str, subject: str, limit: int, window_s: int, at: datetime, cost: int = 1) -> Verdict:
    """
    Count a try of `subject` (an address, a basket, an account) at `name` and say whether it is within the limit.

    At most `limit` in any `window_s` seconds, by a sliding estimate over two fixed windows. cost=0 asks without
    counting, for limits that count misses only. Two Valkey commands. While Valkey is away each process counts for
    itself, so a limit is looser but never gone, and nobody is refused because of the outage. The subject is
    stored hashed.
    """
    store = counters()
    now_s = at.timestamp()
    window = int(now_s // window_s)
    who = hashlib.sha256(subject.encode()).hexdigest()[:24]
    current_key = f"limit:{name}:{who}:{window}"
    current = store.add(current_key, by=cost, ttl_s=2 * window_s) if cost else store.get(current_key)
    elapsed = now_s / window_s - window
    earlier = store.get(f"limit:{name}:{who}:{window - 1}") * (1 - elapsed)
    used = current + earlier
    # A try that is only asked about needs room for itself.
    allowed = used <= limit if cost else used < limit
    retry_after_s = 0 if allowed else math.ceil((window + 1) * window_s - now_s)
    return Verdict(allowed=allowed, left=max(limit - math.ceil(used), 0), retry_after_s=retry_after_s)


def require(*, name: str, subject: str, limit: int, window_s: int, at: datetime) -> None:
    """Count a try as `hit` does; raise TooManyTries beyond the limit."""
    verdict = hit(name=name, subject=subject, limit=limit, window_s=window_s, at=at)
    if not verdict.allowed:
        raise TooManyTries(seconds=verdict.retry_after_s)
