import math
import re
import time
from datetime import timedelta

import pytest
from django.test import Client

from apps.backoffice.dashboard import KINDS
from apps.core import clock, heartbeat
from apps.core.models import BooksProof
from config.metrics import figures, requests
from config.metrics.requests import KEY, RequestCounter
from config.metrics.text import CONTENT_TYPE, Family, gauge, gauges, histogram, render
from config.valkey import impatient_client
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db
# Kinds of the first page with figures of their own: the books and what is not seen.
TOLD_APART = {"beat", "worker", "books", "unproven"}
TOKEN = "a-token-of-at-least-twenty"
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
SUFFIXES = {"gauge": {""}, "counter": {""}, "histogram": {"_bucket", "_sum", "_count"}}


def parse(page):
    """Read a page as strictly as the format is written; return name → {labels: value}."""
    assert page.endswith("\n")
    assert not page.endswith("\n\n")
    found, seen, kind, name = {}, set(), "", ""
    lines = page.splitlines()
    for place, line in enumerate(lines):
        if line.startswith("# HELP "):
            name = re.fullmatch(rf"# HELP ({NAME}) \S.*", line)[1]
            assert name not in seen, f"{name} is told twice"
            seen.add(name)
            kind = re.fullmatch(rf"# TYPE {name} (gauge|counter|histogram)", lines[place + 1])[1]
            assert kind != "counter" or name.endswith("_total")
        elif not line.startswith("# TYPE "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1].removeprefix(name) in SUFFIXES[kind], f"{line} stands below {name}"
            labels = tuple(re.findall(LABEL, match[2] or ""))
            series = found.setdefault(match[1], {})
            assert labels not in series, f"{line} is told twice"
            series[labels] = float(match[match.lastindex])
    for histogram_name in {name.removesuffix("_bucket") for name in found if name.endswith("_bucket")}:
        buckets = [(float(dict(labels)["le"]), value) for labels, value in found[f"{histogram_name}_bucket"].items()]
        assert buckets == sorted(buckets), "bounds and counts go up together"
        assert [value for _bound, value in buckets] == sorted(value for _bound, value in buckets)
        assert buckets[-1] == (math.inf, found[f"{histogram_name}_count"][()])
    return found


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def open_metrics(settings):
    settings.METRICS_TOKEN = TOKEN
    with impatient_client(timeout_s=2) as client:
        client.delete(KEY, "now", "soon", "night")
    requests.counted._counts.clear()
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def test_metrics_without_the_setting_is_a_missing_page(client):
    answer = client.get("/metrics", headers={"authorization": "Bearer "})
    assert answer.status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", TOKEN, f"Bearer {TOKEN}x", "Bearer é"])
