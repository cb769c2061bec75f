"""Our shop as it runs in a measurement: production settings, two workers, its own database."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bench.services import ROOT, Server, Services, run

SECRET = "bench-" * 12


@dataclass
class Ours:
    """Our database and processes. port: of the server that is running, for the addresses we hand out."""

    services: Services
    database: str = "ours"

    def environment(self, *, database: str | None = None, page_cache: bool = False, port: int = 8000) -> dict[str, str]:
        """What our processes are told."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "bench.ours.settings",
            "DJANGO_SECRET_KEY": SECRET,
            "DJANGO_DEBUG": "0",
            "HALLES_DEMO": "1",  # the demo bank is the payment of the flow
            "DATABASE_URL": self.services.cluster.url(database=database or self.database),
            "REDIS_URL": self.services.valkey.url(database=0),
            "PUBLIC_ORIGIN": f"http://127.0.0.1:{port}",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "EMAIL_URL": "memory://",
            "LOG_LEVEL": "ERROR",
            "MEDIA_STORAGE_URL": f"file://{self.services.folder / 'media'}",
            "BENCH_STATIC": str(self.services.folder / "static"),
            "BENCH_PAGE_CACHE": "1" if page_cache else "0",
        }

    def prepare(self) -> None:
        """Migrate a template database and collect static files."""
        self.services.create_database("ours_empty")
        (self.services.folder / "media").mkdir()
        self._run(["manage.py", "migrate", "--verbosity", "0"], "our migration", "ours_empty")
        self._run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], "our static files", "ours_empty")
        self._run(["-m", "bench.ours.fill", "structure"], "our structure", "ours_empty")

    def fill(self, *, products: int, database: str | None = None) -> str:
        """Make and fill a database; return what the filling said."""
        name = database or self.database
        self.services.create_database(name, template="ours_empty")
        self.services.flush_cache()
        return self._run(["-m", "bench.ours.fill", "products", str(products)], "filling our shop", name)

    def server(self, *, page_cache: bool = False, threads: int = 2, database: str | None = None) -> Server:
        """Our web server."""
        server = Server(
            name="Halles", target="config.wsgi:application", environment={}, folder=ROOT,
            log=self.services.folder / "ours.log", threads=threads,
        )  # fmt: skip
        server.environment = self.environment(database=database, page_cache=page_cache, port=server.port)
        return server

    def script(self, module: str, *arguments: str, database: str | None = None) -> str:
        """Run one of our modules and return what it printed."""
        return self._run(["-m", f"bench.ours.{module}", *arguments], f"our {module}", database or self.database)

    def command(self, *arguments: str, database: str | None = None) -> str:
        """Run a management command and return what it printed."""
        return self._run(["manage.py", *arguments], f"our {arguments[0]}", database or self.database)

    def _run(self, command: list[str], what: str, database: str) -> str:
        return run(command, environment=self.environment(database=database), folder=ROOT, what=what)
