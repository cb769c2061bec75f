"""Children that end with their parent, and the ways to run a program that refuses to run as root."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from config.embedded.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child may not load libraries between fork and exec.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whom a child runs as: `user` by the kernel, or through a `prefix` program. Both empty: as ourselves."""

    user: int | None = None
    group: int | None = None
    prefix: tuple[str, ...] = ()


OURSELVES = Identity()


def end_with_parent(*, signal_number: int) -> Callable[[], None]:
    """
    Return a function for `preexec_fn` that makes the kernel send this signal when the starting thread ends.

    Linux only; elsewhere it does nothing and the launcher's next start clears what was left.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # The parent ended between fork and here; the signal would never come.
            os._exit(1)

    return ask_kernel


def set_own_end_signal(signal_number: int) -> None:
    """Ask the kernel to send this process the signal when its parent ends, also by `kill -9`. Linux only."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def spawn(
    argv: Sequence[str | Path],
    *,
    end_signal: int = signal.SIGTERM,
    identity: Identity = OURSELVES,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    output: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """
    Start a program as the leader of its own process group; it gets `end_signal` when this process ends.

    Call from the main thread: the kernel ties the promise to the thread. Raises OSError like Popen.
    """
    return subprocess.Popen(
        [*identity.prefix, *map(str, argv)],
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        # Own session: Ctrl-C in the terminal reaches the launcher alone, which stops everything in order.
        start_new_session=True,
        user=identity.user,
        group=identity.group,
        extra_groups=[] if identity.user is not None else None,
        preexec_fn=end_with_parent(signal_number=end_signal),  # noqa: PLW1509 -- no threads at this point
    )


def is_alive(pid: int) -> bool:
    """Tell whether a process of this id runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        # No such file: either not Linux, where kill() has answered, or it has just gone.
        return not Path("/proc/self").exists()


def command_line(pid: int) -> str:
    """Return what a process was started with, empty when it is gone or not ours to see."""
    entry = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return entry.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    answer = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def wait_until(condition: Callable[[], bool], *, timeout_s: float, pause_s: float = 0.02) -> bool:
    """Ask again and again until true; return whether it came true within timeout_s seconds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
    return True


def stop_pid(pid: int, *, signals: Sequence[int], patience_s: float = 10) -> None:
    """Send each signal in turn until the process is gone. Raises ServiceError when it outlives them all."""
    for number in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_until(lambda: not is_alive(pid), timeout_s=patience_s):
            return
    raise ServiceError(f"Process {pid} does not end; stop it by hand.")


def identity_for(*, program: Path, folder: Path) -> Identity:
    """
    Return an identity under which `program`, which refuses root, runs and owns `folder` (which must exist).

    As root, in this order: the folder's owner or nobody; a user namespace, which also works below folders that others
    may not enter; nobody with the one capability to pass such folders. An empty folder changes hands as needed.
    Raises ServiceError when the folder is another user's, or when no way works.
    """
    owner = folder.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise ServiceError(f"{folder} belongs to another user (id {owner}); remove it or start as that user.")
        return OURSELVES
    taken = any(folder.iterdir())
    for identity, file_owner in _root_ways(owner=owner if taken else None):
        if not taken:
            os.chown(folder, file_owner, -1)
        if _can_run(identity=identity, program=program, folder=folder):
            return identity
    raise ServiceError(
        f"As root, {program.name} must run as another user, and none can reach {program} and {folder}. "
        "Start as an ordinary user, or move the project to a folder others may enter.",
    )


def _root_ways(*, owner: int | None) -> Iterator[tuple[Identity, int]]:
    """Yield the ways to run as someone else with the owner its files have; owner None: nothing is written yet."""
    if owner != 0:
        user, group = _nobody() if owner is None else (owner, owner)
        yield Identity(user=user, group=group), user
    if owner in (None, 0) and shutil.which("unshare"):
        yield Identity(prefix=("unshare", "-U", "--map-user=1000", "--")), 0
    if owner != 0 and shutil.which("setpriv"):
        user, group = _nobody() if owner is None else (owner, owner)
        ids = (f"--reuid={user}", f"--regid={group}", "--clear-groups")
        capability = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        yield Identity(prefix=("setpriv", *ids, *capability, "--pdeathsig", "INT", "--")), user


def _nobody() -> tuple[int, int]:
    import pwd

    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _can_run(*, identity: Identity, program: Path, folder: Path) -> bool:
    script = 'test -w "$1" && cd "$1" && exec "$2" --version'
    try:
        child = spawn(
            ["sh", "-c", script, "sh", folder, program],
            identity=identity,
            cwd="/",
            output=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return child.wait(timeout=10) == 0
