"""Helpers for the tests of every app; nothing here runs in production."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from apps.core.enums import DeliveryState, Queue
from apps.core.models import OutboxDelivery
from apps.core.outbox.deliver import Outcome, claim_next, run

MOST = 10_000


@dataclass(kw_only=True)
class Drained:
    """How many attempts ended how, and the errors of those that failed, by handler."""

    done: int = 0
    retry: int = 0
    dead: int = 0
    lost: int = 0
    errors: dict[str, str] = field(default_factory=dict)


def drain_outbox(*, at: datetime, fail_on_error: bool = True) -> Drained:
    """
    Run all deliveries due at `at` in this process, those they cause included, until none is due; no Celery needed.

    A failed attempt raises AssertionError with its error unless fail_on_error is False. Works inside the transaction of
    a test case as well as outside.
    """
    result = Drained()
    for _ in range(MOST):
        delivery = next((found for queue in Queue.values if (found := claim_next(queue=queue, at=at))), None)
        if delivery is None:
            return result
        outcome = run(delivery=delivery)
        setattr(result, outcome, getattr(result, outcome) + 1)
        if outcome in {Outcome.RETRY, Outcome.DEAD}:
            error = OutboxDelivery.objects.values_list("last_error", flat=True).get(pk=delivery.id)
            result.errors[delivery.handler] = error
            if fail_on_error:
                raise AssertionError(f"{delivery.handler} failed on {delivery.topic} {delivery.key}: {error}")
    raise AssertionError(f"the outbox is not empty after {MOST} deliveries: handlers cause each other")


def undelivered(*, topic: str | None = None) -> list[str]:
    """Return the names of handlers with work left, given up or not, in order of their deliveries."""
    rows = OutboxDelivery.objects.exclude(state=DeliveryState.DONE).order_by("pk")
    if topic is not None:
        rows = rows.filter(event__topic=topic)
    return list(rows.values_list("handler", flat=True))


def wait_until(predicate: Callable[[], bool], *, deadline_s: float = 10.0, every_s: float = 0.02) -> None:
    """Return as soon as `predicate` is true; raise AssertionError after deadline_s seconds."""
    pause = threading.Event()
    end = time.monotonic() + deadline_s
    while not predicate():
        if time.monotonic() > end:
            raise AssertionError(f"still not true after {deadline_s:g} s")
        pause.wait(every_s)
