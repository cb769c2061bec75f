"""Sessions in the database with a copy in the cache; a database that is away is said as such."""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.db import InterfaceError, OperationalError


class SessionStore(CachedStore):
    """
    Django's own, but for one answer: it takes every database error while saving for a session that was deleted, so that
    a lost connection became a "Bad Request". Here it stays what it is, and the visitor is told to try again.
    """

    def save(self, must_create: bool = False) -> Any:  # noqa: FBT001, FBT002, ANN401 -- Django's signature
        """Save. Raises UpdateError when the session is gone, OperationalError, InterfaceError when the database is."""
        try:
            return super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if isinstance(cause, (OperationalError, InterfaceError)):
                raise cause from None
            raise
