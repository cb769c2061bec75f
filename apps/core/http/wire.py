"""One HTTP exchange with one address, within its time and size limits."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult

from apps.core.errors import Final, TryAgain

CHUNK = 65_536
_TLS = ssl.create_default_context()
_TLS.minimum_version = ssl.TLSVersion.TLSv1_2


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """In seconds: to connect, between two reads, and for everything together."""

    connect_s: float = 2.0
    read_s: float = 5.0
    total_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What is sent where. `addresses` were checked; `url` gives host name, port and TLS name."""

    system: str
    method: str
    url: SplitResult
    addresses: list[str]
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    timeouts: Timeouts
    end: float
    max_bytes: int


@dataclass(frozen=True, kw_only=True)
class Received:
    """Status, headers (names in lower case, of repeated ones the last) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(call: Exchange) -> Received:
    """
    Send and receive once. Raises TryAgain when the other side cannot be reached, breaks off or takes too long, Final
    when the answer is larger than max_bytes, compressed, or the certificate does not fit.
    """
    connection = _connect(call)
    # A read limit alone lets a slow sender drip for ever; at the deadline the socket is closed under the reader.
    watchdog = threading.Timer(_left(call), _hang_up, [connection.sock])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(call.method, call.target, body=call.body, headers=dict(call.headers))
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Final("the answer is compressed, which was not asked for", system=call.system)
        body = _read(call, response)
        # Hung up by the watchdog, a half-read answer looks like a short one.
        _left(call)
        return Received(status=response.status, headers=headers, body=body)
    except TimeoutError as error:
        raise TryAgain("no answer in time", system=call.system) from error
    except (OSError, http.client.HTTPException) as error:
        reason = "no answer in time" if time.monotonic() >= call.end else "the connection broke"
        raise TryAgain(reason, system=call.system) from error
    finally:
        watchdog.cancel()
        connection.close()


def _connect(call: Exchange) -> http.client.HTTPConnection:
    failure: OSError | None = None
    port = call.url.port or (443 if call.url.scheme == "https" else 80)
    for address in call.addresses:
        try:
            timeout_s = min(call.timeouts.connect_s, _left(call))
            plain = socket.create_connection((address, port), timeout=timeout_s)
        except OSError as error:
            failure = error
            continue
        return _wrapped(call, plain, port)
    raise TryAgain("cannot connect", system=call.system) from failure


def _wrapped(call: Exchange, plain: socket.socket, port: int) -> http.client.HTTPConnection:
    host = call.url.hostname or ""
    connection = http.client.HTTPConnection(host, port)
    try:
        if call.url.scheme == "https":
            connection.sock = _TLS.wrap_socket(plain, server_hostname=host)
        else:
            connection.sock = plain
        connection.sock.settimeout(call.timeouts.read_s)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise Final("the certificate does not fit", system=call.system) from error
    except OSError as error:
        plain.close()
        raise TryAgain("the TLS handshake failed", system=call.system) from error
    return connection


def _read(call: Exchange, response: http.client.HTTPResponse) -> bytes:
    received = bytearray()
    while chunk := response.read1(CHUNK):
        received += chunk
        if len(received) > call.max_bytes:
            raise Final(f"the answer is larger than {call.max_bytes} bytes", system=call.system)
    announced = response.length
    if announced:
        raise TryAgain("the answer was cut short", system=call.system)
    return bytes(received)


def _left(call: Exchange) -> float:
    left = call.end - time.monotonic()
    if left <= 0:
        raise TryAgain("no answer in time", system=call.system)
    return left


def _hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # Closed meanwhile: there is nobody left to interrupt.
        return
