"""Events are written with the change, delivered until done, and what fails is seen and can be retried."""

import contextlib
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.functional import lazystr

from apps.core import outbox
from apps.core.enums import DeliveryState
from apps.core.errors import Final, Refusal, TryAgain
from apps.core.models import AuditEvent, IdempotencyRecord, OutboxDelivery, OutboxEvent
from apps.core.outbox.deliver import claim, run, wait_before
from apps.core.outbox.publish import NotInTransactionError
from apps.core.outbox.registry import HandlerError
from apps.core.testing import drain_outbox, undelivered

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=2)


def publish(key="k", topic="test.happened", **payload):
    return outbox.publish(topic=topic, key=key, payload=payload, at=AT)


def test_publish_writes_the_event_and_one_delivery_per_listener_in_one_statement(listen, django_assert_num_queries):
    listen(lambda _delivery: None, name="test.first")
    listen(lambda _delivery: None, name="test.second", queue="soon")

    with django_assert_num_queries(1):
        event_id = publish(key="A-1", total=Decimal("12.50"), when=AT)

    event = OutboxEvent.objects.get(pk=event_id)
    assert (event.topic, event.key, event.payload) == (
        "test.happened",
        "A-1",
        {"total": "12.50", "when": "2026-03-01T12:00:00Z"},
    )
    assert list(event.deliveries.order_by("handler").values_list("handler", "queue", "state")) == [
        ("test.first", "now", "pending"),
        ("test.second", "soon", "pending"),
    ]


def test_publish_when_nobody_listens_keeps_the_event():
    assert OutboxEvent.objects.get(pk=publish()).deliveries.count() == 0


@pytest.mark.parametrize("events", [1, 3])
def test_publish_many_for_any_number_is_one_statement_and_keeps_the_order(listen, django_assert_num_queries, events):
    listen(lambda _delivery: None)
    new = [outbox.NewEvent(topic="test.happened", key=str(number)) for number in range(events)]

    with django_assert_num_queries(1):
        ids = outbox.publish_many(events=new, at=AT)

    keys = dict(OutboxEvent.objects.values_list("pk", "key"))
    assert [keys[each] for each in ids] == [str(number) for number in range(events)]


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_transaction_is_refused():
    with pytest.raises(NotInTransactionError):
        publish()


def test_publish_when_the_change_is_rolled_back_leaves_nothing(listen):
    listen(lambda _delivery: None)
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        publish()
        raise ZeroDivisionError

    assert (OutboxEvent.objects.count(), OutboxDelivery.objects.count()) == (0, 0)


def test_drain_runs_what_is_due_and_what_that_causes(listen):
    seen = []
    listen(lambda delivery: (seen.append(delivery.key), publish(key="second", topic="test.caused")))
    listen(lambda delivery: seen.append(delivery.key), topic="test.caused", name="test.other")
    publish(key="first")

    drained = drain_outbox(at=AT)

    assert (seen, drained.done, undelivered()) == (["first", "second"], 2, [])


def test_handler_when_it_fails_leaves_none_of_its_writes_and_waits_for_its_next_attempt(listen):
    def write_and_fail(_delivery):
        IdempotencyRecord.objects.create(scope="s", key="k", body_sha256="", created_at=AT, expires_at=LATER)
        raise ValueError("kettle broken")

    listen(write_and_fail)
    publish()

    drained = drain_outbox(at=AT, fail_on_error=False)

    delivery = OutboxDelivery.objects.get()
    assert (drained.retry, delivery.state, delivery.attempts) == (1, DeliveryState.PENDING, 1)
    assert delivery.last_error == "ValueError: kettle broken"
    assert timedelta(seconds=1.5) <= delivery.next_attempt_at - AT <= timedelta(seconds=2.5)
    assert IdempotencyRecord.objects.count() == 0


def test_handler_when_it_fails_every_time_is_given_up_after_its_last_attempt(listen):
    listen(lambda _delivery: 1 / 0, max_attempts=3)
    publish()

    for hours in range(5):
        drain_outbox(at=AT + timedelta(hours=2 * hours), fail_on_error=False)

    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DEAD, 3)


def test_handler_when_final_is_given_up_at_once(listen):
    def refuse(_delivery):
        raise Final("card closed", system="bank")

    listen(refuse)
    publish()
    drain_outbox(at=AT, fail_on_error=False)

    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.last_error) == (DeliveryState.DEAD, "Final: bank: card closed")


