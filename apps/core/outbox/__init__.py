"""
The queue of record: what happened is written with the change that made it happen, and delivered at least once.

    outbox.publish(topic="order.placed", key=order.number, payload={"order_id": order.pk}, at=at)

    @outbox.handler(topic="order.placed", name="orders.send_confirmation", queue="now")
    def send_confirmation(delivery: outbox.Delivery) -> None: ...

Handlers live in each app's `handlers.py` and are found by themselves. The order of deliveries is not promised, not even
for one key; a handler that needs it says `ordered_by_key=True`.
"""

from apps.core.outbox.deliver import Delivery, Outcome, finish
from apps.core.outbox.operations import UnableToRetry, purge, reap, retry, retry_given_up
from apps.core.outbox.publish import NewEvent, publish, publish_many
from apps.core.outbox.queries import Backlog, Failing, QueueState, backlog, by_queue, failing
from apps.core.outbox.registry import Handler, handler, handlers_of

__all__ = [
    "Backlog",
    "Delivery",
    "Failing",
    "Handler",
    "NewEvent",
    "Outcome",
    "QueueState",
    "UnableToRetry",
    "backlog",
    "by_queue",
    "failing",
    "finish",
    "handler",
    "handlers_of",
    "publish",
    "publish_many",
    "purge",
    "reap",
    "retry",
    "retry_given_up",
]
