"""The machinery below the shop: settings, files, PostgreSQL, Valkey, media folder, mail."""

from __future__ import annotations

import shutil
import smtplib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core import checks, mail
from django.db import OperationalError, connection
from redis.exceptions import RedisError

from config import health, messages
from config.doctor.lines import Line, fail, looked, ok, warn
from config.valkey import impatient_client

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 3
STATEMENT_MS = 5000
OLDEST_POSTGRES = 150_000
SKEW_WARN_S = 1.0
SKEW_FAIL_S = 30.0
BUSY_SHARE = 0.8
FULL_SHARE = 0.9
DISK_WARN_BYTES = 2 * 1024**3
DISK_FAIL_BYTES = 200 * 1024**2


def settings_lines() -> Iterator[Line]:
    """Django's own checks, those for deployment included, and the mode this installation runs in."""
    advice = "Fix the setting it names; .env.example explains each."
    is_open = not (settings.DEMO or settings.DEBUG)
    found = checks.run_checks(include_deployment_checks=is_open)
    serious = [each for each in found if each.level >= checks.ERROR]
    slight = [each for each in found if checks.WARNING <= each.level < checks.ERROR]
    for each in serious:
        yield fail("settings", f"{each.id}: {each.msg}", advice)
    for each in slight:
        yield warn("settings", f"{each.id}: {each.msg}", advice)
    if not is_open:
        mode = " and ".join(name for name, on in (("demo", settings.DEMO), ("debug", settings.DEBUG)) if on)
        yield warn("settings", f"{mode} mode", "Not for real customers: unset HALLES_DEMO and DJANGO_DEBUG.")
    elif not serious and not slight:
        yield ok("settings", "complete, nothing to warn of")


def file_lines() -> Iterator[Line]:
    """What an installation makes from its sources once: compiled messages and collected static files."""
    old = messages.old_catalogues(root=settings.BASE_DIR)
    if old:
        languages = ", ".join(sorted(path.parent.parent.name for path in old))
        yield fail("messages", f"not compiled: {languages}", "Run python -m config.messages compile, then restart web.")
    else:
        yield ok("messages", "compiled")
    needs_manifest = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if needs_manifest and not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        yield fail("static files", "not collected", "Run python manage.py collectstatic --noinput, then restart web.")
    else:
        yield ok("static files", "collected" if needs_manifest else "served from their sources in this mode")


