"""Workers die and brokers go away; every effect happens, and inside the database it happens once."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection, transaction
from redis import Redis

from apps.core import heartbeat, outbox, tasks
from apps.core.models import Heartbeat, OutboxDelivery
from apps.core.outbox import wake
from apps.core.testing import drain_outbox, undelivered

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCRIPT = Path(__file__).with_name("killed_worker.py")


def publish():
    with transaction.atomic():
        outbox.publish(topic="test.happened", key="k", payload={}, at=AT)


def run_and_be_killed(when, guard):
    database = connection.settings_dict
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    url = f"postgresql://{user}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "REDIS_URL": django_settings.REDIS_URL}
    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.core.killed_worker", when, guard],
        env=environment,
        cwd=SCRIPT.parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("when", ["before-commit", "after-commit"])
def test_worker_killed_around_its_commit_leaves_the_effect_exactly_once(listen, when):
    listen(lambda _delivery: heartbeat.beat(name=f"effect-{Heartbeat.objects.count() + 1}", at=AT))
    publish()

    run_and_be_killed(when, "guarded")
    outbox.reap(at=AT + timedelta(hours=1))
    drain_outbox(at=AT + timedelta(hours=1))

    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["effect-1"]
    assert undelivered() == []


def test_control_work_and_mark_in_two_commits_leaves_the_effect_twice(listen):
    listen(lambda _delivery: heartbeat.beat(name=f"effect-{Heartbeat.objects.count() + 1}", at=AT), atomic=False)
    publish()

    run_and_be_killed("before-commit", "unguarded")
    outbox.reap(at=AT + timedelta(hours=1))
    drain_outbox(at=AT + timedelta(hours=1))

    assert Heartbeat.objects.count() == 2


def test_commit_tells_the_broker_once_for_all_events_of_a_queue(listen):
    broker = Redis.from_url(django_settings.CELERY_BROKER_URL)
    broker.flushdb()
    listen(lambda _delivery: None)

    with transaction.atomic():
        for key in "abc":
            outbox.publish(topic="test.happened", key=key, payload={}, at=AT)
        wake.flush()
        assert broker.llen("now") == 0

    assert (wake.flush(), broker.llen("now")) == (True, 1)
    broker.flushdb()


def test_commits_close_together_share_one_message_that_names_every_delivery(listen, monkeypatch):
    sent = []
    monkeypatch.setattr(wake, "GATHER_S", 60)  # nothing leaves until it is asked for
    monkeypatch.setattr(
        current_app, "send_task", lambda name, *, args, queue, **_: sent.append((name, args[0], queue)), raising=False
    )
    listen(lambda _delivery: None)
    for _ in range(3):
        publish()
    assert sent == []

    assert wake.flush()

    ids = list(OutboxDelivery.objects.order_by("pk").values_list("pk", flat=True))
    assert sent == [(wake.TASK, ids, "now")]
    assert len(ids) == 3


def test_child_process_tells_for_itself_and_not_for_its_parent(listen, monkeypatch):
    monkeypatch.setattr(wake, "GATHER_S", 60)
    listen(lambda _delivery: None)
    publish()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        sent = []
        wake.current_app.send_task = lambda _name, *, args, **_: sent.extend(args[0])
        wake.flush(timeout_s=10)
        before = list(sent)
        wake.tell([(7, "now")])
        wake.flush(timeout_s=10)
        os.write(writer, repr((before, sent)).encode())
        os._exit(0)
    os.close(writer)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(reader, 1000) == b"([], [7])"
    os.close(reader)
    assert wake.flush()


def test_valkey_flushed_with_work_pending_is_delivered_by_the_sweeper(listen):
    done = []
    listen(lambda delivery: done.append(delivery.key))
    publish()
    assert wake.flush()
    Redis.from_url(django_settings.CELERY_BROKER_URL).flushdb()

    assert tasks.outbox_sweep(queue="now") == 1
    assert (done, undelivered()) == (["k"], [])


def test_message_that_comes_twice_does_nothing_twice(listen):
    done = []
    listen(lambda delivery: done.append(delivery.key))
    publish()
    ids = [OutboxDelivery.objects.get().pk]

    tasks.outbox_deliver(ids)
    tasks.outbox_deliver(ids)

    assert done == ["k"]


@pytest.fixture
def no_broker():
    """
    Lead the task application to a port where nothing listens.

    Its pools are let go and not closed: kombu keeps one per address for the whole process, and a closed one would be
    handed to every later test.
    """
    wake.flush()
    before = current_app.conf.broker_url
    current_app.conf.broker_url = current_app.conf.broker_write_url = "redis://127.0.0.1:1/0"
    current_app._pool = None
    current_app.amqp._producer_pool = None
    yield
    wake.flush()
    current_app.conf.broker_url = current_app.conf.broker_write_url = before
    current_app._pool = None
    current_app.amqp._producer_pool = None
    wake.hints.reset()


@pytest.mark.usefixtures("no_broker")
def test_broker_down_at_publish_neither_raises_nor_slows_and_the_sweeper_delivers(listen):
    done = []
    listen(lambda delivery: done.append(delivery.key))

    started = time.monotonic()
    for _ in range(20):
        publish()
    took_s = time.monotonic() - started

    # A broker asked for 20 times would cost its timeout 20 times; it was asked once, and by nobody who waits.
    assert wake.flush()
    assert (wake.hints.failures, took_s < 5) == (1, True)
    assert tasks.outbox_sweep(queue="now") == 20
    assert (len(done), undelivered()) == (20, [])
