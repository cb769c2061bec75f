"""What workers do for the core: deliver, sweep, reap, purge, and show that they live."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from celery import Task, shared_task
from celery.signals import before_task_publish

from apps.core import books, clock, heartbeat, idempotency, outbox
from apps.core.outbox import wake
from apps.core.outbox.deliver import claim, claim_next, run

logger = structlog.get_logger(__name__)

SWEEP_S = 20.0
TICK = "core.beat_tick"


@before_task_publish.connect(sender=TICK)
def _stamp_tick(headers: dict[str, Any], **_signal: object) -> None:
    """Write the time of sending into the tick itself: it is sent by beat and read by a worker, whenever that is."""
    headers["sent_at"] = clock.now().isoformat()


@shared_task(name=wake.TASK, ignore_result=True)
def outbox_deliver(delivery_ids: Sequence[int]) -> None:
    """
    Run the deliveries a transaction published. The first here, the rest handed on so that idle workers share them.

    A delivery that is done, taken or not due is left alone, so a message that comes twice does nothing twice.
    """
    if len(delivery_ids) > 1:
        for delivery_id in delivery_ids[1:]:
            outbox_deliver.apply_async(args=([delivery_id],), queue=_current_queue(outbox_deliver), retry=False)
    for delivery_id in delivery_ids[:1]:
        delivery = claim(delivery_id=delivery_id, at=clock.now())
        if delivery is not None:
            run(delivery=delivery)


@shared_task(name=wake.SWEEP_TASK, ignore_result=True)
def outbox_sweep(queue: str, budget_s: float = SWEEP_S) -> int:
    """
    Run what is due in a queue, whoever forgot to tell, until nothing is due or `budget_s` seconds are over.

    Return how many attempts were made. Any number of sweeps may run at once: they never take the same delivery.
    """
    end = time.monotonic() + budget_s
    attempts = 0
    while time.monotonic() < end and (delivery := claim_next(queue=queue, at=clock.now())) is not None:
        run(delivery=delivery)
        attempts += 1
    if attempts:
        logger.info("outbox_swept", queue=queue, attempts=attempts)
    return attempts


@shared_task(name="core.outbox_reap", ignore_result=True)
def outbox_reap() -> int:
    """Bring back deliveries whose worker was killed."""
    return outbox.reap(at=clock.now())


@shared_task(name="core.purge", ignore_result=True)
def purge() -> None:
    """Clear away events done long ago and idempotency keys that have expired."""
    at = clock.now()
    logger.info("core_purged", events=outbox.purge(at=at), idempotency_keys=idempotency.purge(at=at))


@shared_task(name="core.prove_books", ignore_result=True)
def prove_books() -> None:
    """Prove all books once a night and keep what was found."""
    books.prove_and_keep(at=clock.now())


@shared_task(name=TICK, bind=True, ignore_result=True)
def beat_tick(self: "Task[Any, None]") -> None:
    """Write two signs of life: when beat sent this tick (from the message), and that a worker received it."""
    at = clock.now()
    sent_at = self.request.get("sent_at")
    heartbeat.beat(name=heartbeat.WORKER, at=at, detail=str(self.request.hostname or ""))
    heartbeat.beat(name=heartbeat.BEAT, at=datetime.fromisoformat(sent_at) if sent_at else at)


def _current_queue(task: "Task[Any, Any]") -> str:
    delivery_info = task.request.delivery_info or {}
    return str(delivery_info.get("routing_key") or "now")
