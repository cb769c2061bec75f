"""The benchmark's own arithmetic: medians, percentiles, ratios and whether a target is met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def median(values: Sequence[float]) -> float:
    """The middle value, of an even number the mean of both middle ones. Raises ValueError for none."""
    if not values:
        raise ValueError("a median needs values")
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def percentile(values: Sequence[float], share: float) -> float:
    """
    The smallest value that at least `share` (0 to 1) of all values do not exceed: the nearest rank, never made up.

    Raises ValueError for no values or a share outside 0 to 1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a percentile needs values and a share from 0 to 1")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def ratio(*, theirs: float | None, ours: float | None) -> float | None:
    """How many times less ours is than theirs; None where one is missing or ours was too small to see."""
    if theirs is None or not ours:
        return None
    return theirs / ours


def requests_for(*, latency_s: float, seconds: float, lowest: int, highest: int) -> int:
    """How many sequential requests of that latency fill so many seconds, within bounds."""
    return max(lowest, min(highest, round(seconds / max(latency_s, 1e-6))))


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for: a figure at most, or at least, `limit`."""

    words: str
    limit: float
    at_most: bool = True

    def is_met(self, value: float | None) -> bool | None:
        """Whether the figure keeps to the target; None when there is no figure."""
        if value is None:
            return None
        return value <= self.limit if self.at_most else value >= self.limit
