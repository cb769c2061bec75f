"""
The demo's shops as a database to test against: seeded once per run, then copied in a moment.

A conftest takes what it needs by name: `demo_module` for tests that roll back, `demo_shop` for tests in a browser.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import contextmanager
from io import StringIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from tests.conftest import TEMPLATE, use_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

DEMO = "halles_template_demo"
_numbers = count(1)


def make_demo_template() -> None:
    """Seed the demo without pictures and orders, unless a process of this run has; concurrent calls wait."""
    home = connection.settings_dict["NAME"]
    lock_path = Path(tempfile.gettempdir()) / f"halles-demo-{connection.settings_dict['PORT']}-{os.geteuid()}.lock"
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with connection.cursor() as cursor:
            cursor.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [DEMO])
            if cursor.fetchone() == (True,):
                return
            cursor.execute(f'DROP DATABASE IF EXISTS "{DEMO}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{DEMO}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
        use_database(DEMO)
        call_command("seed_demo", no_pictures=True, orders=0, stdout=StringIO())
        use_database(home)
        with connection.cursor() as cursor:
            # Marked last: a run that was killed half-way leaves no mark, and the next one starts over.
            cursor.execute(f'ALTER DATABASE "{DEMO}" WITH is_template true')
        connection.close()


@contextmanager
def demo_copy() -> Iterator[str]:
    """Lead this process to a fresh copy of the demo; afterwards back to its own database."""
    make_demo_template()
    home = connection.settings_dict["NAME"]
    # A new name each time: what a process keeps in memory is kept by the database's name.
    name = f"{home}_demo_{next(_numbers)}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{DEMO}" STRATEGY FILE_COPY')
    use_database(name)
    cache.clear()
    try:
        yield name
    finally:
        use_database(home)
        cache.clear()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.close()


@pytest.fixture(scope="module")
def demo_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The demo's shops for all tests of a module; each test's own writes are rolled back."""
    with django_db_blocker.unblock():
        copy = demo_copy()
        name = copy.__enter__()
    yield name
    with django_db_blocker.unblock():
        copy.__exit__(None, None, None)


@pytest.fixture
def demo_shop(transactional_db: None) -> Iterator[str]:
    """The demo's shops for one test, committed, so that the live server sees them."""
    with demo_copy() as name:
        yield name
