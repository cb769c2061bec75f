"""`make run`: services, preparation, the Procfile, and the addresses once the shop answers."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from rich.console import Console

from config.embedded import ports
from config.embedded.errors import ServiceError
from config.embedded.processes import spawn
from config.launch import procfile
from config.launch.demo import PARTNER_PORT, demo_environment, partner_command
from config.launch.services import Services
from config.launch.state import ROOT, State
from config.launch.supervisor import Supervisor, end_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COLOURS = {"web": "cyan", "worker": "green", "beat": "magenta", "run": "yellow", "partner": "blue"}
SHOPS = (("Maison Halles", "localhost"), ("Volt & Fils", "volt.localhost"))
LARGEST_PORT = 65532


def port_of(environ: Mapping[str, str]) -> int:
    """Return the first of the four ports. Raises ServiceError for anything but a number that leaves room for four."""
    text = environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_PORT:
        raise ServiceError(f"PORT is {text!r}; it must be a number from 1 to {LARGEST_PORT}.")
    return int(text)


def run(*, environ: Mapping[str, str]) -> None:
    """Run the shop until it is told to stop. Raises ServiceError with one clear line."""
    console = Console(stderr=True, soft_wrap=True)
    port = port_of(environ)
    state = State()
    state.take_lock()
    ended = end_leftovers(root=ROOT)
    if ended:
        console.print(f"Ended {ended} processes an earlier run left behind.", style="yellow")
    if not ports.is_free(port):
        raise ServiceError(f"Port {port} is busy. Stop what listens there, or take others: make run PORT={port + 100}")
    plays_partner = not environ.get("LOGISTICS_BASE_URL")
    if plays_partner and not ports.is_free(port + PARTNER_PORT):
        busy = port + PARTNER_PORT
        raise ServiceError(f"Port {busy} is busy. Stop what listens there, or take others: make run PORT={port + 100}")
    services = Services(state=state, port=port, environ=environ)
    with console.status("Starting PostgreSQL and Valkey"):
        services.start()
    try:
        environment = demo_environment(state=state, environ=environ, port=port) | services.environment
        prepare(environment)
        commands = procfile.read(ROOT / "Procfile", environ=environment)
        if plays_partner:
            commands["partner"] = partner_command(port=port)
        supervisor = Supervisor(
            commands=commands,
            services=services.running,
            environ=environment,
            root=ROOT,
            say=lambda name, line: say(console, name=name, line=line),
        )
        announcement = Announcement(console=console, state=state, port=port, then=supervisor.open_for_all)
        supervisor.run(each_tick=announcement.make_once)
    finally:
        services.stop()
    console.print("Everything is stopped.")


def prepare(environment: Mapping[str, str]) -> None:
    """Migrate, compile, collect and seed in a process of its own. Raises ServiceError when that process refuses."""
    command = [sys.executable, "-m", "config.launch.prepare"]
    status = spawn(command, env=environment, cwd=ROOT).wait()
    if status != 0:
        raise ServiceError("Preparing the shop failed, see the lines above.")


def say(console: Console, *, name: str, line: str) -> None:
    """Print a labelled line."""
    console.print(f"[{COLOURS.get(name, 'white')}]{name:<7}[/]", end=" ")
    console.print(line, markup=False, highlight=False)


class Announcement:
    """Prints where to go and how to sign in, once, when the shop answers; `then` is called right after."""

    def __init__(self, *, console: Console, state: State, port: int, then: Callable[[], None]) -> None:
        self.console = console
        self.then = then
        self.port = port
        self.logins: str = state.read("banner").get("logins", "")
        self.made = False

    def make_once(self) -> None:
        """Look whether the shop answers; if so, and not yet said, say it."""
        if self.made or not self._answers():
            return
        self.made = True
        lines = ["", "The shops are open (Ctrl-C closes them):"]
        lines += [f"  {name:<14} http://{host}:{self.port}/" for name, host in SHOPS]
        lines += [f"  {'Admin':<14} http://localhost:{self.port}/admin/", "", self.logins.rstrip(), ""]
        self.console.print("\n".join(lines), markup=False, highlight=False)
        self.then()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{ports.HOST}:{self.port}/health/live", timeout=1) as answer:
                return bool(answer.status == 200)  # noqa: PLR2004 -- the one good answer
        except (urllib.error.URLError, OSError):
            return False


def manage(arguments: list[str], *, environ: Mapping[str, str], anew: bool = False) -> int:
    """
    Run a manage.py command on the demo's services and return its status; anew: on a fresh database.

    Uses the services of a running shop, else starts them for the duration.
    """
    state = State()
    services = Services(state=state, port=port_of(environ), environ=environ)
    shared = state.is_running()
    if shared:
        services.environment = {key: str(value) for key, value in state.read("services").items()}
    else:
        state.take_lock()
        services.start()
    try:
        environment = demo_environment(state=state, environ=environ, port=port_of(environ)) | services.environment
        if anew:
            services.make_database(anew=True)
            prepare(environment)
        if not arguments:
            return 0
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, check=False
        ).returncode
    finally:
        if not shared:
            services.stop()
