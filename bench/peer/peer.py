"""The stock django-oscar of a run: written from the package and a few files into the run's folder, then filled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.services import ROOT, BenchError, Server, Services, run

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"


@dataclass
class Peer:
    """The project's folder, its database and its processes."""

    services: Services
    database: str = "peer"

    @property
    def folder(self) -> Path:
        """Where the project was written."""
        return self.services.folder / "peer"

    def environment(self, *, database: str | None = None) -> dict[str, str]:
        """What its processes are told."""
        path = [self.folder, self.services.folder / "peer-packages", ROOT]
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "PEER_FOLDER": str(self.folder),
            "DATABASE_URL": self.services.cluster.url(database=database or self.database),
            "REDIS_URL": self.services.valkey.url(database=5),
        }

    def write(self) -> None:
        """Write the project and install what it needs beside the lock. Raises BenchError."""
        shutil.copytree(HERE / "project", self.folder)
        packages = self.services.folder / "peer-packages"
        found = shutil.which("uv")
        tool = [found, "pip", "install"] if found else [sys.executable, "-m", "pip", "install"]
        done = subprocess.run(
            [*tool, "--quiet", "--no-deps", "--require-hashes", "--target", str(packages), "-r", str(REQUIREMENTS)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise BenchError(f"the stock shop's packages cannot be installed: {done.stderr[-800:]}")

    def fill(self, *, products: int) -> None:
        """Make its database with Oscar's own migrations and fill it."""
        self.services.create_database("peer_empty")
        at = {"environment": self.environment(database="peer_empty"), "folder": self.folder}
        run(["-m", "django", "migrate", "--verbosity", "0"], what="the stock shop's migration", **at)
        run(["-m", "django", "collectstatic", "--noinput", "--verbosity", "0"], what="its static files", **at)
        self.services.create_database(self.database, template="peer_empty")
        run(
            ["-m", "shop.fill", str(products)],
            environment=self.environment(), folder=self.folder, what="filling the stock shop",
        )  # fmt: skip

    def server(self, *, threads: int = 2) -> Server:
        """Its web server."""
        return Server(
            name="stock django-oscar", target="shop.wsgi:application", environment=self.environment(),
            folder=self.folder, log=self.services.folder / "peer.log", threads=threads,
        )  # fmt: skip

    def script(self, module: str, *arguments: str, database: str | None = None) -> str:
        """Run one of its modules and return what it printed."""
        return run(
            ["-m", f"shop.{module}", *arguments],
            environment=self.environment(database=database), folder=self.folder, what=f"the stock shop's {module}",
        )  # fmt: skip
