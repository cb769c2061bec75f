"""A worker killed between the outbox and the mail: one order confirmed, the mail once or twice, and the log says so."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from apps.core import outbox
from apps.core.models import OutboxDelivery, OutboxEvent
from apps.core.testing import drain_outbox, wait_until
from apps.orders.enums import Answer, Source
from apps.orders.models import Fulfilment, MailLog
from apps.orders.payments import operations
from apps.orders.payments.gateways.base import Verdict
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(minutes=5)
ROOT = Path(__file__).resolve().parents[3]

# A worker of its own: takes one handler's delivery, and stops dead where it is told to.
WORKER = """
import json, sys, threading
import django
django.setup()
from datetime import datetime
from django.core import mail
from apps.core.outbox.deliver import claim, run
job = json.loads(sys.argv[1])

def stop(place):
    print(place, flush=True)
    threading.Event().wait()

real = mail.EmailMultiAlternatives.send
def send(self, *args, **kwargs):
    if job["stop"] == "before_send":
        stop("before_send")
    done = real(self, *args, **kwargs)
    stop("after_send")
    return done
mail.EmailMultiAlternatives.send = send
run(delivery=claim(delivery_id=job["delivery"], at=datetime.fromisoformat(job["at"])))
"""


def worker(delivery_id, *, stop, mails):
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "HALLES_DEMO": "1",
        "EMAIL_URL": f"file://{mails}",
        "PUBLIC_ORIGIN": "http://localhost:8000",
    }
    job = json.dumps({"delivery": delivery_id, "stop": stop, "at": LATER.isoformat()})
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, job], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )


def sent(mails):
    """All mails that left, as (Message-ID, times)."""
    texts = [path.read_text() for path in sorted(mails.iterdir())]
    ids = [line for text in texts for line in text.splitlines() if line.startswith("Message-ID:")]
    return {each: ids.count(each) for each in ids}


@pytest.mark.slow
@pytest.mark.parametrize(("stop", "copies"), [("before_send", 1), ("after_send", 2)])
def test_worker_killed_around_the_mail_leaves_one_order_and_the_mail_once_or_twice(tmp_path, settings, stop, copies):
    waiting = make_waiting_order(method="demo")
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=2490, currency="EUR")
    operations.settle(gateway="demo", verdict=verdict, source=Source.STAFF, at=LATER, payment_id=waiting.payment_id)
    delivery = OutboxDelivery.objects.get(handler="orders.mail_confirmation")
    process = worker(delivery.pk, stop=stop, mails=tmp_path)
    try:
        assert process.stdout.readline().strip() == stop
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    wait_until(lambda: OutboxDelivery.objects.get(pk=delivery.pk).state == "running")
    assert MailLog.objects.get().state == "sending"

    # The reaper brings the delivery back when its lease is over; another worker does the rest.
    later = LATER + timedelta(minutes=20)
    assert outbox.reap(at=later) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    drain_outbox(at=later)
    log = MailLog.objects.get()
    assert (log.state, log.attempts) == ("sent", 2)
    assert sent(tmp_path) == {f"Message-ID: {log.message_id}": copies}
    assert waiting.states == ("in_fulfilment", "paid")
    assert OutboxEvent.objects.filter(topic="order.confirmed", key=waiting.number).count() == 1
    assert Fulfilment.objects.filter(order_id=waiting.order_id).count() == 1
