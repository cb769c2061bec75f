"""The project's `.data/run` folder: who is running, the demo's secrets, and what was already done."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO, Any

from config.embedded.errors import ServiceError

ROOT = Path(__file__).resolve().parent.parent.parent


class State:
    """Files of one project folder. Raises ServiceError when it cannot be written."""

    def __init__(self, *, root: Path = ROOT) -> None:
        self.data = root / ".data"
        self.folder = self.data / "run"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise ServiceError(f"Cannot write {self.folder}: {error.strerror}.") from error
        self._lock: IO[str] | None = None

    def take_lock(self) -> None:
        """Become the one launcher of this folder; the kernel lets go when this process ends. Raises ServiceError."""
        try:
            lock = (self.folder / "launcher.lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise ServiceError(f"Cannot write {self.folder}: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise ServiceError(f"This project is already running (process {holder}); stop that one first.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Let another launcher start before this process ends."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_running(self) -> bool:
        """Tell whether a launcher holds the lock."""
        try:
            with (self.folder / "launcher.lock").open("r", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def secret(self, name: str) -> str:
        """Return a random text that stays the same for this folder."""
        path = self.folder / f"{name}.secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip()

    def read(self, name: str) -> dict[str, Any]:
        """Return a note, empty when there is none or when it is damaged."""
        try:
            note = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def write(self, name: str, note: dict[str, Any]) -> None:
        """Keep a note, readable by the owner alone; an interrupted write leaves the old one."""
        draft = self.folder / f"{name}.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(note), encoding="utf-8")
        draft.replace(self.folder / f"{name}.json")
