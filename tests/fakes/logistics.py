"""The simulator of a logistics partner in a thread, for tests: the same code the demo runs as a process."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apps.orders.logistics.simulator import Partner, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "a-secret-of-the-tests"


@contextmanager
def partner_server(*, callback: str = "") -> Iterator[tuple[Partner, str]]:
    """Run a partner for the time of a block; give its books and its address."""
    partner = Partner(callback=callback, secret=SECRET)
    server = serve(partner=partner, port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield partner, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
