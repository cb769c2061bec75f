"""A client of Valkey for operators' questions: impatient, because the answer "it is away" is wanted at once."""

from __future__ import annotations

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def impatient_client(*, timeout_s: float) -> Redis:
    """Return a client of the settings' Valkey that gives up after `timeout_s` and does not try twice."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=timeout_s,
        socket_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
    )
