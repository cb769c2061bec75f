import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from apps.catalog.models import PublicationDue
from apps.core import clock, heartbeat
from apps.core.enums import DeliveryState
from apps.core.models import BooksProof, OutboxDelivery, OutboxEvent
from apps.media.models import Asset
from config import env, health, messages
from config.doctor import services, shop
from config.doctor.lines import ago, looked
from tests.factories.catalog import make_product
from tests.factories.markets import make_market

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def healthy(at):
    """Everything an opening needs, written down."""
    heartbeat.beat(name=heartbeat.BEAT, at=at)
    heartbeat.beat(name=heartbeat.WORKER, at=at)
    BooksProof.objects.create(at=at, seconds=1, invariants=12, exceptions=0)
    make_market(country="FR", payment_methods=["demo", "bank_transfer"])


def told(lines):
    return [(line.name, line.state.value, line.detail) for line in lines]


def deliver(*, state, due_at):
    event = OutboxEvent.objects.create(topic="test.happened", key="1", created_at=due_at)
    OutboxDelivery.objects.create(event=event, handler="test.listener", state=state, next_attempt_at=due_at)


def test_doctor_when_all_is_well_fails_nothing_and_ends_well(healthy):
    out = StringIO()
    call_command("doctor", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["ok"] is True
    assert [line["name"] for line in found["lines"]] == [
        "settings",
        "messages",
        "static files",
        "database",
        "clock",
        "connections",
        "migrations",
        "valkey",
        "valkey memory",
        "valkey disk",
        "media",
        "mail",
        "beat",
        "worker",
        "outbox",
        "dead letters",
        "publication",
        "pictures",
        "payments halles-fr",
        "books",
        "stuck",
    ]


def test_doctor_when_nothing_runs_names_each_process_with_what_to_do_and_ends_with_an_error(at):
    out = StringIO()
    with pytest.raises(CommandError, match=r"Not fit to open: 2 of \d+ lines fail\."):
        call_command("doctor", stdout=out, no_color=True)
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    place = lines.index("fail worker never seen")
    assert lines[place + 1] == "→ Start it (Procfile: worker) or restart it; its log says why it stopped."


def test_processes_silent_for_minutes_fail(at):
    heartbeat.beat(name=heartbeat.BEAT, at=at - timedelta(minutes=7))
    heartbeat.beat(name=heartbeat.WORKER, at=at - timedelta(seconds=20))
    assert told(shop.process_lines(at=at)) == [
        ("beat", "fail", "last seen 7 min ago"),
        ("worker", "ok", "seen 20 s ago"),
    ]


@pytest.mark.parametrize(("age_s", "state"), [(5, "ok"), (90, "warn"), (600, "fail")])
def test_outbox_lag_decides_the_state(at, age_s, state):
    deliver(state=DeliveryState.PENDING, due_at=at - timedelta(seconds=age_s))
    backlog, dead = shop.outbox_lines(at=at)
    assert (backlog.state, dead.detail) == (state, "none")


def test_dead_letter_is_a_warning_that_says_where_to_retry(at):
    deliver(state=DeliveryState.DEAD, due_at=at)
    _backlog, dead = shop.outbox_lines(at=at)
    assert (dead.state, dead.detail) == ("warn", "1 given up")
    assert dead.advice.startswith("Back office, Outbox")


@pytest.mark.parametrize(("minutes", "state"), [(1, "ok"), (10, "warn"), (45, "fail")])
def test_publication_lag_decides_the_state(at, minutes, state):
    product = make_product()
    PublicationDue.objects.all().delete()
    PublicationDue.objects.create(product=product, due_since=at - timedelta(minutes=minutes), reason="test")
    (line,) = shop.publication_lines(at=at)
    assert line.state == state
    assert line.detail.startswith("1 products wait")


def test_pictures_that_failed_are_a_warning(at):
    Asset.objects.create(
        sha256="0" * 64, original="o", filename="a.png", mime_type="image/png", byte_size=1, width=1, height=1,
        created_at=at, state="failed",
    )  # fmt: skip
    assert told(shop.picture_lines(at=at)) == [("pictures", "warn", "0 wait for renditions, 1 failed")]


def test_market_nobody_can_pay_in_fails_and_one_that_lacks_a_way_warns():
    make_market(country="FR", payment_methods=["card"])
    make_market(country="BE", payment_methods=["card", "bank_transfer"])
    make_market(country="DE", payment_methods=["card"], launch_state="draft")
    assert told(shop.payment_lines()) == [
        ("payments halles-be", "warn", "not set up here: card"),
        ("payments halles-fr", "fail", "nobody can pay here"),
    ]


def test_test_key_of_the_card_provider_outside_the_demo_is_a_warning(settings):
    settings.DEMO = False
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    settings.STRIPE_WEBHOOK_SECRET = "whsec_1"
    make_market(country="FR", payment_methods=["card"])
    assert told(shop.payment_lines()) == [
        ("payments", "warn", "the card provider's key is a test key"),
        ("payments halles-fr", "ok", "card"),
    ]


@pytest.mark.parametrize(("hours", "exceptions", "state"), [(3, 0, "ok"), (30, 0, "warn"), (3, 2, "fail")])
def test_books_proof_decides_the_state(at, hours, exceptions, state):
    BooksProof.objects.create(at=at - timedelta(hours=hours), seconds=1, invariants=12, exceptions=exceptions)
    (line,) = shop.books_lines(at=at)
    assert line.state == state
    assert line.detail == f"proven {hours} h ago: 12 sentences, {exceptions} exceptions"


def test_books_never_proven_is_a_warning(at):
    assert told(shop.books_lines(at=at)) == [("books", "warn", "never proven")]


@pytest.mark.parametrize(("skew_s", "state"), [(0.2, "ok"), (-3.0, "warn"), (40.0, "fail")])
def test_clock_skew_decides_the_state(skew_s, state):
    (line,) = services._skew(skew_s)
    assert line.state == state


def test_migrations_missing_fail_and_say_the_command(monkeypatch):
    monkeypatch.setattr(health, "missing_migrations", lambda: 3)
    line = {line.name: line for line in services.database_lines()}["migrations"]
    assert (line.state, line.detail) == ("fail", "3 not applied")
    assert line.advice == "Run python manage.py migrate."


def test_mail_server_that_is_away_fails_and_names_no_password(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_PASSWORD = "127.0.0.1", 1, "hunter2"
    (line,) = services.mail_lines()
    assert (line.state, line.detail) == ("fail", "127.0.0.1:1 does not take us (ConnectionRefusedError)")


def test_mail_that_goes_nowhere_is_a_warning_outside_the_demo(settings):
    settings.DEMO = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert told(services.mail_lines()) == [("mail", "warn", "mails go nowhere (console)")]


def test_media_that_cannot_be_written_fails_with_advice(monkeypatch, tmp_path):
    (tmp_path / "health").write_text("a file where the probe's folder belongs")
    monkeypatch.setattr(health, "default_storage", FileSystemStorage(location=tmp_path))
    (line,) = looked("media", services.media_lines, advice="Check the folder.")
    assert (line.state, line.advice) == ("fail", "Check the folder.")


def test_messages_that_are_not_compiled_fail(settings, tmp_path):
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr ""\n')
    settings.BASE_DIR = tmp_path
    assert told(services.file_lines())[0] == ("messages", "fail", "not compiled: fr")
    messages.compile_catalogues(root=tmp_path)
    assert told(services.file_lines())[0] == ("messages", "ok", "compiled")


def test_static_files_that_were_never_collected_fail_where_they_are_needed(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = tmp_path
    assert told(services.file_lines())[1] == ("static files", "fail", "not collected")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7300, "2 h"), (200_000, "2 d")]
)
def test_ago_takes_the_largest_unit_that_says_enough(seconds, text):
    assert ago(seconds) == text


