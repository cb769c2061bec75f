"""Sessions in the database with a copy in the cache, written in one statement."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.core.cache import caches
from django.db import connection
from django.utils.crypto import get_random_string

logger = logging.getLogger("django.contrib.sessions")

# As many as Django draws.
KEY_CHARACTERS = 32
_NEW = """
INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)
    ON CONFLICT (session_key) DO NOTHING
"""
_AGAIN = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


class SessionStore(CachedStore):
    """
    Django's own, but for how it is written.

    A step of the checkout writes its session, so plain SQL: through the model it costs three times as much, and a new
    one two statements. Django also takes every database error while saving for a session that was deleted, so that a
    lost connection became a "Bad Request"; here it stays what it is, and the visitor is told to try again.
    """

    def save(self, must_create: bool = False) -> Any:  # noqa: FBT001, FBT002, ANN401 -- Django's signature
        """
        Save in one statement.

        Raises UpdateError when the session is gone, CreateError when the key of a new one is taken, OperationalError,
        InterfaceError when the database is away.
        """
        if self.session_key is None:
            return self.create()
        text = self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined] # Django's, not in its stubs
        with connection.cursor() as cursor:
            if must_create:
                cursor.execute(_NEW, [self.session_key, text, self.get_expiry_date()])
            else:
                cursor.execute(_AGAIN, [text, self.get_expiry_date(), self.session_key])
            is_written = cursor.rowcount == 1
        if not is_written:
            raise CreateError if must_create else UpdateError
        self._copy_to_cache()
        return None

    def _get_new_session_key(self) -> str:
        """Draw a key without asking whether it is taken: the insert says so, and `create` draws again."""
        return get_random_string(KEY_CHARACTERS, VALID_KEY_CHARS)

    def _validate_session_key(self, key: str | None) -> bool:
        """Take only what we could have drawn: a cookie of thousands of letters is no key to look for."""
        return key is not None and len(key) == KEY_CHARACTERS and key.isalnum() and key.isascii()

    def _copy_to_cache(self) -> None:
        copies = caches[settings.SESSION_CACHE_ALIAS]
        try:
            data = self._get_session()  # type: ignore[attr-defined] # as above
            copies.set(self.cache_key, data, self.get_expiry_age())
        except Exception:
            # The record is written; without its copy the next request reads the record.
            logger.exception("Error saving to cache (%s)", copies)
