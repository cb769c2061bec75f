"""
/health/live and /health/ready, as text and, when asked for, as JSON.

A middleware in front of all others, because a load balancer asks by IP address over plain HTTP, and because "alive"
must not depend on the database that the rest of the request needs. Ready means: this process can serve a shopper now.
Answers name what is wrong, never where it is or how to sign in to it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

log = logging.getLogger(__name__)

LIVE = "/health/live"
READY = "/health/ready"
STORAGE_PROBE = "health/probe"
CACHE_PROBE = "health:probe"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. needed: not being good makes the whole not ready."""

    name: str
    good: bool
    detail: str
    needed: bool = True
    ms: int = 0


class HealthMiddleware:
    """Answers the two addresses; everything else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with 200, or 503 when not ready."""
        if request.path_info == LIVE:
            return _answer(request, findings=[Finding(name="process", good=True, detail="ok")])
        if request.path_info == READY:
            return _answer(request, findings=look())
        return self.get_response(request)


def look() -> list[Finding]:
    """Look at everything a shopper's request needs, and at the background processes as information."""
    return [
        _timed("database", _database),
        _timed("migrations", _migrations),
        # Slower without it, but open (house law 1): taking every process out of service would close the shop.
        _timed("valkey", _valkey, needed=False),
        _timed("storage", _storage),
        *_heartbeats(),
    ]


def _answer(request: HttpRequest, *, findings: list[Finding]) -> HttpResponse:
    good = all(finding.good for finding in findings if finding.needed)
    status = 200 if good else 503
    if "application/json" in request.headers.get("Accept", "") or request.GET.get("format") == "json":
        body = {"status": "ok" if good else "failing", "checks": [asdict(finding) for finding in findings]}
        response: HttpResponse = JsonResponse(body, status=status)
    else:
        lines = [f"{'ok' if f.good else 'FAILING' if f.needed else 'warning':<8}{f.name}: {f.detail}" for f in findings]
        response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8", status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _timed(name: str, check: Callable[[], str], *, needed: bool = True) -> Finding:
    """Run a check that returns its detail; whatever it raises becomes a finding, its text only a log line."""
    began = time.monotonic()
    try:
        detail, good = check(), True
    except Exception as error:
        # The text of a driver's error may hold host, user or path.
        log.warning("health check %s failed", name, exc_info=True)
        detail, good = type(error).__name__, False
    return Finding(name=name, good=good, detail=detail, needed=needed, ms=round((time.monotonic() - began) * 1000))


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        # The next look must not meet the same broken connection.
        connection.close()
        raise
    return "answers"


def missing_migrations() -> int:
    """Return how many migrations the database lacks. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def write_and_delete() -> None:
    """Put a small file into the media storage and take it away again. Raises what the storage raises."""
    name = default_storage.save(STORAGE_PROBE, ContentFile(b"probe"))
    default_storage.delete(name)


def _migrations() -> str:
    missing = missing_migrations()
    if missing:
        raise _MigrationsMissingError(missing)
    return "all applied"


def _valkey() -> str:
    stamp = time.monotonic_ns()
    cache.set(CACHE_PROBE, stamp, timeout=30)
    if cache.get(CACHE_PROBE) != stamp:
        raise _ValueLostError(CACHE_PROBE)
    return "keeps what it is given"


def _storage() -> str:
    write_and_delete()
    return "writable"


def _heartbeats() -> list[Finding]:
    """Return the age of each background process's last sign of life; none of them is needed to serve a page."""
    if not apps.is_installed("apps.core"):
        return []
    try:
        rows = list(apps.get_model("core", "Heartbeat").objects.order_by("name").values_list("name", "at"))
    except (DatabaseError, LookupError):
        return [Finding(name="heartbeats", good=False, detail="not readable", needed=False)]
    if not rows:
        return [Finding(name="heartbeats", good=False, detail="none yet", needed=False)]
    oldest_s = getattr(settings, "HEARTBEAT_STALE_S", 180)
    ages = [(name, round((timezone.now() - at).total_seconds())) for name, at in rows]
    return [
        Finding(name=f"{name} heartbeat", good=age_s <= oldest_s, detail=f"{age_s} s ago", needed=False)
        for name, age_s in ages
    ]


class _MigrationsMissingError(Exception):
    """The database is behind the code."""


class _ValueLostError(Exception):
    """Valkey did not return what it was given."""
