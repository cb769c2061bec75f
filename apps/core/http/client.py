"""Calls to foreign systems. See the package's docstring."""

import json as jsonlib
import random
import re
import threading
import time
from collections.abc import Container, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import structlog
from django.conf import settings

from apps.core import clock
from apps.core.errors import Final, TryAgain
from apps.core.http import addresses, breaker, wire
from apps.core.http.wire import Timeouts
from apps.core.trace import current_request_id

logger = structlog.get_logger(__name__)

MAX_BYTES = 2_000_000
ATTEMPTS = 3
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
SUCCESS = range(200, 300)
STRANGER = "web"
_TOKEN = re.compile(r"[!-~]+")
_PATH = re.compile(r"/[!-~]*")


@dataclass(frozen=True, kw_only=True)
class Response:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    system: str

    @property
    def text(self) -> str:
        """The body as UTF-8. Raises Final when it is not."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise Final("the answer is not UTF-8", system=self.system, status=self.status) from error

    def json(self) -> Any:  # noqa: ANN401 -- JSON is what the other side says it is
        """Return the body's JSON value. Raises Final when it is none."""
        try:
            return jsonlib.loads(self.text)
        except ValueError as error:
            raise Final("the answer is not JSON", system=self.system, status=self.status) from error


def request(
    *,
    system: str,
    path: str,
    method: str = "GET",
    query: Mapping[str, str] | None = None,
    json: object = None,
    form: Mapping[str, str] | None = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    idempotency_key: str = "",
    expect: Container[int] = SUCCESS,
    timeouts: Timeouts | None = None,
    max_bytes: int = MAX_BYTES,
) -> Response:
    """
    Call a system whose base URL is in `settings.OUTBOUND_SYSTEMS`; return its answer when its status is in `expect`.

    path: absolute, below the base URL. One of json, form, content at most. idempotency_key: sent as Idempotency-Key,
    and allows a POST to be repeated; GET, PUT and DELETE are repeated without, up to 3 times in timeouts.total_s.
    Redirects are never followed. Call outside any transaction: it may take timeouts.total_s seconds.
    Raises TryAgain (not reached, too slow, 5xx, 408, 429, circuit open) or Final (any other status, too large, refused
    address, not configured); with TryAgain the effect may have happened or not.
    """
    base = _base(system)
    if not _PATH.fullmatch(path) or ".." in path or path.startswith("//"):
        raise Final(f"{path!r} is not a path below the base URL", system=system)
    url = urlsplit(f"{base.geturl().rstrip('/')}{path}{'?' + urlencode(query) if query else ''}")
    content, kind = _encoded(json=json, form=form, content=content)
    return _call(
        system=system,
        method=method.upper(),
        url=url,
        body=content,
        headers=_headers(kind=kind, idempotency_key=idempotency_key, given=headers),
        repeatable=method.upper() in IDEMPOTENT or bool(idempotency_key),
        # Whoever configured the address meant it, also when it is in the house's own network.
        private_allowed=True,
        expect=expect,
        timeouts=timeouts or Timeouts(),
        max_bytes=max_bytes,
    )


def fetch(
    *,
    url: str,
    system: str = STRANGER,
    method: str = "GET",
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    idempotency_key: str = "",
    timeouts: Timeouts | None = None,
    max_bytes: int = MAX_BYTES,
) -> Response:
    """
    Call an address a stranger gave us (a picture to import, a webhook to send): http or https on its usual port, public
    addresses only, no credentials in it, no redirects. Limits and errors as in `request`; the breaker is per host.
    """
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and parts.hostname and parts.port in {None, 80, 443}
    except ValueError:
        fits = False
    if not fits or "@" in parts.netloc or not _TOKEN.fullmatch(url):
        raise Final("only plain http and https addresses are called", system=system)
    return _call(
        system=f"{system}:{parts.hostname}",
        method=method.upper(),
        url=parts,
        body=content,
        headers=_headers(kind="", idempotency_key=idempotency_key, given=headers),
        repeatable=method.upper() in IDEMPOTENT or bool(idempotency_key),
        private_allowed=False,
        expect=SUCCESS,
        timeouts=timeouts or Timeouts(),
        max_bytes=max_bytes,
    )


