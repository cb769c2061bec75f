"""
A circuit breaker per foreign system: after some failures it is left alone for a while, then asked by one caller only.

closed → (FAILURES within WINDOW_S) → open for OPEN_S → half-open: one probe; yes closes it, no opens it again.
"""

from apps.core.counters import counters
from apps.core.errors import TryAgain

FAILURES = 5
WINDOW_S = 60.0
OPEN_S = 30.0
# How long it is remembered that a system was down, and how long a probe may take before another one is let through.
TRIPPED_S = 600.0
PROBE_S = 15.0


def enter(*, system: str) -> None:
    """Ask whether a call may be made now. Raises TryAgain with the time left while the circuit is open."""
    store = counters()
    left_s = store.left_s(_key(system, "open"))
    if left_s:
        raise TryAgain("left alone after repeated failures", system=system, retry_after=left_s)
    if store.get(_key(system, "tripped")) and not store.put(_key(system, "probe"), ttl_s=PROBE_S):
        raise TryAgain("being tried by one call after repeated failures", system=system, retry_after=PROBE_S)


def succeeded(*, system: str) -> None:
    """Say that the system answered: the circuit is closed and earlier failures are forgotten."""
    counters().drop(*(_key(system, part) for part in ("failures", "tripped", "probe", "open")))


def failed(*, system: str) -> None:
    """Say that the system did not answer; opens the circuit after FAILURES of them, or at once after a probe."""
    store = counters()
    failures = store.add(_key(system, "failures"), by=1, ttl_s=WINDOW_S)
    if failures < FAILURES and not store.get(_key(system, "tripped")):
        return
    store.put(_key(system, "open"), ttl_s=OPEN_S)
    store.put(_key(system, "tripped"), ttl_s=TRIPPED_S)
    store.drop(_key(system, "failures"), _key(system, "probe"))


def is_open(*, system: str) -> bool:
    """Tell whether calls are refused now, for health pages."""
    return counters().left_s(_key(system, "open")) > 0


def _key(system: str, part: str) -> str:
    return f"breaker:{system}:{part}"
