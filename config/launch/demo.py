"""The environment of the demo: for the processes `make run` starts, and for `manage.py` beside them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.launch.state import ROOT, State

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTNER_PORT = 3
"""The logistics partner comes after web, PostgreSQL and Valkey."""
# One of these in the environment or in `.env`, and the user has said which shop is meant.
_CHOICES = ("DATABASE_URL", "REDIS_URL", "DJANGO_SECRET_KEY", "HALLES_DEMO", "DJANGO_SETTINGS_MODULE")


def demo_environment(*, state: State, environ: Mapping[str, str], port: int) -> dict[str, str]:
    """Return the environment of every process of the demo; what the user set wins."""
    programs = str(Path(sys.executable).parent)
    defaults = {"HALLES_DEMO": "1", "DJANGO_SECRET_KEY": state.secret("django")}
    if not environ.get("LOGISTICS_BASE_URL"):
        defaults |= {"LOGISTICS_BASE_URL": partner_url(port=port), "LOGISTICS_SECRET": state.secret("logistics")}
    # The demo may run as root in a container; Celery says so on a page of its own otherwise.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    fixed = {"PORT": str(port), "PYTHONUNBUFFERED": "1", "PATH": f"{programs}{os.pathsep}{environ.get('PATH', '')}"}
    return defaults | quiet | dict(environ) | fixed


def partner_url(*, port: int) -> str:
    """Return where the demo's logistics partner answers."""
    return f"http://127.0.0.1:{port + PARTNER_PORT}"


def partner_command(*, port: int) -> list[str]:
    """Return the command of the demo's logistics partner, which acknowledges at once and ships soon."""
    return [
        *(sys.executable, "-m", "apps.orders.logistics.simulator"),
        *("--port", str(port + PARTNER_PORT), "--auto", "20"),
        *("--callback", f"http://127.0.0.1:{port}/webhooks/logistics/"),
    ]


def running_demo(*, environ: Mapping[str, str], root: Path = ROOT) -> dict[str, str]:
    """
    Return the environment of the demo that runs from this folder; empty when none runs or the user named a shop.

    environ: the process's own with `.env` below it. Writes nothing where no demo has ever run, so that a read-only
    folder of a production machine is no problem.
    """
    if any(environ.get(name) for name in _CHOICES) or not (root / ".data" / "run" / "services.json").is_file():
        return {}
    state = State(root=root)
    if not state.is_running():
        return {}
    services = {key: str(value) for key, value in state.read("services").items()}
    port = int(services.get("PORT", "8000"))
    return demo_environment(state=state, environ=environ, port=port) | services
