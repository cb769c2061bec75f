"""A worker that is killed after its handler's work, before the commit or right after it; run as a process."""

import os
import signal
import sys

import django

django.setup()

from datetime import UTC, datetime  # noqa: E402 -- Django first

from apps.core import heartbeat, outbox  # noqa: E402 -- Django first
from apps.core.models import Heartbeat  # noqa: E402 -- Django first
from apps.core.outbox.deliver import claim_next, run  # noqa: E402 -- Django first

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
when, guarded = sys.argv[1], sys.argv[2] == "guarded"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def work(_delivery: outbox.Delivery) -> None:
    heartbeat.beat(name=f"effect-{Heartbeat.objects.count() + 1}", at=AT)
    if when == "before-commit":
        die()


outbox.handler(topic="test.happened", name="test.listener", atomic=guarded)(work)
delivery = claim_next(queue="now", at=AT)
if delivery is None:
    raise SystemExit("nothing to claim")
run(delivery=delivery)
if when == "after-commit":
    die()
