"""Same key, same answer; a trail nobody can change; locks in one order; limits that hold; signs of life."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, OperationalError, transaction

from apps.core import audit, heartbeat, idempotency, locks, ratelimit
from apps.core.models import AuditEvent, Heartbeat, IdempotencyRecord
from apps.core.models.audit import AppendOnlyError

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ask(body=None, *, key="k", work=lambda: {"order": 1}, at=AT):
    return idempotency.once(scope="test", key=key, body=body or {"a": 1}, at=at, work=work)


def test_once_when_asked_twice_works_once_and_answers_equally():
    worked = []

    first = ask(work=lambda: worked.append(1) or {"total": Decimal("12.50")})
    second = ask({"a": 1}, work=lambda: worked.append(2))

    assert (first.value, second.value, worked) == ({"total": "12.50"}, {"total": "12.50"}, [1])
    assert (first.replayed, second.replayed) == (False, True)


@pytest.mark.parametrize("answer", [None, "text", 0, [], {"nested": [1, {"é": None}]}])
def test_once_for_any_json_answer_replays_it_exactly(answer):
    assert ask(work=lambda: answer).value == answer
    assert ask(work=lambda: "never").value == answer


def test_once_when_the_body_is_the_same_in_another_order_is_the_same_request():
    ask({"a": 1, "b": 2})

    assert ask({"b": 2, "a": 1}).replayed


def test_once_when_the_body_differs_is_refused_with_409():
    ask({"a": 1})

    with pytest.raises(idempotency.IdempotencyConflict) as refused:
        ask({"a": 2})

    assert refused.value.http_status == 409


def test_once_when_the_work_raises_stores_nothing_and_may_be_tried_again():
    with pytest.raises(ZeroDivisionError):
        ask(work=lambda: 1 / 0)

    assert IdempotencyRecord.objects.count() == 0
    assert ask(work=lambda: "done").value == "done"


def test_once_when_the_key_has_expired_works_again():
    ask(work=lambda: "old")

    assert ask({"other": 1}, work=lambda: "new", at=AT + timedelta(days=8)).value == "new"


def test_once_without_key_is_refused():
    with pytest.raises(ValueError, match="may not be empty"):
        ask(key="")


def test_once_when_done_and_when_replayed_takes_two_statements(django_assert_num_queries):
    # The savepoint and its release are BEGIN and COMMIT outside of a test's transaction.
    with django_assert_num_queries(2 + 2):
        ask()
    with django_assert_num_queries(2 + 2):
        ask()


def test_purge_removes_expired_keys_only():
    ask(key="old")
    ask(key="young", at=AT + timedelta(days=5))

    assert idempotency.purge(at=AT + timedelta(days=8)) == 1
    assert IdempotencyRecord.objects.get().key == "young"


def test_record_writes_who_what_when_and_why_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        event = audit.record(
            action="order.ship",
            target="order.order:1",
            actor="user:2",
            at=AT,
            before={"state": "paid"},
            after={"state": "shipped", "weight": Decimal("1.5")},
            reason="picked",
            ip="192.0.2.7",
        )

    event.refresh_from_db()
    assert (event.before, event.after, event.reason, event.ip) == (
        {"state": "paid"},
        {"state": "shipped", "weight": "1.5"},
        "picked",
        "192.0.2.7",
    )


@pytest.mark.parametrize("lines", [1, 3])
def test_record_many_for_any_number_is_one_statement(django_assert_num_queries, lines):
    entries = [audit.Entry(action="price.change", target=f"p:{n}", actor="system:import") for n in range(lines)]

    with django_assert_num_queries(1):
        assert audit.record_many(entries=entries, at=AT) == lines


def test_record_without_an_actor_is_refused_by_the_database():
    with pytest.raises(IntegrityError, match="audit_event_says_what_where_who"):
        audit.record(action="a", target="b", actor="", at=AT)


@pytest.mark.parametrize("change", [lambda rows: rows.update(reason="x"), lambda rows: rows._raw_delete("default")])
def test_audit_event_when_changed_in_bulk_is_refused_by_the_database(change):
    audit.record(action="a", target="b", actor="c", at=AT)

    with pytest.raises((IntegrityError, InternalError), match="append-only"):
        change(AuditEvent.objects.all())


def test_audit_event_when_saved_or_deleted_is_refused_by_the_model():
    event = audit.record(action="a", target="b", actor="c", at=AT)

    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()


def test_lock_rows_when_a_lower_rank_follows_a_higher_one_is_refused():
    with transaction.atomic():
        locks.note(rank=locks.Rank.STOCK_LEVEL)
        locks.note(rank=locks.Rank.ORDER)
        with pytest.raises(locks.LockOrderError, match=r"BASKET .* locked after ORDER"):
            locks.lock_rows(queryset=Heartbeat.objects.all(), rank=locks.Rank.BASKET)


def test_lock_rows_after_the_transaction_starts_over():
    with transaction.atomic():
        locks.note(rank=locks.Rank.PAYMENT)
    with transaction.atomic():
        locks.note(rank=locks.Rank.BASKET)


def test_lock_rows_after_a_rolled_back_savepoint_forgets_what_it_locked():
    with transaction.atomic():
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            locks.note(rank=locks.Rank.PAYMENT)
            raise ZeroDivisionError
        locks.note(rank=locks.Rank.BASKET)


def test_lock_rows_returns_rows_sorted_by_id_and_lock_row_wants_exactly_one():
    for name in "cab":
        heartbeat.beat(name=name, at=AT)

    with transaction.atomic():
        rows = locks.lock_rows(queryset=Heartbeat.objects.order_by("name"), rank=locks.Rank.RETURN)
        assert [row.name for row in rows] == ["c", "a", "b"]
        with pytest.raises(Heartbeat.DoesNotExist):
            locks.lock_row(queryset=Heartbeat.objects.filter(name="x"), rank=locks.Rank.RETURN)
        with pytest.raises(Heartbeat.MultipleObjectsReturned):
            locks.lock_row(queryset=Heartbeat.objects.all(), rank=locks.Rank.RETURN)


@pytest.mark.django_db(transaction=True)
def test_lock_rows_outside_a_transaction_is_refused():
    with pytest.raises(locks.LockOrderError, match="outside a transaction"):
        locks.lock_rows(queryset=Heartbeat.objects.all(), rank=locks.Rank.BASKET)


class Deadlock(OperationalError):  # noqa: N818 -- named as the fact it is
    def __init__(self):
        super().__init__("deadlock detected")
        self.__cause__ = type("Cause", (Exception,), {"sqlstate": "40P01"})()


@pytest.mark.django_db(transaction=True)
def test_retry_on_conflict_tries_again_until_it_succeeds():
    outcomes = [Deadlock(), Deadlock(), "done"]

    @locks.retry_on_conflict(base_s=0.001)
    def work():
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert (work(), outcomes) == ("done", [])


@pytest.mark.django_db(transaction=True)
def test_retry_on_conflict_gives_up_after_its_last_attempt():
    attempts = []

    @locks.retry_on_conflict(attempts=3, base_s=0.001)
    def work():
        attempts.append(1)
        raise Deadlock

    with pytest.raises(OperationalError):
        work()
    assert len(attempts) == 3


@pytest.mark.django_db(transaction=True)
def test_retry_on_conflict_when_the_failure_is_another_one_does_not_repeat():
    attempts = []

    @locks.retry_on_conflict(base_s=0.001)
    def work():
        attempts.append(1)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        work()
    assert len(attempts) == 1


def test_retry_on_conflict_inside_a_transaction_is_refused():
    with transaction.atomic(), pytest.raises(locks.LockOrderError, match="called inside one"):
        locks.retry_on_conflict()(lambda: None)()


def test_limit_allows_as_many_as_said_and_frees_up_with_time(local_counters):
    def hit(seconds):
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        return ratelimit.hit(name="voucher", subject="ip", limit=3, window_s=60, at=at)

    assert [hit(0).allowed for _ in range(4)] == [True, True, True, False]
    assert (hit(1).retry_after_s, hit(61).allowed, hit(115).allowed) == (59, False, True)


def test_limit_of_one_subject_does_not_touch_another_and_asking_does_not_count(local_counters):
    def hit(subject, cost=1):
        return ratelimit.hit(name="v", subject=subject, limit=1, window_s=60, at=AT, cost=cost).allowed

    assert [hit("a", 0), hit("a", 0), hit("a"), hit("a", 0), hit("b")] == [True, True, True, False, True]


def test_require_beyond_the_limit_says_how_long_to_wait(local_counters):
    ratelimit.require(name="v", subject="a", limit=1, window_s=60, at=AT)

    with pytest.raises(ratelimit.TooManyTries, match="wait 60 seconds"):
        ratelimit.require(name="v", subject="a", limit=1, window_s=60, at=AT)


def test_limit_when_valkey_is_away_still_holds_in_this_process(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    allowed = [ratelimit.hit(name="v", subject="a", limit=2, window_s=60, at=AT).allowed for _ in range(3)]

    assert allowed == [True, True, False]


def test_limit_through_valkey_is_shared_by_threads():
    verdicts = []

    def try_often():
        verdicts.extend(
            ratelimit.hit(name="shared", subject="a", limit=10, window_s=3600, at=AT).allowed for _ in range(10)
        )

    threads = [threading.Thread(target=try_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(verdicts) == 10


def test_heartbeat_written_twice_keeps_one_row_and_silence_is_noticed(django_assert_num_queries):
    for minute in (0, 1):
        heartbeat.beat(name="beat", at=AT + timedelta(minutes=minute), detail="d")
    heartbeat.beat(name="worker", at=AT)

    with django_assert_num_queries(1):
        silent = heartbeat.silent(at=AT + timedelta(minutes=2, seconds=30))

    assert (Heartbeat.objects.count(), silent) == (2, {"worker": AT})
