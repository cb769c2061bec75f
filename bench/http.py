"""A small HTTP client: one kept connection with cookies for flows, and eight of them at once for load."""

from __future__ import annotations

import asyncio
import http.client
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TIMEOUT_S = 60


class UnexpectedAnswerError(Exception):
    """A page of the run answered with something else than it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    @property
    def token(self) -> str:
        """The token of the page's forms. Raises UnexpectedAnswerError when it has none."""
        return self.field("csrfmiddlewaretoken")

    def field(self, name: str) -> str:
        """The value of a hidden field. Raises UnexpectedAnswerError when there is none of that name."""
        found = re.search(rf'name="{re.escape(name)}"[^>]*?value="([^"]*)"', self.text)
        if found is None:
            raise UnexpectedAnswerError(f"no field {name} on the page")
        return found.group(1)


@dataclass
class Visitor:
    """A browser without a screen: one connection, its cookies, redirects only when asked for."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    steps: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_S)

    def get(self, path: str, *, expect: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page. Raises UnexpectedAnswerError for another status."""
        return self._ask("GET", path, None, expect, headers)

    def post(
        self, path: str, data: Mapping[str, str] | bytes, *, expect: int = 302, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a form. Raises UnexpectedAnswerError for another status."""
        return self._ask("POST", path, data, expect, headers)

    def press(self, path: str, data: Mapping[str, str]) -> str:
        """Send a form whatever it is answered; return the status, with where a redirect leads."""
        self._connection.request("POST", path, body=urlencode(data).encode(), headers=self._headers(is_form=True))
        response = self._connection.getresponse()
        response.read()
        target = urlsplit(response.headers.get("Location", "")).path
        return f"{response.status}{' to ' + '/'.join(target.split('/')[:3]) if target else ''}"

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _headers(self, *, is_form: bool) -> dict[str, str]:
        sent = {"Host": self.host, "Sec-Fetch-Site": "same-origin", "Origin": f"http://{self.host}"}
        if is_form:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return sent

    def _ask(
        self,
        method: str,
        path: str,
        data: Mapping[str, str] | bytes | None,
        expect: int,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        parts = urlsplit(path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = data if isinstance(data, bytes) or data is None else urlencode(data).encode()
        sent = self._headers(is_form=body is not None and not isinstance(data, bytes))
        started = time.perf_counter()
        self._connection.request(method, target, body=body, headers=sent | dict(headers or {}))
        response = self._connection.getresponse()
        read = response.read()
        self.steps.append((f"{method} {parts.path}", time.perf_counter() - started))
        self.requests += 1
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"') if value != '""' else ""
        if response.status != expect:
            said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", read.decode(errors="replace")))[:300]
            raise UnexpectedAnswerError(
                f"{method} {target} answered {response.status}, expected {expect}; "
                f"location {response.headers.get('Location', '-')}; {said}"
            )
        return Answer(response.status, response.headers, read)


@dataclass(frozen=True, slots=True)
class Load:
    """What a loaded stretch gave: seconds it took and each answer's latency in seconds."""

    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds


def load(*, host: str, paths: Sequence[str], connections: int, seconds: float) -> Load:
    """
    Ask for the paths in turn over so many kept connections for so long; every answer must be a 200.

    Each connection finishes what it began, so slow pages give whole answers, not half ones.
    """
    return asyncio.run(_load(host, paths, connections, seconds))


async def _load(host: str, paths: Sequence[str], connections: int, seconds: float) -> Load:
    latencies: list[float] = []
    started = time.perf_counter()
    until = started + seconds

    async def one(number: int) -> None:
        name, _, port = host.partition(":")
        reader, writer = await asyncio.open_connection(name, int(port))
        turn = number
        try:
            while time.perf_counter() < until:
                path = paths[turn % len(paths)]
                turn += connections
                before = time.perf_counter()
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                await _read(reader, path)
                latencies.append(time.perf_counter() - before)
        finally:
            writer.close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    return Load(time.perf_counter() - started, latencies)


async def _read(reader: asyncio.StreamReader, path: str) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    if status not in {200, 302}:
        raise UnexpectedAnswerError(f"{path} answered {status} under load")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    if length:
        await reader.readexactly(int(length.group(1)))
        return
    while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
        await reader.readexactly(size + 2)
    await reader.readuntil(b"\r\n")
