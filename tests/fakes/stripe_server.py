"""
A stand-in for Stripe's API, in a thread: the documented shapes of sessions, intents and refunds, and its failures.

It keeps idempotency keys as Stripe does (same key and body: same answer; other body: an error), and can be slow,
fail after having done the work, or be away. `notice_for` writes events; they are signed with the SDK's own scheme.
"""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

_KEY_PARTS = re.compile(r"\[([^\]]*)\]")


def read_form(text: str) -> dict[str, Any]:
    """Read Stripe's form encoding, a[b][0][c]=d, as nested dicts."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        path = [name.split("[", 1)[0], *_KEY_PARTS.findall(name)]
        node = result
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
    return result


@dataclass
class FakeStripe:
    """
    The server and its books. Faults: `fail_after` counts answers lost after the work was done, `fail_before`
    those before it, `lose` loses one answer to a path that ends so.
    """

    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    in_parts: bool = True
    capture_before: int = 0
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    fail_after: int = 0
    fail_before: int = 0
    lose: str = ""
    delay_s: float = 0.0
    _answers: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    _count: int = 0

    def start(self) -> FakeStripe:
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def stop(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What a shopper does on the hosted page.

    def pay(self, session_id: str, *, amount: int | None = None, currency: str | None = None) -> dict[str, Any]:
        session = self.sessions[session_id]
        if session["status"] != "open":
            raise AssertionError(f"nobody can pay a session that is {session['status']}")
        changes = {"status": "complete", "payment_status": "paid", "payment_intent": f"pi_{session_id}"}
        session.update(changes)
        if session_id in self.later:
            session["payment_status"] = "unpaid"
            self._authorise(session)
        if amount is not None:
            session["amount_total"] = amount
        if currency is not None:
            session["currency"] = currency
        return session

    def complete_unpaid(self, session_id: str) -> dict[str, Any]:
        self.sessions[session_id].update(status="complete", payment_status="unpaid")
        return self.sessions[session_id]

    def expire(self, session_id: str) -> dict[str, Any]:
        self.sessions[session_id].update(status="expired", url=None)
        return self.sessions[session_id]

    def _authorise(self, session: dict[str, Any]) -> None:
        self.intents[session["payment_intent"]] = {
            "id": session["payment_intent"],
            "object": "payment_intent",
            "capture_method": "manual",
            "status": "requires_capture",
            "amount": session["amount_total"],
            "amount_capturable": session["amount_total"],
            "amount_received": 0,
            "currency": session["currency"],
            "metadata": dict(session["metadata"]),
            "latest_charge": {
                "id": "ch_" + session["id"],
                "object": "charge",
                "payment_method_details": {
                    "type": "card",
                    "card": {
                        "capture_before": self.capture_before,
                        "multicapture": {"status": "available" if self.in_parts else "unavailable"},
                    },
                },
            },
        }

    def intent_of(self, session_id: str) -> dict[str, Any]:
        """An intent as notices carry it: its charge by name only."""
        intent = self.intents[f"pi_{session_id}"]
        return {**intent, "latest_charge": intent["latest_charge"]["id"]}

    # What Stripe sends.

    def notice_for(
        self,
        session: dict[str, Any],
        *,
        kind: str = "checkout.session.completed",
        event_id: str = "evt_1",
        **changes: Any,
    ) -> bytes:
        event = {
            "id": event_id,
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "type": kind,
            "livemode": False,
            "pending_webhooks": 1,
            "data": {"object": dict(session)},
            **changes,
        }
        return json.dumps(event).encode()

    def dispute(
        self, session_id: str, *, amount: int, status: str = "needs_response", **changes: Any
    ) -> dict[str, Any]:
        """A dispute as its notices carry it."""
        return {
            "id": f"dp_{session_id}",
            "object": "dispute",
            "payment_intent": self.sessions[session_id]["payment_intent"],
            "charge": f"ch_{session_id}",
            "amount": amount,
            "currency": "eur",
            "reason": "product_not_received",
            "status": status,
            "evidence_details": {"due_by": 1795000000},
            "metadata": {},
            **changes,
        }

    # The API.

    def answer(self, *, method: str, path: str, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        parts = path.strip("/").split("/")[1:]
        if parts == ["checkout", "sessions"] and method == "POST":
            return 200, self._create_session(form)
        if parts[:2] == ["checkout", "sessions"] and len(parts) >= 3:
            return self._session(parts[2], verb=parts[3] if len(parts) > 3 else "", is_expanded="expand" in form)
        if parts[:1] == ["payment_intents"] and len(parts) == 3 and method == "POST":
            return self._intent(parts[1], verb=parts[2], form=form)
        if parts == ["checkout", "sessions"]:
            mine = [each for each in self.sessions.values() if each["payment_intent"] == form.get("payment_intent")]
            return 200, {"object": "list", "data": mine, "has_more": False, "url": "/v1/checkout/sessions"}
        if parts == ["refunds"] and method == "POST":
            return self._create_refund(form)
        return 404, _error("resource_missing", f"Unrecognized request URL ({method}: {path})")

    def _create_session(self, form: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        session_id = f"cs_test_{self._count}"
        price = form["line_items"]["0"]["price_data"]
        self.sessions[session_id] = {
            "id": session_id,
            "object": "checkout.session",
            "livemode": False,
            "mode": form["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": int(price["unit_amount"]),
            "currency": price["currency"],
            "client_reference_id": form["client_reference_id"],
            "metadata": form["metadata"],
            "payment_intent": None,
            "expires_at": int(form["expires_at"]),
            "locale": form["locale"],
            "customer_email": form["customer_email"],
            "success_url": form["success_url"],
            "cancel_url": form["cancel_url"],
            "url": f"{self.url}/pay/{session_id}",
        }
        if form.get("payment_intent_data", {}).get("capture_method") == "manual":
            self.later.add(session_id)
        return self.sessions[session_id]

    def _session(self, session_id: str, *, verb: str, is_expanded: bool) -> tuple[int, dict[str, Any]]:
        session = self.sessions.get(session_id)
        if session is None:
            return 404, _error("resource_missing", "No such checkout.session")
        if verb == "expire":
            if session["status"] != "open":
                return 400, _error("", "Only Checkout Sessions with a status in [open] can be expired.")
            self.expire(session_id)
        intent = self.intents.get(session["payment_intent"] or "")
        return 200, {**session, "payment_intent": intent} if is_expanded and intent else session

    def _intent(self, intent_id: str, *, verb: str, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        intent = self.intents.get(intent_id)
        if intent is None:
            return 404, _error("resource_missing", "No such payment_intent")
        if intent["status"] != "requires_capture":
            return 400, _error("payment_intent_unexpected_state", f"The PaymentIntent is {intent['status']}.")
        if verb == "cancel":
            intent.update(status="succeeded" if intent["amount_received"] else "canceled", amount_capturable=0)
            return 200, intent
        amount, is_final = int(form["amount_to_capture"]), form.get("final_capture", "true") == "true"
        if amount > intent["amount_capturable"] or (not is_final and not self.in_parts):
            return 400, _error("amount_too_large", "This cannot be captured.")
        intent["amount_received"] += amount
        intent["amount_capturable"] -= amount
        if is_final or not intent["amount_capturable"]:
            intent.update(status="succeeded", amount_capturable=0)
        return 200, intent

    def _create_refund(self, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        intent, amount = form["payment_intent"], int(form["amount"])
        session = next((each for each in self.sessions.values() if each["payment_intent"] == intent), None)
        if session is None:
            return 404, _error("resource_missing", "No such payment_intent")
        done = sum(each["amount"] for each in self.refunds.values() if each["payment_intent"] == intent)
        known = self.intents.get(intent)
        if done + amount > (known["amount_received"] if known else session["amount_total"]):
            return 400, _error("charge_already_refunded", "Charge has already been refunded.")
        refund_id = f"re_{len(self.refunds) + 1}"
        self.refunds[refund_id] = {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "payment_intent": intent,
            "status": "succeeded",
            "currency": session["currency"],
        }
        return 200, self.refunds[refund_id]

    def handle(
        self, *, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]] | None:
        """Answer one request; None: the connection breaks."""
        if self.delay_s:
            self._released.wait(self.delay_s)
        with self._lock:
            key = headers.get("idempotency-key", "")
            self.requests.append((method, urlsplit(path).path, key))
            self.headers.append(headers)
            if self.fail_before > 0:
                self.fail_before -= 1
                return 500, _error("", "An unknown error occurred")
            known = self._answers.get(key) if method == "POST" and key else None
            if known is not None:
                if known[0] != body:
                    return 400, _error("", "Keys for idempotent requests", kind="idempotency_error")
                status, answer = known[1], known[2]
            else:
                form = read_form(body or urlsplit(path).query)
                status, answer = self.answer(method=method, path=urlsplit(path).path, form=form)
                answer = dict(answer)
                if method == "POST" and key:
                    self._answers[key] = (body, status, answer)
            if self.lose and urlsplit(path).path.endswith(self.lose):
                self.lose = ""
                return None
            if self.fail_after > 0:
                self.fail_after -= 1
                return None
            return status, answer

    def _handler(fake) -> type[BaseHTTPRequestHandler]:  # noqa: N805 -- `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply("GET", "")

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self._reply("POST", self.rfile.read(length).decode())

            def _reply(self, method: str, body: str) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                found = fake.handle(method=method, path=self.path, body=body, headers=headers)
                if found is None:
                    self.close_connection = True
                    return
                payload = json.dumps(found[1]).encode()
                self.send_response(found[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_args: Any) -> None:
                """Keep the test's output clean."""

        return Handler


def sign(body: bytes, *, secret: str, at: float) -> str:
    """Sign a notice with the SDK's own scheme."""
    return stripe.WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=int(at))


def _error(code: str, message: str, *, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"type": kind, "code": code or None, "message": message}}
