"""The returns on the page of one order."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.admin.shared import chip
from apps.backoffice.queries.order_story import reason_words
from apps.backoffice.tones import RETURN_TONES
from apps.core import clock
from apps.orders.enums import ReturnState
from apps.orders.models import RefundTender, Return
from apps.orders.payments.words import tender_label

NEXT = {
    ReturnState.DECLARED: [("inspect", gettext_lazy("Inspect")), ("close", gettext_lazy("Close without goods"))],
    ReturnState.REFUND_DUE: [("sent", gettext_lazy("Record the refund"))],
}
"""The buttons of a return by its state: name of the page, label."""
WAITS = frozenset({ReturnState.DECLARED, ReturnState.REFUND_DUE})


def returns_context(
    request: HttpRequest, *, returns: Iterable[Return], write: Callable[[int, str], str]
) -> list[dict[str, Any]]:
    """Return the template's values of an order's returns. write: minor units and currency → text."""
    return [_entry(request, row, write) for row in returns]


def _entry(request: HttpRequest, row: Return, write: Callable[[int, str], str]) -> dict[str, Any]:
    refund = getattr(row, "refund", None)
    amounts: dict[int, str] = {}
    deducted: dict[int, str] = {}
    if refund is not None:
        amounts = {part.line_id: write(part.amount_minor, refund.currency) for part in refund.lines.all()}
        deducted = {
            part.line_id: write(part.deducted_minor, refund.currency)
            for part in refund.lines.all()
            if part.deducted_minor
        }
    waits = row.state in WAITS
    return {
        "row": row,
        "state_chip": chip(row.get_state_display(), RETURN_TONES[ReturnState(row.state)]),
        "note": reason_words(reason=row.note) if row.note else "",
        "waits": waits,
        "is_late": waits and row.refund_due_at < clock.now(),
        "lines": [
            {
                "row": line,
                "amount": amounts.get(line.line_id, "–"),
                "deducted": deducted.get(line.line_id, ""),
            }
            for line in row.lines.all()
        ],
        "delivery": write(refund.delivery_minor, refund.currency) if refund and refund.delivery_minor else "",
        "total": write(refund.amount_minor, refund.currency) if refund else "",
        "tax": write(refund.tax_minor, refund.currency) if refund else "",
        "refund_state": refund.get_state_display() if refund else "",
        "tenders": [_tender(part, write) for part in (refund.tenders.all() if refund else ())],
        "photos": [reverse("admin:order_return_photo", args=[row.pk, photo.position]) for photo in row.photos.all()],
        "actions": _actions(request, row),
    }


def _tender(part: RefundTender, write: Callable[[int, str], str]) -> tuple[str, str, str]:
    """What of a refund goes back to one tender: its name, the amount, whether it left."""
    label = tender_label(payment=part.payment)
    state = _("never charged") if part.is_release else str(part.get_state_display())
    if part.into_id is not None:
        state = _("paid for the goods given for it")
    return label, write(part.amount_minor, part.payment.currency), state


def _actions(request: HttpRequest, row: Return) -> list[dict[str, Any]]:
    if not request.user.has_perm("order.change_return"):
        return []
    return [
        {"url": reverse(f"admin:order_return_{name}", args=[row.pk]), "label": label, "plain": name == "close"}
        for name, label in NEXT.get(ReturnState(row.state), [])
    ]