def test_metrics_with_another_token_is_refused_and_says_how_to_ask(
    open_metrics, client, given, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = client.get("/metrics", headers={"authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "halles_" not in answer.text


@pytest.mark.parametrize("orders", [1, 3])
def test_metrics_tells_the_shops_figures_in_the_same_number_of_statements(
    open_metrics, at, orders, django_assert_num_queries
):
    heartbeat.beat(name=heartbeat.WORKER, at=at - timedelta(seconds=30))
    BooksProof.objects.create(at=at - timedelta(hours=1), seconds=1, invariants=12, exceptions=2)
    for _ in range(orders):
        make_waiting_order(at=clock.now())
    with impatient_client(timeout_s=2) as client:
        client.rpush("soon", "one", "two")

    # Eight questions, the limit of their time, and a savepoint's two ends where a test is inside a transaction.
    with django_assert_num_queries(11):
        answer = open_metrics.get("/metrics", headers={"host": "10.0.0.7:8000"})
    with impatient_client(timeout_s=2) as client:
        client.delete("soon")

    found = parse(answer.text)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert found["halles_database_up"] == {(): 1}
    assert found["halles_valkey_up"] == {(): 1}
    assert found["halles_orders_today"] == {(("market", "halles-fr"), ("state", "placed")): orders}
    assert found["halles_payments_last_hour"] == {(("gateway", "card"), ("state", "created")): orders}
    assert found["halles_books_exceptions"] == {(): 2}
    assert found["halles_books_age_seconds"][()] == pytest.approx(3600, abs=60)
    assert found["halles_heartbeat_age_seconds"][(("process", "worker"),)] == pytest.approx(30, abs=60)
    assert found["halles_queue_messages"] == {
        (("queue", "now"),): 0,
        (("queue", "soon"),): 2,
        (("queue", "night"),): 0,
    }
    assert {dict(labels)["state"] for labels in found["halles_outbox_deliveries"]} == {
        "pending",
        "due",
        "running",
        "dead",
    }
    assert {dict(labels)["kind"] for labels in found["halles_stuck"]} == KINDS.keys() - TOLD_APART
    assert "halles_publication_lag_seconds" in found
    assert "halles_publication_waiting" in found
    assert "halles_outbox_oldest_due_seconds" in found


def test_requests_are_counted_by_status_and_time_and_scrapes_are_not(open_metrics):
    assert open_metrics.get("/robots-there-are-none").status_code == 404
    open_metrics.get("/metrics")
    found = parse(open_metrics.get("/metrics").text)
    assert found["halles_http_requests_total"] == {(("status", "4xx"),): 1}
    assert found["halles_http_request_duration_seconds_count"] == {(): 1}
    assert found["halles_http_request_duration_seconds_sum"][()] > 0


def test_counts_of_two_processes_add_up(open_metrics):
    for counter in (RequestCounter(), RequestCounter()):
        counter._sender = object()  # no thread: the test sends
        counter.note(status=200, seconds=0.004)
        counter.note(status=503, seconds=30)
        counter.flush()
        counter.flush()
    found = parse(open_metrics.get("/metrics").text)
    assert found["halles_http_requests_total"] == {(("status", "2xx"),): 2, (("status", "5xx"),): 2}
    assert found["halles_http_request_duration_seconds_bucket"][(("le", "0.005"),)] == 2
    assert found["halles_http_request_duration_seconds_bucket"][(("le", "10"),)] == 2
    assert found["halles_http_request_duration_seconds_count"] == {(): 4}
    assert found["halles_http_request_duration_seconds_sum"] == {(): 60.008}


def test_counts_wait_while_valkey_is_away_and_the_page_says_so(open_metrics, settings):
    there, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    requests.counted._sender = requests.counted._sender or object()
    requests.counted.note(status=200, seconds=0.004)
    found = parse(open_metrics.get("/metrics").text)
    assert found["halles_valkey_up"] == {(): 0}
    assert found["halles_database_up"] == {(): 1}
    assert "halles_queue_messages" not in found
    settings.REDIS_URL = there
    found = parse(open_metrics.get("/metrics").text)
    assert found["halles_http_requests_total"] == {(("status", "2xx"),): 1}


def test_metrics_when_the_database_refuses_still_answers(open_metrics, monkeypatch):
    def refuse(*, at):
        raise figures.DatabaseError

    monkeypatch.setattr(figures, "_work", refuse)
    monkeypatch.setattr(figures.connection, "close", lambda: None)  # the test's own transaction lives on it
    answer = open_metrics.get("/metrics")
    found = parse(answer.text)
    assert (answer.status_code, found["halles_database_up"], found["halles_valkey_up"]) == (200, {(): 0}, {(): 1})


def test_counting_a_request_costs_next_to_nothing():
    counter = RequestCounter()
    counter._sender = object()
    best = math.inf
    for _ in range(5):
        began = time.process_time()
        for _ in range(2000):
            counter.note(status=200, seconds=0.02)
        best = min(best, time.process_time() - began)
    assert best / 2000 < 0.00005


def test_page_escapes_what_labels_may_hold():
    page = render([gauges("halles_test", "Back\\slash\nand line.", "what", {'a"b\\c\nd': 1.5})])
    assert page == (
        "# HELP halles_test Back\\\\slash\\nand line.\n# TYPE halles_test gauge\n"
        'halles_test{what="a\\"b\\\\c\\nd"} 1.5\n'
    )
    assert parse(page) == {"halles_test": {(("what", 'a\\"b\\\\c\\nd'),): 1.5}}


def test_page_leaves_out_a_family_without_figures():
    empty = Family(name="halles_none", kind="gauge", help="Nothing.", samples=[])
    assert parse(render([empty, gauge("halles_one", "One.", 1)])) == {"halles_one": {(): 1}}


def test_histogram_sums_up_from_the_smallest_bound():
    page = render([histogram("halles_h", "H.", counts={math.inf: 1, 0.5: 2, 0.1: 3}, total=9.25)])
    assert parse(page) == {
        "halles_h_bucket": {(("le", "0.1"),): 3, (("le", "0.5"),): 5, (("le", "+Inf"),): 6},
        "halles_h_sum": {(): 9.25},
        "halles_h_count": {(): 6},
    }


def test_strict_reader_refuses_what_the_format_forbids():
    for page in (
        "halles_a 1\n",
        "# HELP halles_a A.\n# TYPE halles_a gauge\nhalles_a 1\nhalles_a 2\n",
        "# HELP halles_a A.\n# TYPE halles_a gauge\nhalles_b 1\n",
        "# HELP halles_a A.\n# TYPE halles_a counter\nhalles_a 1\n",
        '# HELP halles_a A.\n# TYPE halles_a gauge\nhalles_a{b="c"d"} 1\n',
    ):
        with pytest.raises((AssertionError, KeyError)):
            parse(page)
