"""A PostgreSQL and a Valkey that live as long as one test run."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded import ports
from config.embedded.errors import ServiceError
from config.embedded.postgres import Cluster
from config.embedded.processes import command_line, is_alive, stop_pid
from config.embedded.valkey import Valkey

PREFIX = "halles-throwaway-"
ATTEMPTS = 5
BEING_MADE_S = 60


@dataclass(kw_only=True)
class Throwaway:
    """Both services in one temporary folder, on ports nobody used."""

    folder: Path
    cluster: Cluster
    valkey: Valkey
    lock: IO[bytes]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead to these services."""
        return {"DATABASE_URL": self.cluster.url(database="postgres"), "REDIS_URL": self.valkey.url(database=0)}

    def stop(self) -> None:
        """End both services and remove their folder."""
        self.valkey.stop()
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


def start(*, within: Path | None = None) -> Throwaway:
    """
    Start both services in a new temporary folder (below `within`, else the system's) and return them.

    What an earlier run left behind after `kill -9` is removed first. Raises ServiceError.
    """
    base = Path(tempfile.gettempdir()) if within is None else within
    remove_leftovers(within=base)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    # Root's PostgreSQL runs as someone else, who must be able to pass.
    folder.chmod(0o711)
    lock = (folder / "lock").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    password = secrets.token_hex(16)
    try:
        cluster = _start_cluster(folder=folder / "postgres", password=password)
        try:
            valkey = _start_valkey(folder=folder / "valkey", password=password)
        except BaseException:
            cluster.stop()
            raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()
        raise
    return Throwaway(folder=folder, cluster=cluster, valkey=valkey, lock=lock)


def remove_leftovers(*, within: Path) -> int:
    """Remove the folders of runs that ended without cleaning up, and return how many there were."""
    removed = 0
    for folder in within.glob(f"{PREFIX}*"):
        try:
            is_ours = folder.stat().st_uid == os.geteuid() and _is_abandoned(folder)
        except FileNotFoundError:
            continue  # another run removed it between two looks
        if not is_ours:
            continue
        _stop_postmaster(folder / "postgres" / "data")
        shutil.rmtree(folder, ignore_errors=True)
        removed += 1
    return removed


def _is_abandoned(folder: Path) -> bool:
    # A young folder may be one that is made right now and whose lock is not yet taken.
    if time.time() - folder.stat().st_mtime < BEING_MADE_S:
        return False
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        # The run died between making its folder and its lock; an empty folder that is old belongs to nobody.
        return not any(folder.iterdir())
    except BlockingIOError:
        return False
    return True


def _stop_postmaster(data: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        if is_alive(pid) and str(data) in command_line(pid):
            stop_pid(pid, signals=(signal.SIGQUIT, signal.SIGKILL))


def _start_cluster(*, folder: Path, password: str) -> Cluster:
    for attempt in range(ATTEMPTS):
        cluster = Cluster(folder=folder, port=ports.unused_port(), password=password, throwaway=True)
        try:
            cluster.start()
        except ServiceError:
            # Somebody took the port between the look and the start.
            if attempt == ATTEMPTS - 1 or ports.is_free(cluster.port):
                raise
            continue
        return cluster
    raise AssertionError("unreachable")


def _start_valkey(*, folder: Path, password: str) -> Valkey:
    for attempt in range(ATTEMPTS):
        valkey = Valkey(folder=folder, port=ports.unused_port(), password=password)
        try:
            valkey.start()
        except ServiceError:
            if attempt == ATTEMPTS - 1 or ports.is_free(valkey.port):
                raise
            continue
        return valkey
    raise AssertionError("unreachable")
