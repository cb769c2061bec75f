"""Calls to foreign systems end in time, with a clear answer, and leave a system alone that does not answer."""

import socket
import threading
import time

import pytest

from apps.core import http
from apps.core.errors import Final, TryAgain
from apps.core.http import breaker

QUICK = http.Timeouts(connect_s=0.5, read_s=0.3, total_s=0.6)


def test_request_when_answered_returns_status_headers_and_body_below_the_base_url(far):
    far.answers = [(201, {"X-Kind": "tea"}, b'{"id": 7}')]

    answer = http.request(
        system="far", method="POST", path="/cups", query={"a": "b c"}, json={"n": 1}, idempotency_key="k-1"
    )

    assert (answer.status, answer.headers["x-kind"], answer.json()) == (201, "tea", {"id": 7})
    method, path, headers, body = far.seen[0]
    assert (method, path, body) == ("POST", "/api/cups?a=b+c", b'{"n":1}')
    assert (headers["Content-Type"], headers["Idempotency-Key"]) == ("application/json", "k-1")


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_request_when_refused_is_final_and_not_repeated(far, status):
    far.answers = [(status, {}, b"no")]

    with pytest.raises(Final) as refused:
        http.request(system="far", path="/")

    assert (refused.value.status, len(far.seen)) == (status, 1)


def test_request_when_the_status_is_expected_returns_it(far):
    far.answers = [(402, {}, b'{"error": "declined"}')]

    assert http.request(system="far", path="/", expect=range(200, 500)).json() == {"error": "declined"}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_request_when_redirected_is_final_and_goes_nowhere(far, status):
    far.answers = [(status, {"Location": "http://169.254.169.254/"}, b"")]

    with pytest.raises(Final, match="redirects are not followed"):
        http.request(system="far", path="/")

    assert len(far.seen) == 1


def test_request_when_down_for_a_moment_is_repeated_for_get(far):
    far.answers = [(503, {}, b""), (503, {}, b""), (200, {}, b"{}")]

    assert http.request(system="far", path="/").status == 200
    assert len(far.seen) == 3


def test_request_when_down_is_not_repeated_for_a_post_without_key(far):
    far.answers = [(503, {}, b"")]

    with pytest.raises(TryAgain):
        http.request(system="far", method="POST", path="/", json={})

    assert len(far.seen) == 1


def test_request_when_down_repeats_a_post_that_has_a_key(far):
    far.answers = [(503, {}, b""), (200, {}, b"{}")]

    assert http.request(system="far", method="POST", path="/", json={}, idempotency_key="k").status == 200
    assert [seen[2]["Idempotency-Key"] for seen in far.seen] == ["k", "k"]


def test_request_when_told_to_slow_down_passes_the_wait_on_and_does_not_count_as_failure(far, local_counters):
    far.answers = [(429, {"Retry-After": "17"}, b"")]

    for _ in range(breaker.FAILURES + 1):
        with pytest.raises(TryAgain) as told:
            http.request(system="far", path="/")

    assert (told.value.retry_after, local_counters.get("breaker:far:failures")) == (17.0, 0)


def test_request_when_the_answer_is_too_large_is_final(far):
    far.answers = [(200, {}, b"x" * 2001)]

    with pytest.raises(Final, match="larger than 2000"):
        http.request(system="far", path="/", max_bytes=2000)


def test_request_when_the_answer_is_compressed_is_final(far):
    far.answers = [(200, {"Content-Encoding": "gzip"}, b"bomb")]

    with pytest.raises(Final, match="compressed"):
        http.request(system="far", path="/")


def test_request_when_the_answer_is_cut_short_may_be_tried_again(far):
    far.answers = [(200, {"Content-Length": "50"}, b"half")]

    with pytest.raises(TryAgain):
        http.request(system="far", method="POST", path="/")


