"""Real threads with real connections, all let go at the same moment."""

import threading

import pytest
from django.db import connection

from apps.core import outbox
from apps.core.outbox import registry, wake


@pytest.fixture
def at_once():
    """Run a function in `count` threads at the same moment; return what each gave, exceptions included."""

    def run(function, *, count):
        barrier, results = threading.Barrier(count), [None] * count

        def work(place):
            try:
                barrier.wait(timeout=20)
                results[place] = function()
            except Exception as error:  # noqa: BLE001 -- the test compares what came out
                results[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(place,)) for place in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return results

    return run


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
