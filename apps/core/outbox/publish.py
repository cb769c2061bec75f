"""Write events and the deliveries they owe, in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from apps.core.outbox import registry, wake
from apps.core.trace import current_request_id

# One statement for any number of events: the deliveries follow from the topics, whatever ids the events get.
_PUBLISH = """
WITH event AS (
  INSERT INTO core_outboxevent (topic, key, payload, created_at, request_id)
  SELECT new.topic, new.key, new.payload, %(at)s, %(request_id)s
    FROM unnest(%(topics)s::text[], %(keys)s::text[], %(payloads)s::jsonb[])
         WITH ORDINALITY AS new (topic, key, payload, place)
   ORDER BY new.place
  RETURNING id, topic, key
), delivery AS (
  INSERT INTO core_outboxdelivery
         (event_id, handler, queue, ordering_key, state, attempts, granted, next_attempt_at, last_error)
  SELECT event.id, listener.name, listener.queue, CASE WHEN listener.ordered THEN event.key ELSE '' END,
         'pending', 0, 0, %(at)s, ''
    FROM event
    JOIN unnest(%(listened)s::text[], %(names)s::text[], %(queues)s::text[], %(ordered)s::bool[])
         AS listener (topic, name, queue, ordered) ON listener.topic = event.topic
  RETURNING id, event_id, queue
)
SELECT event.id, delivery.id, delivery.queue
  FROM event LEFT JOIN delivery ON delivery.event_id = event.id
 ORDER BY event.id, delivery.id
"""


class NotInTransactionError(RuntimeError):
    """An event was published outside the transaction of the change it tells of: a programming error."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event to write. payload: JSON values; Decimal and datetime are written as text. Ids and facts, no secrets."""

    topic: str
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def publish(*, topic: str, key: str, payload: Mapping[str, Any], at: datetime) -> int:
    """
    Write one event with one delivery per listener of its topic; return the event's id. One statement.

    topic: what happened, past tense, "order.placed". key: whom it is about, as text. Belongs into the transaction of
    the change (NotInTransactionError outside of one). After commit the workers are told, as far as the broker can be
    reached; when it cannot, the sweeper finds the deliveries.
    """
    return publish_many(events=[NewEvent(topic=topic, key=key, payload=payload)], at=at)[0]


def publish_many(*, events: Sequence[NewEvent], at: datetime) -> list[int]:
    """Write many events, as `publish` does for one; return their ids in the order given. One statement."""
    if not connection.in_atomic_block:
        raise NotInTransactionError("publish inside the transaction that made it true")
    if not events:
        return []
    topics = dict.fromkeys(event.topic for event in events)
    listeners = [each for topic in topics for each in registry.handlers_of(topic)]
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISH,
            {
                "at": at,
                "request_id": current_request_id(),
                "topics": [event.topic for event in events],
                "keys": [event.key for event in events],
                "payloads": [json.dumps(dict(event.payload), cls=DjangoJSONEncoder) for event in events],
                "listened": [each.topic for each in listeners],
                "names": [each.name for each in listeners],
                "queues": [each.queue for each in listeners],
                "ordered": [each.ordered_by_key for each in listeners],
            },
        )
        rows = cursor.fetchall()
    wake.after_commit([(row[1], row[2]) for row in rows if row[1] is not None])
    return list(dict.fromkeys(row[0] for row in rows))
