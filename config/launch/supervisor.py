"""
Keeps the processes of a run alive and ends them together.

A process that ends is named and started again after a pause that doubles; one that ends five times within a minute
stops everything, because it will not get better by itself. Output is labelled line by line. One thread only: the
kernel ties "end with the parent" to the thread that started the child.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from config.embedded.errors import ServiceError
from config.embedded.processes import is_alive, spawn, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TICK_S = 0.2
PATIENCE_S = 8.0
CRASHES_ALLOWED = 5
CRASH_WINDOW_S = 60.0
LONGEST_PAUSE_S = 8.0
HEAD_START_S = 12.0
MARK = "HALLES_LAUNCHED_FROM"


class Restartable(Protocol):
    """A service the supervisor watches too."""

    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...


@dataclass(kw_only=True)
class Child:
    """One line of the Procfile and its life so far."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    restart_at: float = 0.0
    crashes: deque[float] = field(default_factory=deque)
    pending: bytes = b""


class Supervisor:
    """
    Starts, watches, restarts and ends. `say` gets (name, line) of everything told.

    The first command has the machine to itself until `open_for_all` or for HEAD_START_S, whichever is sooner: on two
    cores four processes that load at once all take twice as long, and a person waits for the first page alone.
    """

    def __init__(
        self,
        *,
        commands: Mapping[str, Sequence[str]],
        services: Mapping[str, Restartable],
        environ: Mapping[str, str],
        root: Path,
        say: Callable[[str, str], None],
    ) -> None:
        self.children = [Child(name=name, argv=argv) for name, argv in commands.items()]
        self.service_crashes = {name: Child(name=name, argv=()) for name in services}
        self.services = services
        self.environ = {**environ, MARK: str(root)}
        self.root = root
        self.say = say
        self.stopping = False
        self.selector = selectors.DefaultSelector()
        self.parent = os.getppid()

    def run(self, *, each_tick: Callable[[], None]) -> None:
        """Keep everything running until a signal comes or the parent (make) is gone. Raises ServiceError."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            self._start(self.children[0])
            for child in self.children[1:]:
                child.restart_at = time.monotonic() + HEAD_START_S
            while not self.stopping and os.getppid() == self.parent:
                self._relay_output(timeout_s=TICK_S)
                self._look_after_all()
                each_tick()
        finally:
            self.stop()

    def open_for_all(self) -> None:
        """Start what still waits for the first command; does nothing when nothing does."""
        for child in self.children:
            if child.process is None and not child.crashes:
                child.restart_at = 0.0

    def stop(self) -> None:
        """Ask every process to end, wait for them, and kill the groups of those that do not."""
        alive = [child for child in self.children if child.process is not None]
        for child in alive:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        while any(child.process.poll() is None for child in alive if child.process) and time.monotonic() < deadline:
            self._relay_output(timeout_s=0.05)
        for child in alive:
            _kill_group(child)
        self._relay_output(timeout_s=0)

    def _ask_to_stop(self, number: int, frame: object) -> None:  # noqa: ARG002 -- a signal handler's signature
        if self.stopping:  # Asked twice: at once.
            for child in self.children:
                _kill_group(child)
        self.stopping = True

    def _start(self, child: Child) -> None:
        try:
            child.process = spawn(child.argv, env=self.environ, cwd=self.root, output=subprocess.PIPE)
        except FileNotFoundError:
            raise ServiceError(f"{child.name}: the program {child.argv[0]} is not installed.") from None
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _look_after_all(self) -> None:
        if self.stopping:  # What ends now was asked to: it is neither a crash nor started again.
            return
        self._look_after_services()
        for child in self.children:
            self._look_after(child)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._start(child)
            return
        if child.process.poll() is None:
            return
        how = _how_it_ended(child.process.returncode)
        # Workers it left behind would hold the port, or take tasks in its name.
        _kill_group(child)
        self._forget_output(child)
        child.process = None
        pause_s = self._count_crash(child, how=how)
        child.restart_at = now + pause_s
        self.say("run", f"{child.name} ended ({how}); starting it again in {pause_s:g} s")

    def _look_after_services(self) -> None:
        for name, service in self.services.items():
            if service.process is None or service.process.poll() is None:
                continue
            how = _how_it_ended(service.process.returncode)
            self._count_crash(self.service_crashes[name], how=how)
            self.say("run", f"{name} ended ({how}); starting it again")
            service.start()

    def _count_crash(self, child: Child, *, how: str) -> float:
        now = time.monotonic()
        child.crashes.append(now)
        while now - child.crashes[0] > CRASH_WINDOW_S:
            child.crashes.popleft()
        if len(child.crashes) >= CRASHES_ALLOWED:
            raise ServiceError(
                f"{child.name} ended {len(child.crashes)} times within a minute (last: {how}); stopping everything.",
            )
        return float(min(LONGEST_PAUSE_S, 2 ** (len(child.crashes) - 2)))

    def _relay_output(self, *, timeout_s: float) -> None:
        if not self.selector.get_map():
            wait_until(lambda: self.stopping, timeout_s=timeout_s)
            return
        for key, _events in self.selector.select(timeout_s):
            child: Child = key.data
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self.selector.unregister(key.fileobj)
            *lines, child.pending = (child.pending + chunk).split(b"\n")
            for line in lines:
                self.say(child.name, line.decode(errors="replace").rstrip())

    def _forget_output(self, child: Child) -> None:
        if child.process is None or child.process.stdout is None:
            return
        with suppress(KeyError):  # Already taken out at the end of its output.
            self.selector.unregister(child.process.stdout)
        rest = child.pending + _read_what_is_there(child.process.stdout.fileno())
        child.process.stdout.close()
        child.pending = b""
        for line in rest.splitlines():
            self.say(child.name, line.decode(errors="replace").rstrip())


def end_leftovers(*, root: Path) -> int:
    """
    End what an earlier launcher of this folder left running, and return how many processes that were.

    They are found by the mark in their environment, so a process id that was given away since is never touched.
    Where /proc is missing there is nothing to find: the caller's port check then says what is in the way.
    """
    mark = f"{MARK}={root}".encode()
    pids = [pid for pid in _own_processes() if mark in _environment_of(pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until(lambda: not any(is_alive(pid) for pid in pids), timeout_s=3):
            break
    return len(pids)


def _own_processes() -> list[int]:
    proc = Path("/proc")
    if not proc.is_dir():
        return []
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit() and int(entry.name) != os.getpid()]


def _environment_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # Gone, or another user's.
        return []


def _read_what_is_there(descriptor: int) -> bytes:
    with suppress(BlockingIOError):
        return os.read(descriptor, 65536)
    return b""


def _signal(child: Child, number: int) -> None:
    if child.process is not None and child.process.poll() is None:
        child.process.send_signal(number)


def _kill_group(child: Child) -> None:
    if child.process is None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def _how_it_ended(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
