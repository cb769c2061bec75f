"""What must be true of the outbox: nothing waits past its time, nothing was given up unseen."""

from apps.core import books

books.register(
    books.Invariant(
        name="outbox.nothing_is_stuck",
        sentence="Every event is delivered within 15 minutes of its due time, night work within 12 hours.",
        sql="""
SELECT delivery.handler || ' ' || event.key,
       CASE delivery.state WHEN 'pending' THEN format('due since %%s, %%s attempts', delivery.next_attempt_at, attempts)
            ELSE format('held by a worker until %%s', delivery.locked_until) END
  FROM core_outboxdelivery delivery JOIN core_outboxevent event ON event.id = delivery.event_id
 WHERE (delivery.state = 'pending' AND delivery.next_attempt_at
        < CASE delivery.queue WHEN 'night' THEN %(at)s - interval '12 hours' ELSE %(late)s END)
    OR (delivery.state = 'running' AND delivery.locked_until < %(late)s)
 ORDER BY delivery.id
""",
    ),
    books.Invariant(
        name="outbox.nothing_was_given_up",
        sentence="No delivery has used up its attempts.",
        sql="""
SELECT delivery.handler || ' ' || event.key, format('after %%s attempts: %%s', attempts, left(last_error, 200))
  FROM core_outboxdelivery delivery JOIN core_outboxevent event ON event.id = delivery.event_id
 WHERE delivery.state = 'dead' ORDER BY delivery.id
""",
    ),
)
