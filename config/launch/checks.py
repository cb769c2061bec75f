"""`make check`: every tool is run, every result printed, one failure makes the whole fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from config.embedded import throwaway
from config.embedded.errors import ServiceError
from config.launch.state import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

# A complete production environment: what `check --deploy` must find nothing wrong with.
PRODUCTION = {
    "DJANGO_SECRET_KEY": "check-only-7Qm2vX9Lr4Tz8Nw3Kp6Yb1Hs5Dc0FgJaUeRiOtVxZqWn",
    "ALLOWED_HOSTS": "www.example.com",
    "PUBLIC_ORIGIN": "https://www.example.com",
    "EMAIL_URL": "memory://",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One tool and how it is called."""

    name: str
    command: tuple[str, ...]


def all_checks() -> list[Check]:
    """Return the checks in the order they run: quick ones first."""
    programs = Path(sys.executable).parent
    python, manage = sys.executable, ("manage.py",)
    return [
        Check(name="ruff", command=(f"{programs}/ruff", "check", ".")),
        Check(name="ruff format", command=(f"{programs}/ruff", "format", "--check", ".")),
        Check(name="templates", command=(python, "-m", "config.checks.templates")),
        Check(name="translations", command=(python, "-m", "config.checks.translations")),
        Check(name="imports", command=(f"{programs}/lint-imports", "--no-cache")),
        Check(name="types", command=(f"{programs}/mypy",)),
        Check(name="migrations", command=(python, *manage, "makemigrations", "--check", "--dry-run")),
        Check(name="deployment", command=(python, *manage, "check", "--deploy", "--fail-level", "WARNING")),
    ]


def run(names: list[str]) -> int:
    """Run the named checks, or all; return 1 when one found something. Raises ServiceError for an unknown name."""
    console = Console(stderr=True, soft_wrap=True)
    chosen = [check for check in all_checks() if not names or check.name in names]
    unknown = set(names) - {check.name for check in chosen}
    if unknown:
        known = ", ".join(check.name for check in all_checks())
        raise ServiceError(f"Unknown check {', '.join(sorted(unknown))}; known: {known}.")
    services = throwaway.start()
    try:
        environment = {**os.environ, **PRODUCTION, **services.environment, "HALLES_DEMO": "0", "DJANGO_DEBUG": "0"}
        failed = [check.name for check in chosen if not passes(check, environment=environment, console=console)]
    finally:
        services.stop()
    if failed:
        console.print(f"Failed: {', '.join(failed)}", style="red")
        return 1
    console.print(f"All {len(chosen)} checks passed.", style="green")
    return 0


def passes(check: Check, *, environment: Mapping[str, str], console: Console) -> bool:
    """Run one check and print its name, its time, and what it says when it fails."""
    began = time.monotonic()
    with console.status(check.name):
        answer = subprocess.run(
            check.command,
            cwd=ROOT,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    good = answer.returncode == 0
    console.print(f"{'ok' if good else 'FAILED':<7}{check.name:<14}{time.monotonic() - began:5.1f} s", highlight=False)
    if not good:
        console.print(answer.stdout.rstrip(), markup=False, highlight=False)
    return good
