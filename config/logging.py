"""Logs: one JSON object a line in production, with request and task ids; a readable console in debug and demo."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from celery import Celery

    from config.env import Env

# What every record gets, whether written through structlog or the standard library.
SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
HIDDEN = "[hidden]"
SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "card_number", "api_key")


def hide_secrets(
    logger: object,  # noqa: ARG001 -- structlog's signature
    method: str,  # noqa: ARG001 -- structlog's signature
    event: structlog.typing.EventDict,
) -> structlog.typing.EventDict:
    """Replace values whose name says they are secret, before anything is written."""
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = HIDDEN
    return event


def settings_for(env: Env) -> dict[str, Any]:
    """Return LOGGING and django-structlog's settings, and set structlog up for this process."""
    _configure_structlog()
    readable = env.debug or env.demo
    return {
        "LOGGING": _logging(readable=readable, level=env.log_level),
        "DJANGO_STRUCTLOG_CELERY_ENABLED": True,
        "DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED": False,
        # A client could pose as another request by sending an id of its own.
        "DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID": False,
        # An address is personal data and belongs in the proxy's short-lived log, not here.
        "DJANGO_STRUCTLOG_IP_LOGGING_ENABLED": False,
        # One line a request, at its end.
        "DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL": logging.DEBUG,
        "DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL": logging.INFO,
    }


def instrument_celery(app: Celery) -> None:
    """Give every task's log lines its id and the id of the request that sent it. Call once on the Celery app."""
    from celery.signals import setup_logging
    from django_structlog.celery.steps import DjangoStructLogInitStep

    app.steps["worker"].add(DjangoStructLogInitStep)
    setup_logging.connect(_keep_our_logging, weak=False)


def _keep_our_logging(**kwargs: object) -> None:
    """Being connected is enough: Celery then leaves the logging alone that the settings have set up."""


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.UnicodeDecoder(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _logging(*, readable: bool, level: str) -> dict[str, Any]:
    if readable:
        plain = structlog.dev.plain_traceback
        finish: list[Any] = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    else:
        # Without local variables: they hold addresses, tokens and payloads.
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        finish = [structlog.processors.ExceptionRenderer(traces), structlog.processors.JSONRenderer()]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_secrets, *finish],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # The request line of django-structlog says the same, with the request's id.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": False},
            "celery": {"level": level},
            "celery.redirected": {"level": "WARNING"},
            "PIL": {"level": "INFO"},
            # Forty lines for each document that is drawn.
            "fontTools": {"level": "WARNING"},
            # Celery's own lines say what django-structlog's say, without the ids. In the demo's terminal neither is
            # wanted: a line for every wake-up of the outbox would drown the rest.
            "celery.beat": {"level": "WARNING" if readable else level},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.worker.request": {"level": "WARNING"},
            "django_structlog.celery.receivers": {"level": "ERROR" if readable else level},
        },
    }
