"""
Settings from the environment, typed, with everything that is missing or wrong said at once.

`make run` sets HALLES_DEMO=1; only then do the secrets and addresses have defaults. Anything else is production and
refuses to start half-configured. The names are the project's contract: see `.env.example`.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from config.env_values import (
    Database,
    Email,
    MediaStorage,
    parse_base_url,
    parse_database,
    parse_email,
    parse_media_storage,
    parse_origin,
    parse_redis,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})
SECRET_KEY_LENGTH = 50
METRICS_TOKEN_LENGTH = 20
# Names of the contract whose part of the house is not built yet: a value would be believed and never used.
NOT_YET = {
    "DATABASE_REPLICA_URL": "this version reads from one database only; remove it",
    "SENTRY_DSN": "this version reports errors to its log only; remove it",
    "ERP_USER": "this version has no connector to an ERP; remove it",
    "ERP_PASSWORD": "this version has no connector to an ERP; remove it",
}
_DEMO_HINT = "To try the shop: `make run`; while it runs, manage.py works on its demo."
DEMO_HOSTS = "localhost,127.0.0.1,.localhost,[::1]"


class SettingsError(Exception):
    """The environment is not enough to start; the text lists every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("Halles cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))


@dataclass(frozen=True, kw_only=True)
class Env:
    """Everything the project reads from outside, checked."""

    demo: bool
    debug: bool
    port: int
    secret_key: str
    allowed_hosts: tuple[str, ...]
    public_origin: str
    trusted_proxies: int
    database: Database
    redis_url: str
    email: Email
    media_storage: MediaStorage
    stripe_api_base: str
    stripe_secret_key: str
    stripe_webhook_secret: str
    erp_base_url: str
    logistics_base_url: str
    logistics_secret: str
    vies_base_url: str
    log_level: str
    metrics_token: str

    @property
    def https(self) -> bool:
        """Tell whether shoppers reach the shop over HTTPS, which decides on secure cookies and HSTS."""
        return self.public_origin.startswith("https://")


class _Reader:
    """Reads names one by one and remembers what was wrong instead of stopping."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, *, default: str | None = None, why: str = "") -> str:
        value = self.environ.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.problems.append(f"{name} is not set: {why}")
            return ""
        return default

    def flag(self, name: str) -> bool:
        value = self.environ.get(name, "").strip().lower()
        if value not in TRUE | FALSE:
            self.problems.append(f"{name} is {value!r}; it must be 1 or 0.")
        return value in TRUE

    def number(self, name: str, *, default: int, low: int, high: int) -> int:
        value = self.environ.get(name, "").strip()
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            self.problems.append(f"{name} is {value!r}; it must be a number from {low} to {high}.")
            return default
        return int(value)

    def parsed(self, name: str, parse: Callable[[str], T], *, value: str, fallback: T) -> T:
        """Parse a value that is not empty; a ValueError's text completes the sentence "NAME …"."""
        if not value:
            return fallback
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(f"{name} {error}.")
            return fallback


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the NAME=value lines of a file, empty when there is none; quotes around a value are taken off."""
    if not path.is_file():
        return {}
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if not separator or name.startswith("#"):
            continue
        cleaned = value.strip()
        if len(cleaned) > 1 and cleaned[0] == cleaned[-1] and cleaned[0] in "\"'":
            cleaned = cleaned[1:-1]
        values[name.strip()] = cleaned
    return values


def load(*, environ: Mapping[str, str], root: Path = ROOT) -> Env:
    """
    Read and check all settings; only HALLES_DEMO=1 gives secrets and addresses a default.

    Raises SettingsError with every problem found, never only the first.
    """
    reader = _Reader(environ)
    demo = reader.flag("HALLES_DEMO")
    port = reader.number("PORT", default=8000, low=1024, high=65532)
    env = Env(
        demo=demo,
        debug=reader.flag("DJANGO_DEBUG"),
        port=port,
        secret_key=_secret_key(reader, demo=demo),
        allowed_hosts=_hosts(reader, demo=demo),
        public_origin=_origin(reader, demo=demo, port=port),
        trusted_proxies=reader.number("TRUSTED_PROXY_COUNT", default=0, low=0, high=9),
        database=_database(reader, demo=demo, port=port),
        redis_url=_redis(reader, demo=demo, port=port),
        email=_email(reader, demo=demo),
        media_storage=_media(reader, root=root),
        stripe_secret_key=reader.text("STRIPE_SECRET_KEY", default=""),
        stripe_webhook_secret=reader.text("STRIPE_WEBHOOK_SECRET", default=""),
        logistics_secret=reader.text("LOGISTICS_SECRET", default=""),
        log_level=_log_level(reader),
        metrics_token=_metrics_token(reader),
        **_base_urls(reader),
    )
    _check_together(reader, env)
    if reader.problems:
        raise SettingsError(reader.problems)
    return env


def load_or_exit(*, environ: Mapping[str, str] | None = None) -> Env:
    """Return the settings of this process, `.env` included; print what is wrong and exit with 1 when they do not do."""
    values = read_dotenv(ROOT / ".env") | dict(os.environ if environ is None else environ)
    try:
        return load(environ=values)
    except SettingsError as error:
        sys.stderr.write(f"{error}\nAll settings are explained in .env.example. {_DEMO_HINT}\n")
        raise SystemExit(1) from None


def _secret_key(reader: _Reader, *, demo: bool) -> str:
    key = reader.text(
        "DJANGO_SECRET_KEY", default="demo-" * 12 if demo else None, why="a long random text, kept secret."
    )
    if key and len(key) < SECRET_KEY_LENGTH:
        reader.problems.append(f"DJANGO_SECRET_KEY is shorter than {SECRET_KEY_LENGTH} characters.")
    return key


def _hosts(reader: _Reader, *, demo: bool) -> tuple[str, ...]:
    text = reader.text(
        "ALLOWED_HOSTS", default=DEMO_HOSTS if demo else None, why="the host names of all brands, with commas."
    )
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    if "*" in hosts and not demo:
        reader.problems.append("ALLOWED_HOSTS is *, which lets a forged host into links and mails; name the hosts.")
    return hosts


def _origin(reader: _Reader, *, demo: bool, port: int) -> str:
    default = f"http://localhost:{port}" if demo else None
    text = reader.text("PUBLIC_ORIGIN", default=default, why="where shoppers reach the shop, https://www.example.com.")
    return reader.parsed("PUBLIC_ORIGIN", parse_origin, value=text, fallback="")


def _database(reader: _Reader, *, demo: bool, port: int) -> Database:
    nowhere = Database(name="", user="", password="", host="", port=0)
    default = f"postgresql://shop@127.0.0.1:{port + 1}/halles" if demo else None
    text = reader.text("DATABASE_URL", default=default, why="postgresql://user:password@host:5432/name.")
    return reader.parsed("DATABASE_URL", parse_database, value=text, fallback=nowhere)


def _redis(reader: _Reader, *, demo: bool, port: int) -> str:
    default = f"redis://127.0.0.1:{port + 2}/0" if demo else None
    text = reader.text("REDIS_URL", default=default, why="redis://:password@host:6379/0.")
    return reader.parsed("REDIS_URL", parse_redis, value=text, fallback="")


def _email(reader: _Reader, *, demo: bool) -> Email:
    default = "console://" if demo else "smtp://localhost:25"
    return reader.parsed(
        "EMAIL_URL", parse_email, value=reader.text("EMAIL_URL", default=default), fallback=Email(backend="dummy")
    )


def _media(reader: _Reader, *, root: Path) -> MediaStorage:
    folder = MediaStorage(folder=root / ".data" / "media")
    text = reader.text("MEDIA_STORAGE_URL", default="")
    return reader.parsed("MEDIA_STORAGE_URL", parse_media_storage, value=text, fallback=folder)


def _base_urls(reader: _Reader) -> dict[str, str]:
    defaults = {
        "STRIPE_API_BASE": "https://api.stripe.com",
        "ERP_BASE_URL": "",
        "LOGISTICS_BASE_URL": "",
        "VIES_BASE_URL": "https://ec.europa.eu/taxation_customs/vies/rest-api",
    }
    return {
        name.lower(): reader.parsed(name, parse_base_url, value=reader.text(name, default=default), fallback="")
        for name, default in defaults.items()
    }


def _log_level(reader: _Reader) -> str:
    level = reader.text("LOG_LEVEL", default="INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        reader.problems.append(f"LOG_LEVEL is {level!r}; it must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return level


def _metrics_token(reader: _Reader) -> str:
    token = reader.text("METRICS_TOKEN", default="")
    if token and len(token) < METRICS_TOKEN_LENGTH:
        reader.problems.append(f"METRICS_TOKEN is shorter than {METRICS_TOKEN_LENGTH} characters.")
    return token


def _check_together(reader: _Reader, env: Env) -> None:
    reader.problems += [f"{name} is set, but {why}." for name, why in NOT_YET.items() if reader.text(name, default="")]
    if bool(env.logistics_base_url) != bool(env.logistics_secret):
        reader.problems.append("LOGISTICS_BASE_URL and LOGISTICS_SECRET go together; set both or none.")
    if env.stripe_secret_key and not env.stripe_webhook_secret:
        reader.problems.append(
            "STRIPE_SECRET_KEY is set, STRIPE_WEBHOOK_SECRET is not: payments could never be settled."
        )
    if env.demo:
        return
    if env.debug:
        reader.problems.append("DJANGO_DEBUG is 1 outside demo mode: error pages would show secrets to strangers.")
    if env.public_origin and not env.https:
        reader.problems.append(
            "PUBLIC_ORIGIN is not https: baskets, passwords and addresses would travel in the clear."
        )
