"""The service page: whether the machinery keeps up, what it gave up, and what providers answered. Read only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from apps.backoffice.admin.shared import chip
from apps.backoffice.tones import PAYMENT_TONES
from apps.core import heartbeat, outbox
from apps.core.enums import Queue
from apps.core.models import BooksProof
from apps.orders.enums import PaymentState
from apps.orders.fulfilment import kept
from apps.orders.models import Reconciliation
from apps.orders.payments import queries as payments
from apps.orders.payments.operations.reconcile import HEARTBEAT
from apps.orders.payments.words import payment_label
from apps.orders.synthetic import last_purchases

RUNS = 8
# So old may the oldest due delivery of a queue be before its age stands out; night work waits for the night.
MAY_WAIT_S = {Queue.NOW: 60, Queue.SOON: 300, Queue.NIGHT: 12 * 3600}


def service_context(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Return the template's values. Ten statements, whatever is there."""
    may_retry = request.user.has_perm("core.change_outboxdelivery")
    seen = heartbeat.last_seen()
    return {
        "title": _("Service"),
        "processes": [_process(name, when, at) for name, when in seen.items()],
        "queues": [_queue(row, at) for row in outbox.by_queue(at=at)],
        "failing": [_failing(row, at, may_retry=may_retry) for row in outbox.failing()],
        "gateways": _gateways(payments.attempts_of_last_hour(at=at)),
        "reconciled": _seen(heartbeat.last_seen_of(name=HEARTBEAT), at),
        "runs": [_run(row) for row in Reconciliation.objects.order_by("-at", "-id")[:RUNS]],
        "promises": kept.promises_kept(at=at),
        "rejections": kept.rejections(at=at),
        "proof": BooksProof.objects.order_by("-at", "-id").first(),
        "purchases": [
            {"market": market, "seen": _seen(when, at), "order": number} for market, when, number in last_purchases()
        ],
    }


def _seen(when: datetime | None, at: datetime) -> str:
    return _("%(time)s ago") % {"time": timesince(when, at)} if when else str(_("never"))


def _process(name: str, when: datetime | None, at: datetime) -> dict[str, Any]:
    names = {heartbeat.BEAT: _("Scheduler"), heartbeat.WORKER: _("Worker")}
    is_silent = when is None or at - when > heartbeat.SILENT_AFTER
    return {"name": names[name], "chip": chip(_("silent") if is_silent else _("alive"), "bad" if is_silent else "good"),
            "seen": _seen(when, at)}  # fmt: skip


def _queue(row: outbox.QueueState, at: datetime) -> dict[str, Any]:
    age = (at - row.oldest_due_at).total_seconds() if row.oldest_due_at else 0
    is_late = age > MAY_WAIT_S[Queue(row.queue)]
    oldest = timesince(row.oldest_due_at, at) if row.oldest_due_at else "–"
    return {"row": row, "label": Queue(row.queue).label, "oldest": chip(oldest, "bad") if is_late else oldest}


def _failing(row: outbox.Failing, at: datetime, *, may_retry: bool) -> dict[str, Any]:
    query = f"?handler={row.handler}&state__exact={row.state}"
    is_dead = row.state == "dead"
    return {
        "row": row,
        "chip": chip(_("given up") if is_dead else _("tried again"), "bad" if is_dead else "wait"),
        "age": timesince(row.oldest, at),
        "list_url": reverse("admin:core_outboxdelivery_changelist") + query,
        "retry_url": reverse("admin:order_reconciliation_retry", args=[row.handler]) if may_retry and is_dead else "",
    }


def _gateways(attempts: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    """The attempts of the last hour per gateway: how many, and how many ended in which state."""
    found: dict[str, dict[str, int]] = {}
    for gateway, state, number in attempts:
        found.setdefault(gateway, {})[state] = number
    return [_gateway(gateway, states) for gateway, states in sorted(found.items())]


def _gateway(gateway: str, states: Mapping[str, int]) -> dict[str, Any]:
    chips = [
        chip(f"{PaymentState(state).label}: {number}", PAYMENT_TONES[PaymentState(state)])
        for state, number in sorted(states.items())
    ]
    refused = states.get(PaymentState.REFUSED, 0)
    total = sum(states.values())
    return {"label": payment_label(code=gateway), "total": total, "chips": chips, "refused": f"{refused / total:.0%}"}


def _run(row: Reconciliation) -> dict[str, Any]:
    lines = [
        f"{each['order_number']} · {payment_label(code=each['gateway'])}: "
        f"{PaymentState(each['before']).label} → {PaymentState(each['after']).label}"
        for each in row.differences
    ]
    away = [f"{payment_label(code=gateway)}: {reason}" for gateway, reason in row.unreachable.items()]
    return {"row": row, "lines": lines, "away": away}
