"""
The prior price of an announced reduction: the lowest price of the 30 days before it began.

French C. conso L112-1-1 and its Union source. The history is a step function of what shoppers were asked for one piece.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.catalog.pricing.types import PriorPrice

WINDOW = timedelta(days=30)

Seen = tuple[datetime, int, bool]


def prior_price(*, seen: Sequence[Seen], valid_from: datetime | None, at: datetime) -> PriorPrice:
    """
    Find the prior price of a reduction that applies at `at`.

    seen: (from when, minor units, from a promotional list), any order; what lies after `at` is ignored. valid_from:
    since when the promotional price may have applied, for a reduction no shopper has been shown yet.
    Successive reductions without a regular price in between are one operation: the price before the first counts.
    amount_minor is None when no price was shown before the reduction.
    """
    past = sorted(row for row in seen if row[0] <= at)
    began = _began(past, valid_from=valid_from, at=at)
    window_from = began - WINDOW
    before = [row for row in past if row[0] < began]
    in_force = [row for row in before if row[0] <= window_from][-1:]
    counted = (*in_force, *(row for row in before if row[0] > window_from))
    return PriorPrice(
        amount_minor=min((row[1] for row in counted), default=None),
        reduction_began=began,
        window_from=window_from,
        seen=counted,
    )


def _began(past: Sequence[Seen], *, valid_from: datetime | None, at: datetime) -> datetime:
    """Return when the operation began that is running at `at`."""
    if past and past[-1][2]:
        began = past[-1][0]
        for row in reversed(past):
            if not row[2]:
                break
            began = row[0]
        return began
    # Not shown yet: it begins with its validity, but never before a regular price that was shown after that.
    last_regular = past[-1][0] if past else None
    if valid_from is None or valid_from > at:
        return at
    if last_regular is not None and valid_from <= last_regular:
        return at
    return valid_from
