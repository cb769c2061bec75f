"""
A logistics partner to try the shop with: a process of its own that speaks the contract over HTTP.

    python -m apps.orders.logistics.simulator --port 8003 --callback http://127.0.0.1:8000/webhooks/logistics/ --auto 5

It keeps orders in memory, acknowledges and ships them by itself with --auto SECONDS, or when it is told to:
POST /_simulator/orders/KEY with a report, POST /_simulator/faults with {"fault": times} for what partners do wrong:
away (503 before anything), broken (500 after the work), slow (seconds before answers), lost, doubled, forged reports.
The secret is read from LOGISTICS_SECRET.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

SIGNATURE = "X-Halles-Signature"
TRIES = 5
MAX_BODY = 1_000_000


@dataclass
class Partner:
    """The partner's books and its faults. `lock` guards them all."""

    callback: str
    secret: str
    auto_s: float = 0.0
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    stock: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: dict[str, float] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, name: str) -> float:
        """Whether a fault is to happen now; each time counts one off."""
        with self.lock:
            left = self.faults.get(name, 0)
            if left > 0 and name != "slow":
                self.faults[name] = left - 1
            return left

    def accept(self, order: dict[str, Any]) -> dict[str, Any]:
        """Take an order, once per key."""
        with self.lock:
            known = self.orders.get(order["key"])
            if known is None:
                number = len(self.orders) + 1
                known = self.orders[order["key"]] = {
                    "reference": f"P-{number:06d}", "order": order, "events": [], "state": "accepted",
                }  # fmt: skip
                if self.auto_s:
                    threading.Thread(target=self._work, args=(order["key"],), daemon=True).start()
        return {"reference": known["reference"]}

    def cancel(self, key: str) -> bool:
        """Stop an order that has not left."""
        with self.lock:
            known = self.orders.get(key)
            if known is None or known["state"] == "shipped":
                return False
            known["state"] = "cancelled"
        self.report(key, {"kind": "cancelled"})
        return True

    def report(self, key: str, said: dict[str, Any]) -> dict[str, Any]:
        """Write something that happened and tell the shop of it."""
        with self.lock:
            known = self.orders[key]
            event = {"event_id": f"{known['reference']}-{len(known['events']) + 1}", "key": key, **said}
            known["events"].append(event)
            if said["kind"] == "shipped":
                known["state"] = "shipped"
        threading.Thread(target=self._tell, args=(event,), daemon=True).start()
        return event

    def _work(self, key: str) -> None:
        time.sleep(self.auto_s)
        if self.orders[key]["state"] == "accepted":
            self.report(key, {"kind": "acknowledged"})
        time.sleep(self.auto_s)
        if self.orders[key]["state"] == "accepted":
            code = self.orders[key]["reference"]
            self.report(key, {"kind": "shipped", "carrier": "Demo Post", "tracking_code": code})

    def _tell(self, event: dict[str, Any]) -> None:
        if not self.callback or self.fault("lost"):
            return
        secret = "forged" if self.fault("forged") else self.secret
        for _ in range(2 if self.fault("doubled") else 1):
            self._post(json.dumps(event, sort_keys=True).encode(), secret=secret)

    def _post(self, body: bytes, *, secret: str) -> None:
        """Tell the shop, again and again when it asks for that."""
        for attempt in range(TRIES):
            stamp = str(int(time.time()))
            mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers = {SIGNATURE: f"{stamp}.{mac}", "Content-Type": "application/json"}
            request = urllib.request.Request(self.callback, data=body, headers=headers, method="POST")  # noqa: S310 -- the address it was started with
            try:
                with urllib.request.urlopen(request, timeout=10):  # noqa: S310 -- as above
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500:  # noqa: PLR2004 -- the shop's no, which repeating does not change
                    return
            except OSError:
                pass
            time.sleep(0.2 * 2**attempt)


class Answers(BaseHTTPRequestHandler):
    """Answers for the partner a server belongs to."""

    partner: Partner
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Keep quiet: the books say what was asked."""

    def do_GET(self) -> None:
        """Answer what is asked."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Do what is asked."""
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(min(length, MAX_BODY)))

    def _answer(self, body: bytes) -> None:
        parts = [unquote(part) for part in self.path.split("?")[0].strip("/").split("/")]
        if parts[0] == "_simulator":
            return self._control(parts[1:], body)
        self.partner.calls.append(f"{self.command} {self.path}")
        time.sleep(self.partner.fault("slow"))
        if self.partner.fault("away"):
            return self._say(503, {"error": "away"})
        if not self._is_signed(body):
            return self._say(401, {"error": "signature"})
        status, answer = self._work(parts, body)
        return self._say(500, {"error": "broken"}) if self.partner.fault("broken") else self._say(status, answer)

    def _work(self, parts: list[str], body: bytes) -> tuple[int, object]:
        match (self.command, *parts):
            case ("POST", "orders"):
                return 200, self.partner.accept(json.loads(body))
            case ("POST", "orders", key, "cancel") if key in self.partner.orders:
                return (200, {"stopped": True}) if self.partner.cancel(key) else (409, {"stopped": False})
            case ("GET", "orders", key) if key in self.partner.orders:
                known = self.partner.orders[key]
                return 200, {"reference": known["reference"], "events": known["events"]}
            case ("GET", "stock", location):
                lines = self.partner.stock.get(location, {})
                return 200, {"lines": [{"sku": sku, "on_hand": units} for sku, units in lines.items()]}
        return 404, {"error": "not found"}

    def _control(self, parts: list[str], body: bytes) -> None:
        said = json.loads(body or b"{}")
        match (self.command, *parts):
            case ("POST", "faults"):
                with self.partner.lock:
                    self.partner.faults = {name: float(times) for name, times in said.items()}
                return self._say(200, said)
            case ("POST", "orders", key) if key in self.partner.orders:
                return self._say(200, self.partner.report(key, said))
            case ("POST", "stock", location):
                self.partner.stock[location] = {sku: int(units) for sku, units in said.items()}
                return self._say(200, said)
            case ("GET", "books"):
                return self._say(200, {"orders": self.partner.orders, "calls": self.partner.calls})
        return self._say(404, {"error": "not found"})

    def _is_signed(self, body: bytes) -> bool:
        signed = body or self.path.encode()
        stamp, _dot, signature = self.headers.get(SIGNATURE, "").partition(".")
        mac = hmac.new(self.partner.secret.encode(), stamp.encode() + b"." + signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(signature.encode(), mac.encode())

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(*, partner: Partner, port: int) -> ThreadingHTTPServer:
    """Return a server of a partner on a port of this machine alone; port 0 takes a free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("PartnerAnswers", (Answers,), {"partner": partner}))
    server.daemon_threads = True
    return server


def main() -> None:
    """Run until it is told to stop."""
    parser = argparse.ArgumentParser(description="A logistics partner to try the shop with.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--callback", default="")
    parser.add_argument("--auto", type=float, default=0.0)
    asked = parser.parse_args()
    partner = Partner(callback=asked.callback, secret=os.environ.get("LOGISTICS_SECRET", ""), auto_s=asked.auto)
    server = serve(partner=partner, port=asked.port)
    print(f"logistics simulator on port {server.server_address[1]}", flush=True)  # noqa: T201 -- says where it listens
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
