"""A way to a database that takes longer: a TCP proxy of this machine that holds back what is asked."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from config.embedded import ports

CHUNK = 65_536


class Delay:
    """Listens on a port of its own and passes everything on to `target`, `delay_ms` later on the way there."""

    def __init__(self, *, target: int, delay_ms: float) -> None:
        self.target = target
        self.delay_s = delay_ms / 1000
        self._server = socket.create_server((ports.HOST, 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections; those there are end with their sides."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((ports.HOST, self.target), timeout=5)
            except OSError:
                client.close()
                continue
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                each.settimeout(None)
            threading.Thread(target=self._pump, args=(client, server, self.delay_s), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, 0.0), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket, delay_s: float) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if delay_s:
                    time.sleep(delay_s)
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
