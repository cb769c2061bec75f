"""Speaks to a logistics partner over HTTP, both ways signed. Values in, values out; no table of ours is known here."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core import http
from apps.core.errors import Final, Refusal
from apps.orders.logistics.contract import NotUnderstood, PartnerOrder, Report, read_lines, read_report

SIGNATURE = "X-Halles-Signature"
TOLERANCE_S = 300
CONFLICT, NOT_FOUND = 409, 404
ANSWERS = range(200, 300)


class ForgedReport(Refusal):
    """A message whose signature or age is wrong. Parameters: reason."""

    code = "logistics.forged_report"
    message = _("The message is not from the logistics partner: %(reason)s.")


def sign(*, secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 over stamp, a dot and the raw body, in hex."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Partner:
    """One partner, by the name of its system in OUTBOUND_SYSTEMS. Calls raise TryAgain or Final."""

    def __init__(self, *, system: str) -> None:
        self.system = system
        self.secret = settings.LOGISTICS_SECRET

    def send(self, *, order: PartnerOrder, at: datetime) -> str:
        """Hand an order over, once per key; return the partner's reference of it."""
        answer = self._post("/orders", order.as_dict(), key=order.key, at=at)
        reference = answer.get("reference") if isinstance(answer, dict) else None
        if not isinstance(reference, str) or not 0 < len(reference) <= 80:  # noqa: PLR2004 -- the column's
            raise Final("the answer names no reference", system=self.system)
        return reference

    def cancel(self, *, key: str, at: datetime) -> bool:
        """Ask to stop an order; tell whether it was stopped, or never came. False: it has left, or is about to."""
        path = f"/orders/{quote(key, safe='')}/cancel"
        body = b"{}"
        answer = http.request(
            system=self.system,
            path=path,
            method="POST",
            content=body,
            headers=self._headers(body=body, at=at),
            # Each asking is a new one: an order may arrive between two.
            idempotency_key=f"{key}-cancel-{at.timestamp()}",
            expect={*ANSWERS, CONFLICT, NOT_FOUND},
        )
        return answer.status != CONFLICT

    def reports(self, *, key: str, at: datetime) -> list[Report]:
        """Return everything that happened to an order, oldest first; for what never reached us."""
        answer = self._get(f"/orders/{quote(key, safe='')}", at=at)
        events = answer.get("events") if isinstance(answer, dict) else None
        if not isinstance(events, list):
            raise Final("the answer has no events", system=self.system)
        return [read_report(event) for event in events]

    def stock(self, *, location: str, at: datetime) -> dict[str, int]:
        """Return what lies at a location, as SKU → units."""
        answer = self._get(f"/stock/{quote(location, safe='')}", at=at)
        if not isinstance(answer, dict):
            raise Final("the answer is no object", system=self.system)
        return dict(read_lines(answer.get("lines"), count="on_hand", lowest=0))

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> Report:
        """Check who signed a message and when, and read it. headers: lower case. Raises ForgedReport, NotUnderstood."""
        stamp, _dot, signature = headers.get(SIGNATURE.lower(), "").partition(".")
        right = sign(secret=self.secret, stamp=stamp, body=body)
        if not self.secret or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:  # noqa: PLR2004 -- digits of seconds
            raise ForgedReport(reason="signature")
        if not hmac.compare_digest(signature.encode(), right.encode()):
            raise ForgedReport(reason="signature")
        if abs(at.timestamp() - int(stamp)) > TOLERANCE_S:
            raise ForgedReport(reason="too old")
        try:
            return read_report(json.loads(body))
        except ValueError as error:
            raise NotUnderstood(why="not JSON") from error

    def _post(self, path: str, value: object, *, key: str, at: datetime) -> object:
        body = json.dumps(value, sort_keys=True).encode()
        headers = self._headers(body=body, at=at)
        answer = http.request(
            system=self.system, path=path, method="POST", content=body, headers=headers, idempotency_key=key
        )
        return answer.json()

    def _get(self, path: str, *, at: datetime) -> object:
        return http.request(system=self.system, path=path, headers=self._headers(body=path.encode(), at=at)).json()

    def _headers(self, *, body: bytes, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        signature = f"{stamp}.{sign(secret=self.secret, stamp=stamp, body=body)}"
        return {SIGNATURE: signature, "Content-Type": "application/json"}
