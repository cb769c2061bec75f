"""
What the values of the environment mean: URLs of databases, mail servers and stores, turned into typed settings.

The parsers raise ValueError whose text completes the sentence "NAME …" and never repeats the value: it may be a secret.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

CONNECT_S = 5


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where PostgreSQL is, from a URL."""

    name: str
    user: str
    password: str
    host: str
    port: int
    options: tuple[tuple[str, str], ...] = ()

    def as_django(self) -> dict[str, Any]:
        """Return the entry for DATABASES: connections are kept, and checked before a request uses one."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            # A machine that is gone answers nothing at all; without a limit each request would wait for minutes.
            "OPTIONS": {"connect_timeout": CONNECT_S, **dict(self.options)},
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }


@dataclass(frozen=True, kw_only=True)
class Email:
    """How mail leaves, from a URL: smtp, smtp+tls, smtps, console, memory or file."""

    backend: str
    settings: tuple[tuple[str, Any], ...] = ()

    def as_django(self) -> dict[str, Any]:
        """Return the EMAIL_… settings."""
        return {"EMAIL_BACKEND": f"django.core.mail.backends.{self.backend}.EmailBackend", **dict(self.settings)}


@dataclass(frozen=True, kw_only=True)
class MediaStorage:
    """Where media files are: a folder, or a bucket with its options."""

    folder: Path | None = None
    bucket: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def as_django(self) -> dict[str, Any]:
        """Return the entry for STORAGES["default"]."""
        if self.folder is not None:
            options = {"location": str(self.folder), "base_url": "/media/"}
            return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
        options = {"bucket_name": self.bucket, "addressing_style": "path", **dict(self.options)}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def parse_database(url: str) -> Database:
    """Return the database of a postgresql:// URL; its query becomes libpq options. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    if not parts.path.strip("/"):
        raise ValueError("names no database after the host")
    return Database(
        name=unquote(parts.path.strip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=unquote(parts.hostname or ""),
        port=_port(parts) or 5432,
        options=tuple(parse_qsl(parts.query)),
    )


def parse_redis(url: str) -> str:
    """Return a redis:// or rediss:// URL as it is. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("must look like redis://:password@host:6379/0")
    _port(parts)
    return url


def parse_email(url: str) -> Email:
    """Return how mail leaves: smtp://, smtp+tls://, smtps://, console://, memory:// or file:///folder."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return Email(backend="console")
    if parts.scheme == "memory":
        return Email(backend="locmem")
    if parts.scheme == "file":
        return Email(backend="filebased", settings=(("EMAIL_FILE_PATH", parts.path),))
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ValueError("must look like smtp+tls://user:password@host:587, console:// or file:///folder")
    default_port = {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme]
    settings = (
        ("EMAIL_HOST", parts.hostname),
        ("EMAIL_PORT", _port(parts) or default_port),
        ("EMAIL_HOST_USER", unquote(parts.username or "")),
        ("EMAIL_HOST_PASSWORD", unquote(parts.password or "")),
        ("EMAIL_USE_TLS", parts.scheme == "smtp+tls"),
        ("EMAIL_USE_SSL", parts.scheme == "smtps"),
        ("EMAIL_TIMEOUT", 10),
    )
    return Email(backend="smtp", settings=settings)


def parse_media_storage(url: str) -> MediaStorage:
    """Return where media files are: file:///folder, or s3://key:secret@host/bucket?region_name=… (a TLS endpoint)."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return MediaStorage(folder=Path(unquote(parts.path)))
    if parts.scheme not in {"s3", "s3+http"} or not parts.hostname or not parts.path.strip("/"):
        raise ValueError("must look like file:///folder or s3://key:secret@host/bucket?region_name=eu-west-3")
    if importlib.util.find_spec("storages") is None:
        raise ValueError("names a bucket, but the package django-storages[s3] is not installed")
    scheme = "http" if parts.scheme == "s3+http" else "https"
    port = f":{number}" if (number := _port(parts)) else ""
    options = (
        ("endpoint_url", f"{scheme}://{parts.hostname}{port}"),
        ("access_key", unquote(parts.username or "")),
        ("secret_key", unquote(parts.password or "")),
        *parse_qsl(parts.query),
    )
    return MediaStorage(bucket=parts.path.strip("/"), options=options)


def _port(parts: SplitResult) -> int | None:
    """Return the port of a URL; its own error would repeat a password with a slash in it, which is read as a port."""
    try:
        return parts.port
    except ValueError:
        raise ValueError("has no number as port; in a password write / # ? @ as %2F %23 %3F %40") from None


def parse_origin(value: str) -> str:
    """Return scheme and host without a trailing slash. Raises ValueError for anything with a path."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must be scheme and host alone, like https://www.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def parse_base_url(value: str) -> str:
    """Return an http(s) URL without a trailing slash. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https URL")
    return value.rstrip("/")
