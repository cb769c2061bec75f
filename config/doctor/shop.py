"""The shop itself: background processes, queues, publication, pictures, payments, books, and what is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Min, Q

from apps.backoffice.dashboard import KINDS
from apps.backoffice.queries import today
from apps.catalog.publication import marks
from apps.core import heartbeat, outbox
from apps.core.models import BooksProof
from apps.markets import queries as markets
from apps.markets.enums import LaunchState
from apps.media.models import Asset, AssetState
from apps.orders.payments import queries as payments
from config.doctor.lines import Line, ago, fail, looked, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

LATE_S = 60.0
TOO_LATE_S = 300.0
PUBLICATION_FAIL_S = 1800.0
PICTURE_WARN_S = 900.0
BOOKS_OLD_S = 26 * 3600
# These kinds have a line of their own, with more to say.
TOLD_ELSEWHERE = frozenset({"dead", "late", "unpublished", "picture"})


def process_lines(*, at: datetime) -> Iterator[Line]:
    """Worker and scheduler, by their signs of life."""
    for name, seen in heartbeat.last_seen().items():
        advice = f"Start it (Procfile: {name}) or restart it; its log says why it stopped."
        if seen is None:
            yield fail(name, "never seen", advice)
        elif at - seen > heartbeat.SILENT_AFTER:
            yield fail(name, f"last seen {ago((at - seen).total_seconds())} ago", advice)
        else:
            yield ok(name, f"seen {ago((at - seen).total_seconds())} ago")


def outbox_lines(*, at: datetime) -> Iterator[Line]:
    """How far behind the queue of record is, and what was given up."""
    backlog = outbox.backlog(at=at)
    detail = f"{backlog.due} due, the oldest for {ago(backlog.oldest_due_age_s)}; {backlog.running} running"
    advice = "Is the worker alive? If it is, add workers."
    if backlog.oldest_due_age_s > TOO_LATE_S:
        yield fail("outbox", detail, advice)
    elif backlog.oldest_due_age_s > LATE_S:
        yield warn("outbox", detail, advice)
    else:
        yield ok("outbox", detail)
    if backlog.dead:
        advice = "Back office, Outbox, state dead: read the error, mend its cause, choose Retry."
        yield warn("dead letters", f"{backlog.dead} given up", advice)
    else:
        yield ok("dead letters", "none")


def publication_lines(*, at: datetime) -> Iterator[Line]:
    """How old what shoppers read may be."""
    lag = marks.oldest_due_age(at=at)
    if lag is None:
        yield ok("publication", "nothing waits")
        return
    detail = f"{marks.due_count()} products wait, the oldest for {ago(lag.total_seconds())}"
    advice = "Is the worker alive? Run python manage.py publish to work it off here."
    if lag.total_seconds() > PUBLICATION_FAIL_S:
        yield fail("publication", detail, advice)
    elif lag > today.PUBLICATION_MAY_WAIT:
        yield warn("publication", detail, advice)
    else:
        yield ok("publication", detail)


def picture_lines(*, at: datetime) -> Iterator[Line]:
    """Renditions that are still to be made or cannot be made."""
    found = Asset.objects.aggregate(
        pending=Count("id", filter=Q(state=AssetState.PENDING)),
        oldest=Min("created_at", filter=Q(state=AssetState.PENDING)),
        failed=Count("id", filter=Q(state=AssetState.FAILED)),
    )
    waits_s = (at - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    detail = f"{found['pending']} wait for renditions, {found['failed']} failed"
    if found["failed"]:
        yield warn("pictures", detail, "Back office, Assets, state failed: read the reason, upload again or retry.")
    elif waits_s > PICTURE_WARN_S:
        advice = "Is a worker on queue soon alive? Add workers while you import many."
        yield warn("pictures", f"{detail}, the oldest for {ago(waits_s)}", advice)
    else:
        yield ok("pictures", detail)


def payment_lines() -> Iterator[Line]:
    """Whether every open market can be paid in."""
    is_test_key = settings.STRIPE_SECRET_KEY.startswith("sk_test_")
    if is_test_key and not settings.DEMO:
        yield warn("payments", "the card provider's key is a test key", "Set STRIPE_SECRET_KEY to the live key.")
    open_markets = {
        shop.market.code: shop.market for shop in markets.all_shops() if shop.market.launch_state == LaunchState.LIVE
    }
    if not open_markets:
        yield warn("markets", "none is open", "Back office, Markets: set a market live.")
    for code, market in sorted(open_markets.items()):
        ready = payments.methods(market=market)
        lacking = [method for method in market.payment_methods if method not in ready]
        if not ready:
            advice = "Give the market a way to pay, or set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET."
            yield fail(f"payments {code}", "nobody can pay here", advice)
        elif lacking:
            advice = "Set it up (card: STRIPE_SECRET_KEY), or take it off the market."
            yield warn(f"payments {code}", f"not set up here: {', '.join(lacking)}", advice)
        else:
            yield ok(f"payments {code}", ", ".join(ready))


def books_lines(*, at: datetime) -> Iterator[Line]:
    """What the last kept proof of the books said."""
    last = BooksProof.objects.order_by("-at", "-id").first()
    if last is None:
        yield warn("books", "never proven", "Run python manage.py check_books --keep.")
        return
    age_s = (at - last.at).total_seconds()
    detail = f"proven {ago(age_s)} ago: {last.invariants} sentences, {last.exceptions} exceptions"
    if last.exceptions:
        yield fail("books", detail, "Run python manage.py check_books: it names every row that is wrong.")
    elif age_s > BOOKS_OLD_S:
        yield warn("books", detail, "The nightly proof did not run: is beat alive? Run check_books --keep.")
    else:
        yield ok("books", detail)


def stuck_lines(*, at: datetime) -> Iterator[Line]:
    """What waits for a person longer than it should, as the back office's first page shows it."""
    found = [row for row in today.stuck(at=at) if row.count and row.kind not in TOLD_ELSEWHERE]
    for row in found:
        age = f", the oldest since {ago((at - row.oldest).total_seconds())}" if row.oldest else ""
        yield warn("stuck", f"{KINDS[row.kind].title}: {row.count}{age}", str(KINDS[row.kind].advice))
    if not found:
        yield ok("stuck", "nothing")


def examine_shop(*, at: datetime) -> list[Line]:
    """Return all lines of this module."""
    advice = "Run it again; if it stays, LOG_LEVEL=DEBUG shows the error."
    return [
        *looked("processes", lambda: process_lines(at=at), advice=advice),
        *looked("outbox", lambda: outbox_lines(at=at), advice=advice),
        *looked("publication", lambda: publication_lines(at=at), advice=advice),
        *looked("pictures", lambda: picture_lines(at=at), advice=advice),
        *looked("payments", payment_lines, advice=advice),
        *looked("books", lambda: books_lines(at=at), advice=advice),
        *looked("stuck", lambda: stuck_lines(at=at), advice=advice),
    ]