def database_lines() -> Iterator[Line]:
    """PostgreSQL: reachable, new enough, migrated, with connections to spare and the same time as this machine."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        # libpq names host, user and database, never the password.
        advice = "Check DATABASE_URL and that PostgreSQL runs; the shop is closed without it."
        yield fail("database", _first_line(error), advice)
        return
    with connection.cursor() as cursor:
        # Also for what is asked later: a locked table must not keep the doctor waiting.
        cursor.execute(f"SET statement_timeout = {STATEMENT_MS}")
        before = time.time()
        cursor.execute(
            "SELECT clock_timestamp(), current_setting('max_connections')::int, current_setting('server_version')"
        )
        there, most, version = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        used = cursor.fetchone()[0]
    middle = datetime.fromtimestamp((before + time.time()) / 2, tz=UTC)
    if connection.pg_version < OLDEST_POSTGRES:  # type: ignore[attr-defined] # PostgreSQL's connection has it
        yield fail("database", f"PostgreSQL {version}", "Upgrade to PostgreSQL 15 or newer.")
    else:
        yield ok("database", f"PostgreSQL {version} answers")
    yield from _skew((there - middle).total_seconds())
    if used > BUSY_SHARE * most:
        yield warn("connections", f"{used} of {most} in use", "Raise max_connections or put PgBouncer in between.")
    else:
        yield ok("connections", f"{used} of {most} in use")
    missing = health.missing_migrations()
    if missing:
        yield fail("migrations", f"{missing} not applied", "Run python manage.py migrate.")
    else:
        yield ok("migrations", "all applied")


def _skew(skew_s: float) -> Iterator[Line]:
    detail = f"the database's clock is {abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} this machine's"
    advice = "Let both machines follow the same time server (chrony, systemd-timesyncd)."
    if abs(skew_s) >= SKEW_FAIL_S:
        yield fail("clock", detail, advice)
    elif abs(skew_s) >= SKEW_WARN_S:
        yield warn("clock", detail, advice)
    else:
        yield ok("clock", "as the database's, within a second")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def valkey_lines() -> Iterator[Line]:
    """Valkey or Redis: reachable, keeps what it is given, and has room."""
    try:
        with impatient_client(timeout_s=TIMEOUT_S) as client:
            info = cast("dict[str, Any]", client.info())
    except RedisError as error:
        advice = "Check REDIS_URL and start it: the shop is slower and the workers stand still until it is back."
        yield fail("valkey", f"does not answer ({_first_line(error)})", advice)
        return
    program = "Valkey" if info.get("valkey_version") else "Redis"
    yield ok("valkey", f"{program} {info.get('valkey_version') or info['redis_version']} answers")
    policy, most, used = str(info["maxmemory_policy"]), int(info["maxmemory"]), int(info["used_memory"])
    if policy.startswith("allkeys-"):
        advice = "Set maxmemory-policy noeviction or volatile-lru: what is evicted may be a message to a worker."
        yield warn("valkey memory", f"policy {policy}", advice)
    elif most and used > FULL_SHARE * most:
        advice = "Raise maxmemory: when it is full, workers are not woken and pages are not cached."
        yield fail("valkey memory", f"{used / most:.0%} of maxmemory used, policy {policy}", advice)
    else:
        yield ok("valkey memory", f"{used / 1024**2:.0f} MB used, policy {policy}")
    if info.get("rdb_last_bgsave_status") == "err" or info.get("aof_last_write_status") == "err":
        advice = 'It may refuse writes: free its disk, or set save "" and appendonly no; nothing in it must survive.'
        yield fail("valkey disk", "its last save failed", advice)
    else:
        yield ok("valkey disk", "no failed save; nothing in it has to survive a restart")


def media_lines() -> Iterator[Line]:
    """The store of pictures: writable, with room when it is a folder."""
    health.write_and_delete()
    folder = str(settings.MEDIA_ROOT)
    if not folder:
        yield ok("media", "the bucket is writable")
        return
    # The storage makes its folder with the first file.
    home = next(place for place in (Path(folder), *Path(folder).parents) if place.is_dir())
    free = shutil.disk_usage(home).free
    detail = f"{folder} is writable, {free / 1024**3:.1f} GB free"
    if free < DISK_FAIL_BYTES:
        yield fail("media", detail, "Free disk space now: uploads and renditions are about to fail.")
    elif free < DISK_WARN_BYTES:
        yield warn("media", detail, "Free disk space, or move media with MEDIA_STORAGE_URL.")
    else:
        yield ok("media", detail)


def mail_lines() -> Iterator[Line]:
    """The way mails leave; a server is signed in to, nothing is sent."""
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    if backend != "smtp":
        if settings.DEMO:
            yield ok("mail", f"kept by the demo ({backend})")
        else:
            yield warn("mail", f"mails go nowhere ({backend})", "Set EMAIL_URL to your mail server.")
        return
    link = mail.get_connection(timeout=TIMEOUT_S)
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        link.open()
    except (OSError, smtplib.SMTPException) as error:
        yield fail("mail", f"{where} does not take us ({type(error).__name__})", "Check EMAIL_URL and the server.")
        return
    link.close()
    yield ok("mail", f"{where} takes us")


def examine_services() -> tuple[list[Line], bool]:
    """Return all lines of this module, and whether the database can be asked for more."""
    lines = looked("settings", settings_lines, advice="Run python manage.py check --deploy to see it.")
    lines += looked("files", file_lines, advice="Is the project folder readable?")
    database = looked("database", database_lines, advice="Check DATABASE_URL and the database's own log.")
    lines += database
    lines += looked("valkey", valkey_lines, advice="Check REDIS_URL.")
    lines += looked("media", media_lines, advice="Check MEDIA_STORAGE_URL, the folder's owner and the disk.")
    lines += looked("mail", mail_lines, advice="Check EMAIL_URL.")
    can_ask = all(line.state != "fail" or line.name == "clock" for line in database)
    return lines, can_ask
