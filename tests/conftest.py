"""What every test can use. Databases are made by the real migrations, once a run; each process works on a copy."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection, connections

from config import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.plugin import DjangoDbBlocker

pytest_plugins = ["tests.browser"]
TEMPLATE = "halles_template"


def pytest_configure() -> None:
    """Compile the messages once, so that a fresh clone is tested in its own languages and not in English."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        messages.compile_catalogues()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this process a database of its own, copied from one that the first process migrated."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"halles_test_{process}"
    with django_db_blocker.unblock():
        make_template()
        copy_template(name=name)
        use_database(name)
    yield
    with django_db_blocker.unblock():
        use_database("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.close()


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """
    Hold the clock of what a process keeps for a few seconds, and forget what the test before has left there.

    So no count of statements depends on how fast the machine is. The fixture's value lets that many seconds pass.
    """
    from apps.core import kept

    seconds = [kept.now()]
    monkeypatch.setattr(kept, "now", lambda: seconds[0])
    kept.forget_all()

    def pass_by(more: float) -> None:
        seconds[0] += more

    return pass_by


def make_template() -> None:
    """Migrate the template database unless another process of this run has; concurrent calls wait for each other."""
    settings = connection.settings_dict
    lock_path = Path(tempfile.gettempdir()) / f"halles-template-{settings['PORT']}-{os.geteuid()}.lock"
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with connection.cursor() as cursor:
            cursor.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [TEMPLATE])
            found = cursor.fetchone()
        if found == (True,):
            return
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
        migrate_template()
        with connection.cursor() as cursor:
            # Marked last: a run that was killed half-way leaves no mark, and the next one starts over.
            cursor.execute(f'ALTER DATABASE "{TEMPLATE}" WITH is_template true')
        connection.close()


def migrate_template() -> None:
    """Create the template database and apply every migration to it."""
    home = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{TEMPLATE}"')
    use_database(TEMPLATE)
    call_command("migrate", verbosity=0, interactive=False)
    use_database(home)


def copy_template(*, name: str) -> None:
    """Make a database as a copy of the template; two processes at once wait for each other in PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
    connection.close()


def use_database(name: str) -> None:
    """Lead all later connections of this process to another database of the same server."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