@pytest.mark.parametrize(("status", "state"), [(422, "dead"), (409, "pending"), (503, "pending")])
def test_handler_when_refused_is_final_only_for_a_refused_value(listen, status, state):
    class Refused(Refusal):
        code = "test.refused"
        message = lazystr("No.")
        http_status = status

    def refuse(_delivery):
        raise Refused

    listen(refuse)
    publish()
    drain_outbox(at=AT, fail_on_error=False)

    assert OutboxDelivery.objects.get().state == state


def test_handler_when_told_to_wait_waits_at_least_that_long(listen):
    def wait(_delivery):
        raise TryAgain("busy", retry_after=600)

    listen(wait)
    publish()
    drain_outbox(at=AT, fail_on_error=False)

    assert OutboxDelivery.objects.get().next_attempt_at == AT + timedelta(seconds=600)


def test_wait_before_grows_to_an_hour_and_no_further():
    waits = [wait_before(attempt=attempt).total_seconds() for attempt in (1, 2, 3, 11, 50)]

    centres = [2, 4, 8, 2048, 3600]
    assert all(0.75 * centre <= wait <= 1.25 * centre for wait, centre in zip(waits, centres, strict=True))


def test_handler_when_it_runs_too_long_is_interrupted(listen):
    def hang(_delivery):
        with connection.cursor() as cursor:
            for _ in range(100):
                cursor.execute("SELECT pg_sleep(0.1)")

    listen(hang, timeout_s=1)
    publish()
    drain_outbox(at=AT, fail_on_error=False)

    assert OutboxDelivery.objects.get().last_error == "HandlerTimeout: took longer than 1 s"


def test_handler_that_wants_more_than_ten_minutes_is_refused_at_start():
    with pytest.raises(HandlerError, match="split the work"):
        outbox.handler(topic="test.happened", name="test.long", timeout_s=601)


def test_two_handlers_of_one_name_are_refused_at_start(listen):
    listen(lambda _delivery: None)
    with pytest.raises(HandlerError, match="two handlers"):
        outbox.handler(topic="test.happened", name="test.listener")(lambda _delivery: None)


def test_delivery_when_its_handler_is_not_in_this_release_waits_for_one_that_has_it(listen):
    listen(lambda _delivery: None)
    publish()
    OutboxDelivery.objects.update(handler="test.newer")

    drain_outbox(at=AT, fail_on_error=False)

    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.last_error) == (
        "pending",
        "TryAgain: no handler test.newer of test.happened here",
    )


def test_two_step_handler_gets_the_same_key_in_every_attempt_and_finishes_with_its_result(listen):
    keys = []

    def call_then_write(delivery):
        keys.append(delivery.idempotency_key)
        if len(keys) == 1:
            raise TryAgain("no answer")
        with transaction.atomic():
            IdempotencyRecord.objects.create(scope="s", key="k", body_sha256="", created_at=AT, expires_at=LATER)
            assert outbox.finish(delivery=delivery)

    listen(call_then_write, atomic=False)
    event_id = publish()
    drain_outbox(at=AT, fail_on_error=False)
    drain_outbox(at=LATER)

    assert keys == [f"test.listener:{event_id}"] * 2
    assert (undelivered(), IdempotencyRecord.objects.count()) == ([], 1)


def test_ordered_handler_waits_for_the_older_one_of_its_key_and_lets_others_pass(listen):
    seen, broken = [], [True]

    def take(delivery):
        if broken[0] and delivery.key == "A" and delivery.payload["n"] == 1:
            raise TryAgain("not yet")
        seen.append((delivery.key, delivery.payload["n"]))

    listen(take, ordered_by_key=True)
    publish(key="A", n=1)
    publish(key="A", n=2)
    publish(key="B", n=3)

    drain_outbox(at=AT, fail_on_error=False)
    assert seen == [("B", 3)]
    broken[0] = False
    drain_outbox(at=LATER)
    assert seen == [("B", 3), ("A", 1), ("A", 2)]


def test_ordered_handler_when_the_older_one_was_given_up_waits_until_a_person_retries_it(listen):
    broken = [True]

    def take(_delivery):
        if broken[0]:
            raise Final("no")

    listen(take, ordered_by_key=True)
    publish(key="A")
    publish(key="A")
    drain_outbox(at=AT, fail_on_error=False)
    assert undelivered() == ["test.listener", "test.listener"]

    broken[0] = False
    outbox.retry(delivery_id=OutboxDelivery.objects.earliest("pk").pk, by="user:1", at=LATER)
    drain_outbox(at=LATER)

    assert undelivered() == []


