"""
Bring the database, the message catalogues and the static files up to date before the processes start.

Runs as `python -m config.launch.prepare` in a process of its own, so that the launcher never holds Django. Each step
is skipped when nothing it depends on has changed; all of it is safe to repeat after being killed at any point.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config import messages
from config.launch.state import ROOT, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID


class _CountingStream(io.StringIO):
    """Advances a bar for each migration Django says is done."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        super().__init__()
        self._progress = progress
        self._task = task

    def write(self, text: str, /) -> int:
        self._progress.advance(self._task, len(re.findall(r"\bOK\b", text)))
        return super().write(text)


def main() -> int:
    """Do all steps; return 1 after one clear line when one of them refuses."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    console = Console(stderr=True)
    state = State()
    try:
        migrate(console)
        compile_messages(console)
        collect_static(console, state=state)
        seed(console)
        note_logins(state)
    except (CommandError, messages.CatalogueError) as refusal:
        console.print(f"[red]{refusal}[/red]", highlight=False)
        return 1
    return 0


def migrate(console: Console) -> None:
    """Apply what the database lacks, with a bar. Raises CommandError when the database refuses."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if not missing:
            return
        with _progress(console) as progress:
            task = progress.add_task("Migrating the database", total=missing)
            call_command(
                "migrate", interactive=False, verbosity=1, no_color=True, stdout=_CountingStream(progress, task)
            )
            progress.update(task, completed=missing)
        # What a release added to the groups of staff; a demo that was seeded before it has them without.
        call_command("staff_groups", stdout=io.StringIO())
    except DatabaseError as error:
        # Most often the role may not create tables; the first line says so.
        raise CommandError(f"The database refuses to be migrated: {str(error).strip().splitlines()[0]}") from error


def compile_messages(console: Console) -> None:
    """Compile the catalogues that changed."""
    compiled = messages.compile_catalogues(root=ROOT)
    if compiled:
        console.print(f"Compiled messages: {', '.join(sorted(compiled))}", highlight=False)


def collect_static(console: Console, *, state: State) -> None:
    """Collect, hash and compress the static files when one of them changed."""
    if settings.DEBUG:
        return
    current = _static_fingerprint()
    if state.read("static").get("fingerprint") == current and Path(settings.STATIC_ROOT).is_dir():
        return
    with _spinner(console) as progress:
        progress.add_task("Collecting and compressing static files", total=None)
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    state.write("static", {"fingerprint": current})


def seed(console: Console) -> None:
    """Fill an empty database with the demo; the command shows its own progress and does nothing otherwise."""
    if settings.DEMO and "seed_demo" in get_commands():
        call_command("seed_demo", if_empty=True, stdout=console.file)


def note_logins(state: State) -> None:
    """Keep the demo's addresses and logins for the launcher to print once the shop answers."""
    text = io.StringIO()
    if settings.DEMO and "demo_logins" in get_commands():
        call_command("demo_logins", stdout=text)
    state.write("banner", {"logins": text.getvalue()})


def _static_fingerprint() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for line in sorted(_static_files()):
        digest.update(line.encode())
    return digest.hexdigest()


def _static_files() -> Iterator[str]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            yield f"{path} {status.st_size} {status.st_mtime_ns}\n"


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _spinner(console: Console) -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console)


if __name__ == "__main__":
    sys.exit(main())
