"""One Valkey server of our own on 127.0.0.1: broker, cache and nothing that must survive."""

from __future__ import annotations

import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.embedded import binaries, ports
from config.embedded.errors import ServiceError
from config.embedded.processes import spawn, wait_until

START_S = 15.0


@dataclass(kw_only=True)
class Valkey:
    """A memory-only server. folder: its configuration and log, made when missing. password: asked of every client."""

    folder: Path
    port: int
    password: str
    program: Path = field(default_factory=binaries.valkey_server)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """Everything the server said."""
        return self.folder / "valkey.log"

    def url(self, *, database: int) -> str:
        """Return the REDIS_URL of one of its numbered databases."""
        return f"redis://:{quote(self.password)}@{ports.HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and return when it answers. Safe to repeat after it died. Raises ServiceError."""
        if not ports.is_free(self.port):
            raise ServiceError(f"Port {self.port} is busy, and Valkey needs it. Set PORT to move all ports.")
        configuration = self._write_configuration()
        with self.log.open("ab") as log:
            process = spawn([self.program, configuration], cwd=self.folder, output=log)
        answered = wait_until(lambda: process.poll() is not None or self._answers(), timeout_s=START_S)
        if process.poll() is not None or not answered:
            process.kill()
            process.wait()
            raise ServiceError(f"Valkey does not start: {self._last_words()} (all of it: {self.log})")
        self.process = process

    def stop(self) -> None:
        """End the server and wait for it. Does nothing when it is not running."""
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _write_configuration(self) -> Path:
        # A file and not arguments: the password must not show in the process list.
        configuration = self.folder / "valkey.conf"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            configuration.touch(mode=0o600)
            configuration.write_text(
                f"bind {ports.HOST}\nport {self.port}\nrequirepass {self.password}\n"
                'save ""\nappendonly no\ndatabases 64\nmaxmemory-policy noeviction\n',
            )
        except OSError as error:
            raise ServiceError(f"Cannot write {configuration}: {error.strerror}.") from error
        return configuration

    def _answers(self) -> bool:
        try:
            with socket.create_connection((ports.HOST, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+OK" in connection.recv(64)
        except OSError:
            return False

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return (lines or ["it said nothing"])[-1].strip()