def test_retry_of_a_given_up_delivery_grants_all_attempts_again_and_is_audited(listen):
    listen(lambda _delivery: 1 / 0, max_attempts=2)
    publish()
    for hours in range(3):
        drain_outbox(at=AT + timedelta(hours=2 * hours), fail_on_error=False)
    delivery = OutboxDelivery.objects.get()
    assert delivery.state == DeliveryState.DEAD

    outbox.retry(delivery_id=delivery.pk, by="user:7", at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 3)
    event = AuditEvent.objects.get()
    assert (event.action, event.target, event.actor, event.at, event.before["state"], event.after) == (
        "outbox.retry",
        f"core.outboxdelivery:{delivery.pk}",
        "user:7",
        LATER,
        "dead",
        {"state": "pending"},
    )


def test_retry_of_a_done_delivery_is_refused_and_changes_nothing(listen):
    listen(lambda _delivery: None)
    publish()
    drain_outbox(at=AT)

    with pytest.raises(outbox.UnableToRetry) as refused:
        outbox.retry(delivery_id=OutboxDelivery.objects.get().pk, by="user:7", at=LATER)

    assert (refused.value.http_status, AuditEvent.objects.count()) == (409, 0)


def test_reap_brings_back_an_expired_lease_and_the_old_worker_can_no_longer_finish(listen):
    done = []
    listen(lambda delivery: done.append(delivery.attempt))
    publish()
    lost = claim(delivery_id=OutboxDelivery.objects.get().pk, at=AT)

    assert outbox.reap(at=AT + timedelta(seconds=30)) == 0
    assert outbox.reap(at=AT + timedelta(seconds=36)) == 1
    drain_outbox(at=LATER)

    assert run(delivery=lost) == "lost"
    assert done == [2]


def test_reap_gives_up_a_delivery_that_killed_its_worker_in_every_attempt(listen):
    listen(lambda _delivery: None, max_attempts=2)
    publish()
    delivery = OutboxDelivery.objects.get()
    for hours in (0, 1):
        assert claim(delivery_id=delivery.pk, at=AT + timedelta(hours=hours)) is not None
        outbox.reap(at=AT + timedelta(hours=hours, minutes=30))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("dead", "The worker ended or hung during this attempt.")


def test_claim_of_what_is_done_running_or_not_due_returns_none(listen):
    listen(lambda _delivery: None)
    publish()
    pk = OutboxDelivery.objects.get().pk

    assert claim(delivery_id=pk, at=AT - timedelta(seconds=1)) is None
    first = claim(delivery_id=pk, at=AT)
    assert claim(delivery_id=pk, at=AT) is None
    assert run(delivery=first) == "done"
    assert claim(delivery_id=pk, at=LATER) is None


def test_one_delivery_takes_four_statements_besides_its_work(listen):
    listen(lambda _delivery: None)
    publish()

    with CaptureQueriesContext(connection) as queries:
        run(delivery=claim(delivery_id=OutboxDelivery.objects.get().pk, at=AT))

    # Reading the id is the test's own; the savepoints are BEGIN and COMMIT outside of a test's transaction.
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "WITH", "SAVEPOINT", "UPDATE", "RELEASE"]


def test_purge_removes_events_done_long_ago_and_nothing_else(listen):
    listen(lambda delivery: 1 / 0 if delivery.key == "failed" else None, max_attempts=1)
    publish(key="done")
    publish(key="failed")
    publish(key="unheard", topic="test.unheard")
    drain_outbox(at=AT, fail_on_error=False)

    assert outbox.purge(at=AT + timedelta(days=13)) == 0
    assert outbox.purge(at=AT + timedelta(days=15)) == 2
    assert list(OutboxEvent.objects.values_list("key", flat=True)) == ["failed"]


def test_backlog_counts_states_and_the_age_of_the_oldest_due_in_one_statement(listen, django_assert_num_queries):
    listen(lambda delivery: 1 / 0 if delivery.key == "dead" else None, max_attempts=1)
    publish(key="dead")
    drain_outbox(at=AT, fail_on_error=False)
    publish(key="due")
    outbox.publish(topic="test.happened", key="future", payload={}, at=AT + timedelta(hours=1))

    with django_assert_num_queries(1):
        backlog = outbox.backlog(at=AT + timedelta(seconds=90))

    assert backlog == outbox.Backlog(pending=2, due=1, running=0, dead=1, oldest_due_age_s=90.0)


def test_request_id_of_the_publisher_reaches_the_handler(listen):
    import structlog

    seen, request_id = [], str(uuid.uuid4())
    listen(lambda delivery: seen.append(delivery.request_id))
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        publish()
    drain_outbox(at=AT)

    assert seen == [request_id]