def test_request_when_the_answer_is_not_json_is_final(far):
    far.answers = [(200, {}, b"<html>")]

    with pytest.raises(Final, match="not JSON"):
        http.request(system="far", path="/").json()


def test_request_when_nobody_answers_ends_at_the_read_limit(far):
    silent = threading.Event()
    far.answers = [(200, {}, lambda _handler: silent.wait(5))]

    started = time.monotonic()
    with pytest.raises(TryAgain, match="no answer in time"):
        http.request(system="far", method="POST", path="/", timeouts=QUICK)
    silent.set()

    assert time.monotonic() - started < 2


def test_request_when_the_answer_drips_ends_at_the_total_limit(far):
    stop = threading.Event()

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not stop.wait(0.1):
            try:
                handler.wfile.write(b"X")
                handler.wfile.flush()
            except OSError:
                return

    far.answers = [(200, {}, drip)]

    started = time.monotonic()
    with pytest.raises(TryAgain, match="no answer in time"):
        http.request(system="far", method="POST", path="/", timeouts=QUICK)
    stop.set()

    assert time.monotonic() - started < 2


def test_request_when_nothing_listens_may_be_tried_again(settings, local_counters):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.OUTBOUND_SYSTEMS = {"gone": f"http://127.0.0.1:{unused.getsockname()[1]}"}

    with pytest.raises(TryAgain, match="cannot connect"):
        http.request(system="gone", path="/", timeouts=QUICK)


def test_fetch_connects_to_the_address_that_was_checked_and_asks_no_name_twice(far, settings, monkeypatch):
    port = int(settings.OUTBOUND_SYSTEMS["far"].split(":")[2].split("/")[0])
    looked_up = []

    def look_up(host, *_args, **_kwargs):
        looked_up.append(host)
        # A hostile name server answers something else the second time.
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if len(looked_up) == 1 else "10.255.255.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    settings.OUTBOUND_SYSTEMS = {"far": f"http://far.example:{port}"}

    real = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda address, **options: real_connect(address, options))

    def real_connect(address, options):
        assert address == ("127.0.0.1", port)
        plain = socket.socket()
        plain.settimeout(options["timeout"])
        plain.connect(address)
        return plain

    assert real is not None
    assert http.request(system="far", path="/").status == 200
    assert (looked_up, far.seen[0][2]["Host"]) == (["far.example"], f"far.example:{port}")


def test_breaker_after_repeated_failures_refuses_without_calling(far):
    far.answers = [(500, {}, b"")]
    for _ in range(breaker.FAILURES):
        with pytest.raises(TryAgain, match="answered 500"):
            http.request(system="far", method="POST", path="/")

    with pytest.raises(TryAgain, match="left alone") as refused:
        http.request(system="far", method="POST", path="/")

    assert len(far.seen) == breaker.FAILURES
    assert 0 < refused.value.retry_after <= breaker.OPEN_S


def test_breaker_when_the_wait_is_over_lets_one_probe_through_and_closes_when_it_succeeds(far, local_counters):
    for _ in range(breaker.FAILURES):
        breaker.failed(system="far")
    local_counters.drop("breaker:far:open")

    breaker.enter(system="far")
    with pytest.raises(TryAgain, match="being tried"):
        breaker.enter(system="far")
    breaker.succeeded(system="far")

    assert http.request(system="far", path="/").status == 200


def test_breaker_when_the_probe_fails_opens_again_at_once(far, local_counters):
    far.answers = [(500, {}, b"")]
    for _ in range(breaker.FAILURES):
        breaker.failed(system="far")
    local_counters.drop("breaker:far:open")

    with pytest.raises(TryAgain, match="answered 500"):
        http.request(system="far", method="POST", path="/")

    assert breaker.is_open(system="far")


def test_breaker_of_one_system_does_not_stop_another(far):
    for _ in range(breaker.FAILURES):
        breaker.failed(system="other")

    assert http.request(system="far", path="/").status == 200
