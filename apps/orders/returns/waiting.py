"""The owner of goods that wait for a location: look again, and give up what has waited long enough."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from apps.core.errors import Refusal
from apps.orders.fulfilment import queries, rerouting
from apps.orders.fulfilment.errors import NotWaiting
from apps.orders.returns import unsent

logger = structlog.get_logger(__name__)
BY = "system:orders.waiting"
IN_VAIN = "waited_in_vain"
"""The reason that goods were given up for without a person."""
MOST = 500
"""So many are looked at in one turn, those to be given up soonest first."""


@dataclass(frozen=True, slots=True)
class Report:
    """How many found goods (all or some), were given up, and failed."""

    found: int
    given_up: int
    failed: int


def work_off(*, at: datetime) -> Report:
    """
    Try every fulfilment that waits once; give up those past `waits_until` that still find nothing. Safe to repeat.

    Those a person is to decide (without `waits_until`) are tried as well and stay on the list. One that fails does not
    keep the others.
    """
    found = given_up = failed = 0
    for row in queries.waiting()[:MOST]:
        try:
            outcome = rerouting.source_again(fulfilment_id=row.pk, by=BY, at=at)
            if outcome.made:
                found += 1
            elif row.waits_until is not None and row.waits_until <= at:
                unsent.give_up(fulfilment_id=row.pk, reason=IN_VAIN, by=BY, at=at)
                given_up += 1
        except NotWaiting:
            continue  # somebody decided meanwhile
        except Refusal as refusal:
            logger.warning("waiting_not_sourced", fulfilment=row.pk, refusal=refusal.code)
            failed += 1
    return Report(found, given_up, failed)