def doctor_process(**environ):
    return subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=env.ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "HALLES_DEMO": "1", **environ},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_doctor_when_database_and_valkey_are_away_says_so_without_a_traceback():
    answer = doctor_process(
        DATABASE_URL="postgresql://shop:hunter2@127.0.0.1:1/halles", REDIS_URL="redis://:hunter3@127.0.0.1:1/0"
    )
    failed = {line["name"] for line in json.loads(answer.stdout)["lines"] if line["state"] == "fail"}
    assert answer.returncode == 1
    assert failed >= {"database", "valkey", "shop"}
    assert "Traceback" not in answer.stdout + answer.stderr
    assert "hunter" not in answer.stdout + answer.stderr


@pytest.mark.slow
def test_doctor_when_servers_take_calls_and_never_answer_gives_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        answer = doctor_process(
            DATABASE_URL=f"postgresql://shop@127.0.0.1:{port}/halles?connect_timeout=2",
            REDIS_URL=f"redis://127.0.0.1:{port}/0",
        )
    lines = {line["name"]: line for line in json.loads(answer.stdout)["lines"]}
    assert answer.returncode == 1
    assert "timeout" in lines["database"]["detail"]
    assert lines["valkey"]["detail"].startswith("does not answer (Timeout")


def test_doctor_writes_no_file_outside_the_media_probe(healthy, tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(health, "default_storage", storage)
    call_command("doctor", stdout=StringIO())
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []
