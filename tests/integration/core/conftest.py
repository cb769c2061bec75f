"""Handlers made for one test and forgotten after it; a foreign system that answers as told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.core import counters, outbox, ratelimit
from apps.core.http import breaker
from apps.core.outbox import registry, wake


@pytest.fixture
def listen():
    """Declare a handler for the length of the test."""
    declared = []

    def declare(function, *, topic="test.happened", name="test.listener", **options):
        outbox.handler(topic=topic, name=name, **options)(function)
        declared.append((topic, name))

    yield declare
    for topic, name in declared:
        registry.forget(topic=topic, name=name)


@pytest.fixture(autouse=True)
def fresh_hints():
    wake.flush()
    wake.hints.reset()
    yield
    wake.flush()
    wake.hints.reset()


@pytest.fixture
def local_counters(monkeypatch):
    store = counters.LocalCounters()
    monkeypatch.setattr(breaker, "counters", lambda: store)
    monkeypatch.setattr(ratelimit, "counters", lambda: store)
    return store


class Far:
    """A foreign system: answers in turn with (status, headers, body), the last one for ever; remembers what it got."""

    def __init__(self):
        self.answers = [(200, {}, b"{}")]
        self.seen = []

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def far(settings, local_counters):
    system = Far()

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            system.seen.append((self.command, self.path, dict(self.headers), body))
            status, headers, body = system.next()
            if callable(body):
                body(self)
                return
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 -- the standard library's names

        def log_message(self, *args):
            """Say nothing: the tests read `seen`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_SYSTEMS = {"far": f"http://127.0.0.1:{server.server_port}/api"}
    yield system
    server.shutdown()
    server.server_close()
