"""Counts of this process alone, so that unit tests need no Valkey."""

import pytest

from apps.core import counters, ratelimit
from apps.core.http import breaker


@pytest.fixture
def local_counters(monkeypatch):
    store = counters.LocalCounters()
    monkeypatch.setattr(breaker, "counters", lambda: store)
    monkeypatch.setattr(ratelimit, "counters", lambda: store)
    return store
