"""PostgreSQL and Valkey for a run: embedded, unless the environment names others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

from config import env_values
from config.embedded import binaries
from config.embedded.errors import ServiceError
from config.embedded.postgres import Cluster
from config.embedded.valkey import Valkey

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping

    from config.launch.state import State

DATABASE = "halles"
CONNECT_S = 5


class Service(Protocol):
    """What both servers have in common."""

    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Services:
    """The servers a run needs; `environment` leads to them."""

    def __init__(self, *, state: State, port: int, environ: Mapping[str, str]) -> None:
        self.running: dict[str, Service] = {}
        self.environment: dict[str, str] = {}
        self._state = state
        self._cluster: Cluster | None = None
        self._environ = environ
        self._port = port
        if not environ.get("DATABASE_URL"):
            bindir = binaries.postgres_bindir(environ=environ)
            folder = state.data / f"pg{binaries.postgres_major(bindir=bindir)}"
            self._cluster = Cluster(folder=folder, port=port + 1, password=state.secret("postgres"), bindir=bindir)
            self.running["postgres"] = self._cluster
            self.environment["DATABASE_URL"] = self._cluster.url(database=DATABASE)
        if not environ.get("REDIS_URL"):
            valkey = Valkey(folder=state.data / "valkey", port=port + 2, password=state.secret("valkey"))
            self.running["valkey"] = valkey
            self.environment["REDIS_URL"] = valkey.url(database=0)

    def start(self) -> None:
        """
        Start what is embedded, make the database when missing, and make sure that what is not embedded answers.

        Raises ServiceError; then nothing keeps running.
        """
        check_given(self._environ)
        try:
            for service in self.running.values():
                service.start()
            self.make_database()
        except BaseException:
            self.stop()
            raise
        self._state.write("services", self.environment | {"PORT": str(self._port)})

    def stop(self) -> None:
        """End what was started, the record last."""
        for service in reversed(self.running.values()):
            service.stop()

    def make_database(self, *, anew: bool = False) -> None:
        """Create the embedded cluster's database when missing; anew: drop it first, cutting its connections."""
        if self._cluster is None:
            return
        name = sql.Identifier(DATABASE)
        with psycopg.connect(self._cluster.url(database="postgres"), autocommit=True) as connection:
            if anew:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def check_given(environ: Mapping[str, str]) -> None:
    """Raise ServiceError with one line when the database or Valkey the user named is wrong or does not answer."""
    if url := environ.get("DATABASE_URL"):
        _parsed("DATABASE_URL", env_values.parse_database, url)
        try:
            psycopg.connect(url, connect_timeout=CONNECT_S).close()
        except psycopg.Error as error:
            raise ServiceError(f"The database of DATABASE_URL does not answer: {_first_line(error)}") from None
    if url := environ.get("REDIS_URL"):
        _parsed("REDIS_URL", env_values.parse_redis, url)
        try:
            with Redis.from_url(url, socket_connect_timeout=CONNECT_S, socket_timeout=CONNECT_S) as client:
                client.ping()
        except (RedisError, ValueError) as error:
            raise ServiceError(f"The Valkey of REDIS_URL does not answer: {_first_line(error)}") from None


def _parsed(name: str, parse: Callable[[str], object], url: str) -> None:
    try:
        parse(url)
    except ValueError as error:
        raise ServiceError(f"{name} {error}.") from None


def _first_line(error: Exception) -> str:
    # Neither libpq nor the Redis client repeats a password.
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
