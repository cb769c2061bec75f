"""What can go wrong with an embedded service."""

from __future__ import annotations


class ServiceError(RuntimeError):
    """An embedded service cannot run; the text is one line a person can act on."""
