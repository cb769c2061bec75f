"""Twenty equal requests, two workers, two transactions: each race is won once. The controls show the race unguarded."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from apps.core import heartbeat, idempotency, locks, outbox
from apps.core.models import Heartbeat, OutboxDelivery
from apps.core.outbox.deliver import claim, run

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def publish(key="k"):
    with transaction.atomic():
        outbox.publish(topic="test.happened", key=key, payload={}, at=AT)


def test_same_key_twenty_times_at_once_works_once_and_gives_twenty_equal_answers(at_once):
    worked = []

    def work():
        worked.append(1)
        threading.Event().wait(0.1)
        return {"order": len(worked)}

    answers = at_once(lambda: idempotency.once(scope="t", key="k", body={"a": 1}, at=AT, work=work), count=20)

    assert [answer.value for answer in answers] == [{"order": 1}] * 20
    assert (len(worked), sum(answer.replayed for answer in answers)) == (1, 19)


def test_control_without_the_key_the_work_is_done_twenty_times(at_once):
    worked = []

    at_once(lambda: worked.append(1), count=20)

    assert len(worked) == 20


def test_same_key_when_the_first_one_fails_lets_exactly_one_other_work(at_once):
    attempts, lock = [], threading.Lock()

    def work():
        with lock:
            attempts.append(1)
            first = len(attempts) == 1
        if first:
            threading.Event().wait(0.1)
            raise ValueError("printer on fire")
        return "done"

    answers = at_once(lambda: idempotency.once(scope="t", key="k", body={}, at=AT, work=work), count=8)

    failed = [answer for answer in answers if isinstance(answer, ValueError)]
    assert (len(attempts), len(failed)) == (2, 1)
    assert [answer.value for answer in answers if not isinstance(answer, ValueError)] == ["done"] * 7


def test_delivery_claimed_by_ten_workers_at_once_runs_once(at_once, listen):
    ran = []
    listen(lambda _delivery: ran.append(1))
    publish()
    delivery_id = OutboxDelivery.objects.get().pk

    def work():
        delivery = claim(delivery_id=delivery_id, at=AT)
        return delivery and run(delivery=delivery)

    outcomes = at_once(work, count=10)

    assert (len(ran), outcomes.count("done"), outcomes.count(None)) == (1, 1, 9)


def test_control_a_claim_that_reads_then_writes_is_won_more_than_once(at_once, listen):
    listen(lambda _delivery: None)
    publish()
    barrier = threading.Barrier(5)

    def unguarded():
        delivery = OutboxDelivery.objects.get()
        free = delivery.state == "pending"
        barrier.wait(timeout=20)
        delivery.state, delivery.locked_until = "running", AT
        delivery.save(update_fields=["state", "locked_until"])
        return free

    assert at_once(unguarded, count=5) == [True] * 5


def test_worker_that_lost_its_lease_while_working_cannot_be_overtaken_and_the_effect_is_once(listen):
    started, go_on, effects = threading.Event(), threading.Event(), []

    def slow(delivery):
        heartbeat.beat(name=f"effect-{delivery.attempt}", at=AT)
        effects.append(delivery.attempt)
        started.set()
        go_on.wait(20)

    listen(slow)
    publish()
    first = claim(delivery_id=OutboxDelivery.objects.get().pk, at=AT)
    outcomes = []

    def work():
        outcomes.append(run(delivery=first))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(20)
    reaped_while_working = outbox.reap(at=AT + timedelta(hours=1))
    go_on.set()
    thread.join(20)

    assert (reaped_while_working, outcomes, effects) == (0, ["done"], [1])
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["effect-1"]


def update_both(first, second, meet):
    with transaction.atomic():
        Heartbeat.objects.filter(name=first).update(detail=first)
        if meet is not None:
            meet.wait(timeout=20)
        Heartbeat.objects.filter(name=second).update(detail=second)


def test_rows_locked_through_lock_rows_never_deadlock(at_once):
    for name in "ab":
        heartbeat.beat(name=name, at=AT)
    orders = iter(["name", "-name"] * 8)

    def work():
        with transaction.atomic():
            rows = locks.lock_rows(queryset=Heartbeat.objects.order_by(next(orders)), rank=locks.Rank.STOCK_LEVEL)
            for row in rows:
                row.save(update_fields=["detail"])
        return "done"

    assert at_once(work, count=16) == ["done"] * 16


def test_control_rows_locked_in_two_orders_deadlock_and_retry_on_conflict_heals_it(at_once):
    for name in "ab":
        heartbeat.beat(name=name, at=AT)
    meet = threading.Barrier(2)
    pairs = iter([("a", "b"), ("b", "a")])
    bare = at_once(lambda: update_both(*next(pairs), meet), count=2)
    assert [type(result) for result in bare].count(OperationalError) == 1

    again, attempts = threading.Barrier(2), []
    pairs = iter([("a", "b"), ("b", "a")])

    def healed():
        first, second = next(pairs)
        tries = []

        @locks.retry_on_conflict()
        def work():
            tries.append(1)
            attempts.append(1)
            update_both(first, second, again if len(tries) == 1 else None)

        work()
        return "done"

    assert at_once(healed, count=2) == ["done"] * 2
    assert len(attempts) == 3