def _call(
    *,
    system: str,
    method: str,
    url: SplitResult,
    body: bytes | None,
    headers: dict[str, str],
    repeatable: bool,
    private_allowed: bool,
    expect: Container[int],
    timeouts: Timeouts,
    max_bytes: int,
) -> Response:
    started = time.monotonic()
    end = started + timeouts.total_s
    for attempt in range(1, ATTEMPTS + 1):
        breaker.enter(system=system)
        status: int | None = None
        try:
            found = addresses.resolve(
                host=url.hostname or "",
                port=url.port or 0,
                system=system,
                timeout_s=timeouts.connect_s,
                private_allowed=private_allowed,
            )
            received = wire.exchange(
                wire.Exchange(
                    system=system,
                    method=method,
                    url=url,
                    addresses=found,
                    target=(url.path or "/") + (f"?{url.query}" if url.query else ""),
                    headers=headers,
                    body=body,
                    timeouts=timeouts,
                    end=end,
                    max_bytes=max_bytes,
                )
            )
            status = received.status
            response = _judged(received, system=system, expect=expect)
        except TryAgain as error:
            # A system that says "slow down" is alive; everything else of this kind counts against it.
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                breaker.succeeded(system=system)
            else:
                breaker.failed(system=system)
            if attempt == ATTEMPTS or not repeatable or error.retry_after or not _paused(attempt=attempt, end=end):
                raise
        except Final:
            if status is not None:
                breaker.succeeded(system=system)
            raise
        else:
            breaker.succeeded(system=system)
            return response
        finally:
            logger.info(
                "outbound",
                system=system,
                method=method,
                status=status,
                attempt=attempt,
                ms=round((time.monotonic() - started) * 1000),
            )
    raise AssertionError("unreachable: the last attempt returns or raises")


def _judged(received: wire.Received, *, system: str, expect: Container[int]) -> Response:
    status = received.status
    if status in expect:
        return Response(status=status, headers=received.headers, body=received.body, system=system)
    if status in TEMPORARY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait_s = _retry_after(received.headers.get("retry-after", ""))
        raise TryAgain(f"answered {status}", system=system, status=status, retry_after=wait_s)
    redirect = " (redirects are not followed)" if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST else ""
    raise Final(f"answered {status}{redirect}", system=system, status=status)


def _base(system: str) -> SplitResult:
    configured: Mapping[str, str] = settings.OUTBOUND_SYSTEMS
    base = urlsplit(configured.get(system, ""))
    if base.scheme not in {"http", "https"} or not base.hostname:
        raise Final("no base URL is configured", system=system)
    return base


def _encoded(*, json: object, form: Mapping[str, str] | None, content: bytes | None) -> tuple[bytes | None, str]:
    if json is not None:
        return jsonlib.dumps(json, separators=(",", ":")).encode(), "application/json"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return content, ""


def _headers(*, kind: str, idempotency_key: str, given: Mapping[str, str] | None) -> dict[str, str]:
    own = {"User-Agent": "Halles", "Accept-Encoding": "identity", "Connection": "close"}
    if kind:
        own["Content-Type"] = kind
    if idempotency_key:
        own["Idempotency-Key"] = idempotency_key
    request_id = current_request_id()
    if request_id:
        own["X-Request-ID"] = request_id
    return own | dict(given or {})


def _paused(*, attempt: int, end: float) -> bool:
    """Wait a little before the next attempt; return False when there is no time left for one."""
    pause_s = random.uniform(0.05, 0.2) * 2 ** (attempt - 1)  # noqa: S311 -- spreads load, hides nothing
    if time.monotonic() + pause_s >= end:
        return False
    threading.Event().wait(pause_s)
    return True


def _retry_after(value: str) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - clock.now()).total_seconds(), 0.0) if value else None
    except (TypeError, ValueError):
        return None
