"""The PostgreSQL, Valkey and web servers of a run. All end by their own process id, also when the run is killed."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench import machine
from config.embedded import ports
from config.embedded.postgres import Cluster
from config.embedded.processes import spawn, wait_until
from config.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
BLOCKING_THREADS = 2  # as in the Procfile
START_S = 60
PRELOAD = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"
_COUNT = """
SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE toplevel AND query !~* '^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|DEALLOCATE)( |$)'
"""


class BenchError(Exception):
    """The benchmark cannot go on; the text says why."""


@dataclass
class Services:
    """PostgreSQL with statement statistics, and Valkey, in one temporary folder that goes away at the end."""

    folder: Path = field(init=False)
    cluster: Cluster = field(init=False)
    valkey: Valkey = field(init=False)

    def start(self) -> None:
        """Start both. Raises ServiceError."""
        self.folder = Path(tempfile.mkdtemp(prefix="halles-bench-"))
        # Root's PostgreSQL runs as someone else, who must be able to pass.
        self.folder.chmod(0o711)
        password = secrets.token_hex(16)
        self.cluster = Cluster(folder=self.folder / "postgres", port=ports.unused_port(), password=password)
        self.cluster.start()
        self.execute(PRELOAD)
        self.execute("ALTER SYSTEM SET pg_stat_statements.max = 10000")
        self.cluster.stop()
        self.cluster.start()
        self.execute("CREATE EXTENSION pg_stat_statements")
        self.valkey = Valkey(folder=self.folder / "valkey", port=ports.unused_port(), password=password)
        self.valkey.start()

    def stop(self) -> None:
        """End both and remove the folder. Safe after a start that failed half way."""
        for name in ("valkey", "cluster"):
            service = getattr(self, name, None)
            if service is not None:
                service.stop()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, sql: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement outside any transaction and return its rows."""
        with psycopg.connect(self.cluster.url(database=database), autocommit=True) as connection:
            answer = connection.execute(sql)  # type: ignore[arg-type] # statements of our own
            return answer.fetchall() if answer.description else []

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Make a database, empty or a copy of a template nobody is connected to."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))

    def forget_statements(self) -> None:
        """Start counting statements anew."""
        self.execute("SELECT pg_stat_statements_reset()")

    def statements(self, *, database: str) -> int:
        """How many statements ran in a database since, without the beginnings and ends of transactions."""
        rows = self.execute(f"{_COUNT} AND d.datname = '{database}'")
        return int(rows[0][0])  # type: ignore[call-overload] # a sum

    def postgres_ms(self) -> float:
        """CPU milliseconds all of PostgreSQL has used so far."""
        assert self.cluster.process is not None  # noqa: S101 -- started
        # Root's PostgreSQL may stand below a wrapper that became it; either way the tree holds all of it.
        return machine.cpu_ms(self.cluster.process.pid)

    def flush_cache(self) -> None:
        """Empty Valkey, as if it had just started."""
        import redis

        redis.Redis.from_url(self.valkey.url(database=0)).flushall()


@dataclass
class Server:
    """One shop behind granian with two workers."""

    name: str
    target: str
    environment: Mapping[str, str]
    folder: Path
    log: Path
    threads: int = BLOCKING_THREADS
    port: int = field(default_factory=ports.unused_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """Where it answers."""
        return f"{ports.HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The process above its workers."""
        assert self.process is not None  # noqa: S101 -- started
        return self.process.pid

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises BenchError with its last words."""
        command = [
            str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", ports.HOST,
            "--port", str(self.port), "--workers", str(WORKERS), "--blocking-threads", str(self.threads), "--no-ws",
            "--workers-kill-timeout", "10", "--log-level", "warning", self.target,
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = spawn(command, env=dict(self.environment), cwd=self.folder, output=log)
        process = self.process
        wait_until(lambda: process.poll() is not None or not ports.is_free(self.port), timeout_s=START_S, pause_s=0.1)
        if process.poll() is not None or ports.is_free(self.port):
            raise BenchError(f"{self.name} does not start: {self.log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.5)

    def stop(self) -> None:
        """End it with its workers."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            for pid in machine.tree(self.process.pid):
                os.kill(pid, 9)
            self.process.wait(timeout=10)
        self.process = None


def run(command: Sequence[str], *, environment: Mapping[str, str], folder: Path, what: str) -> str:
    """Run a command of ours to its end and return what it printed. Raises BenchError with its last words."""
    done = subprocess.run(
        [sys.executable, *command], env=dict(environment), cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchError(f"{what} failed:\n{done.stderr[-3000:]}\n{done.stdout[-500:]}")
    return done.stdout
