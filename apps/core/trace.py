"""The id of the request or task that is running, so that rows and log lines of one cause can be found together."""

import structlog

_LENGTH = 64


def current_request_id() -> str:
    """Return the id bound by the request or task middleware, empty outside of both; at most 64 characters."""
    bound = structlog.contextvars.get_contextvars()
    return str(bound.get("request_id") or bound.get("task_id") or "")[:_LENGTH]
