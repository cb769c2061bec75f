"""The shop's figures, read anew for each scrape: nine cheap statements and one trip to Valkey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from redis.exceptions import RedisError

from apps.backoffice.queries import today
from apps.catalog.publication import marks
from apps.core import heartbeat, outbox
from apps.core.celery_conf import QUEUES
from apps.core.models import BooksProof
from apps.orders import queries as orders
from apps.orders.payments import queries as payments
from config.metrics import requests
from config.metrics.text import Family, Sample, gauge, gauges
from config.valkey import impatient_client

if TYPE_CHECKING:
    from datetime import datetime

logger = structlog.get_logger(__name__)

STATEMENT_MS = 2000
VALKEY_TIMEOUT_S = 0.5


def all_families(*, at: datetime) -> list[Family]:
    """Return every figure that can be had; what is away says so with a 0 and its figures are missing."""
    return [*_database(at=at), *_valkey()]


def _database(*, at: datetime) -> list[Family]:
    up = "1 when PostgreSQL answered this scrape's questions."
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # A scrape must not pile up behind a locked table.
                cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
            found = [*_work(at=at), *_trade(at=at), *_books(at=at)]
    except (DatabaseError, InterfaceError) as error:
        logger.warning("metrics_without_database", error=type(error).__name__)
        connection.close()
        return [gauge("halles_database_up", up, 0)]
    return [gauge("halles_database_up", up, 1), *found]


def _work(*, at: datetime) -> list[Family]:
    backlog = outbox.backlog(at=at)
    lag = marks.oldest_due_age(at=at)
    seen = heartbeat.last_seen()
    ages = {name: (at - moment).total_seconds() for name, moment in seen.items() if moment is not None}
    states = {"pending": backlog.pending, "due": backlog.due, "running": backlog.running, "dead": backlog.dead}
    return [
        gauges("halles_outbox_deliveries", "Deliveries not done, by state; due is a part of pending.", "state", states),
        gauge("halles_outbox_oldest_due_seconds", "How long the oldest due one waits.", backlog.oldest_due_age_s),
        gauge("halles_publication_waiting", "Products whose pages are older than their data.", marks.due_count()),
        gauge(
            "halles_publication_lag_seconds",
            "How long the oldest of them waits.",
            lag.total_seconds() if lag is not None else 0,
        ),
        gauges(
            "halles_heartbeat_age_seconds", "Since beat and worker were last seen; none when never.", "process", ages
        ),
        gauges(
            "halles_stuck",
            "What waits longer than it should, as on the back office's first page.",
            "kind",
            {row.kind: row.count for row in today.stuck(at=at)},
        ),
    ]


def _trade(*, at: datetime) -> list[Family]:
    placed = orders.placed_today(at=at)
    tried = payments.attempts_of_last_hour(at=at)
    return [
        Family(
            name="halles_orders_today",
            kind="gauge",
            help="Orders placed on the market's own today, by their state now.",
            samples=[Sample(count, {"market": market, "state": state}) for market, state, count in placed],
        ),
        Family(
            name="halles_payments_last_hour",
            kind="gauge",
            help="Attempts to pay orders of the last hour, by gateway and state now.",
            samples=[Sample(count, {"gateway": gateway, "state": state}) for gateway, state, count in tried],
        ),
    ]


def _books(*, at: datetime) -> list[Family]:
    last = BooksProof.objects.order_by("-at", "-id").first()
    if last is None:
        return []
    return [
        gauge("halles_books_age_seconds", "Since the books were last proven.", (at - last.at).total_seconds()),
        gauge("halles_books_exceptions", "Rows the last proof found wrong.", last.exceptions),
    ]


def _valkey() -> list[Family]:
    up = "1 when Valkey answered this scrape's questions."
    requests.counted.flush()
    try:
        with impatient_client(timeout_s=VALKEY_TIMEOUT_S) as client, client.pipeline(transaction=False) as pipe:
            for queue in QUEUES:
                pipe.llen(queue)
            pipe.hgetall(requests.KEY)
            *lengths, fields = pipe.execute()
    except RedisError as error:
        logger.warning("metrics_without_valkey", error=type(error).__name__)
        return [gauge("halles_valkey_up", up, 0)]
    return [
        gauge("halles_valkey_up", up, 1),
        gauges(
            "halles_queue_messages",
            "Messages no worker has taken yet.",
            "queue",
            dict(zip(QUEUES, lengths, strict=True)),
        ),
        *requests.families({name.decode(): int(count) for name, count in fields.items()}),
    ]
