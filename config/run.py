"""
First step of every make target: a virtual environment that holds exactly what the lock says, then the real work in it.

Runs with the system's Python before anything is installed, so it imports the standard library alone, not even its own
package, and its syntax is old enough for an old Python to reach the sentence that says it is too old.
Started as `python3 -I config/run.py COMMAND`; -I keeps this folder's modules from shadowing the standard library's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = ROOT / "config" / "locks"
STAMP = VENV / "installed.json"
OLDEST = (3, 11)
DEV_COMMANDS = frozenset({"test", "check", "bench"})
COMMANDS = frozenset({"run", "shell", "demo-reset"}) | DEV_COMMANDS
# pip's name of a setting -> uv's variable. uv does not read pip's configuration, and a company's mirror is set there.
UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}


class CannotStart(Exception):  # noqa: N818 -- reads as the sentence it prints
    """Something on this machine is missing; the text is one line a person can act on."""


def main(arguments: list[str]) -> int:
    """Bring the environment up to date and hand over to it; return 1 after one clear line when that is impossible."""
    command = arguments[0] if arguments else ""
    if command not in COMMANDS:
        say(f"Unknown command {command!r}; known: {', '.join(sorted(COMMANDS))}.")
        return 1
    try:
        check_machine()
        install(lock="dev" if command in DEV_COMMANDS else "runtime")
    except CannotStart as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    return hand_over(arguments)


def hand_over(arguments: list[str]) -> NoReturn:
    """Become the launcher inside the virtual environment."""
    python = str(python_of_venv())
    os.chdir(ROOT)
    os.execv(python, [python, "-m", "config.launch", *arguments])


def check_machine() -> None:
    """Raise CannotStart when this Python or folder will not do."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:2]))
        raise CannotStart(f"Python 3.11 or newer is needed, this is {have}; name another: make run PYTHON=python3.12")
    if not os.access(ROOT, os.W_OK):
        raise CannotStart(f"Cannot write to {ROOT}: move the project to a folder of yours, or change its owner.")


def install(*, lock: str) -> None:
    """Install a lock file into .venv unless it is there already. Raises CannotStart."""
    wanted = fingerprint(LOCKS / f"{lock}.txt")
    done = read_stamp()
    if python_of_venv().exists() and done.get(lock) == wanted:
        return
    make_venv()
    say(f"Installing the packages of config/locks/{lock}.txt …")
    install_packages(LOCKS / f"{lock}.txt")
    done[lock] = wanted
    if lock == "dev":  # It holds all of the other one.
        done["runtime"] = fingerprint(LOCKS / "runtime.txt")
    STAMP.write_text(json.dumps(done), encoding="utf-8")


def make_venv() -> None:
    """Make .venv, or make it anew when it is broken or half made. Raises CannotStart."""
    python = python_of_venv()
    if python.exists() and succeeds([str(python), "-m", "pip", "--version"]):
        return
    try:
        import ensurepip  # noqa: F401 -- Debian ships Python without it
        import venv  # noqa: F401 -- as above
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        hint = f"apt install python{version}-venv" if shutil.which("apt") else "install Python's venv module"
        raise CannotStart(f"Python's venv module is missing: {hint}, then try again.") from None
    say("Making the virtual environment .venv …")
    answer = run_quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if answer.returncode != 0:
        raise CannotStart(f"Cannot make {VENV}: {last_line(answer.stdout)}")


def install_packages(lock: Path) -> None:
    """Install with uv, which is several times faster, or with pip where uv does not run. Raises CannotStart."""
    python = str(python_of_venv())
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    run_quietly([*pip, "--quiet", "-r", str(LOCKS / "bootstrap.txt")])
    uv = VENV / "bin" / "uv"
    if uv.exists():
        command = [str(uv), "pip", "install", "--python", python, "--require-hashes", "-r", str(lock)]
        if subprocess.run(command, env={**os.environ, **uv_environment(python)}, check=False).returncode == 0:
            return
        say("uv could not install; trying with pip …")
    if subprocess.run([*pip, "--progress-bar", "on", "-r", str(lock)], check=False).returncode != 0:
        raise CannotStart("Installing failed, see the lines above. Is the network there? Nothing else was changed.")


def uv_environment(python: str) -> dict[str, str]:
    """Return pip's index settings as uv's variables; what the user set for uv wins. Never printed."""
    listing = run_quietly([python, "-m", "pip", "config", "list", "--disable-pip-version-check"])
    settings = pip_settings(listing.stdout if listing.returncode == 0 else "")
    variables = {}
    for name, variable in UV_VARIABLES.items():
        values = [value for value in settings.get(name, "").split() if is_usable(value)]
        if values and not os.environ.get(variable):
            variables[variable] = (" " if variable != "UV_FIND_LINKS" else ",").join(values)
    # As pip does: the best version of all indexes counts. The hashes say which files are acceptable.
    variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    variables["UV_NO_CONFIG"] = "1"
    return variables


def pip_settings(listing: str) -> dict[str, str]:
    """Return name -> value from the lines of `pip config list`: section.name='value'; later sections win as in pip."""
    rank = {"global": 0, "install": 1, ":env:": 2}
    found: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        section, _dot, name = key.strip().rpartition(".")
        order = rank.get(section, -1)
        if separator and order >= found.get(name, (0, ""))[0]:
            found[name] = (order, value.strip().strip("'\"").replace("\\n", " "))
    return {name: value for name, (_order, value) in found.items()}


def is_usable(value: str) -> bool:
    """Tell whether a place exists; pip warns about a missing folder, uv gives up on it."""
    if value.startswith("file://"):
        return Path(unquote(urlsplit(value).path)).exists()
    return Path(value).exists() if value.startswith("/") else True


def python_of_venv() -> Path:
    """Return the interpreter of .venv, there or not."""
    return VENV / "bin" / "python"


def fingerprint(lock: Path) -> str:
    """Return what identifies an installation: the lock's content and the Python it was made with."""
    platform = f"{sysconfig.get_platform()}-{sys.version_info[0]}.{sys.version_info[1]}"
    return f"{platform}-{hashlib.sha256(lock.read_bytes()).hexdigest()}"


def read_stamp() -> dict[str, str]:
    """Return what was installed, by lock; empty when nothing was, or when the note of it is damaged."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def succeeds(command: list[str]) -> bool:
    """Tell whether a command ends well; a program that does not start at all does not."""
    try:
        return run_quietly(command).returncode == 0
    except OSError:
        return False


def run_quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it does not say why"


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        say(f"Cannot start: {error.strerror or error} ({error.filename})")
        sys.exit(1)
