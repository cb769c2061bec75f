"""Same key, same answer: the same request asked twice, or twenty times at once, is done once."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import locks
from apps.core.errors import Refusal
from apps.core.models import IdempotencyRecord

KEEP = timedelta(days=7)
_KEY = re.compile(r"[A-Za-z0-9_-]+")

# One statement both takes the key and takes over one that has expired. When another transaction holds the key,
# PostgreSQL waits here until it ends: committed, nothing comes back; rolled back, the key is ours.
_TAKE = """
INSERT INTO core_idempotencyrecord AS held (scope, key, body_sha256, answer, created_at, expires_at)
VALUES (%s, %s, %s, NULL, %s, %s)
ON CONFLICT (scope, key) DO UPDATE
   SET body_sha256 = excluded.body_sha256, answer = NULL,
       created_at = excluded.created_at, expires_at = excluded.expires_at
 WHERE held.expires_at <= excluded.created_at
RETURNING id
"""
_READ = "SELECT body_sha256, answer FROM core_idempotencyrecord WHERE scope = %s AND key = %s"
_STORE = "UPDATE core_idempotencyrecord SET answer = %s::jsonb WHERE id = %s"


class IdempotencyConflict(Refusal):
    """The key was used before for something else."""

    code = "idempotency.conflict"
    message = _("This request was already sent with other contents. Please look at the page again.")
    http_status = HTTPStatus.CONFLICT


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the work returned, as JSON values; `replayed` when it was done by an earlier request."""

    value: Any
    replayed: bool


def key_of(text: str, *, most: int = 80) -> str:
    """Return what a form sent as a key, "" when it is none: letters, digits, - and _ only, cut to `most`."""
    return text[:most] if _KEY.fullmatch(text[:most]) else ""


def once(
    *, scope: str, key: str, body: object, at: datetime, work: Callable[[], object], keep: timedelta = KEEP
) -> Answer:
    """
    Do `work` once for (scope, key) and return its answer; asked again, return the stored answer without doing it.

    body: what was asked, JSON values; another body under the same key raises IdempotencyConflict (409). work returns
    JSON values (Decimal and datetime come back as text, also the first time). Key, work and answer are one transaction:
    work that raises stores nothing, and the same key may try again. Requests with the same key at the same moment wait
    for the first one. Lock rank IDEMPOTENCY_KEY, so call it before locking anything else.
    Two statements besides the work; a replay takes two as well. A key is kept for `keep`, then it may be used again.
    """
    if not key:
        raise ValueError("an idempotency key may not be empty")
    digest = body_hash(body)
    with transaction.atomic(), connection.cursor() as cursor:
        locks.note(rank=locks.Rank.IDEMPOTENCY_KEY)
        cursor.execute(_TAKE, [scope, key, digest, at, at + keep])
        taken = cursor.fetchone()
        if taken is None:
            return _stored(scope=scope, key=key, digest=digest)
        text = canonical(work())
        cursor.execute(_STORE, [text, taken[0]])
    return Answer(value=json.loads(text), replayed=False)


def purge(*, at: datetime) -> int:
    """Delete keys that have expired; return how many. Safe to repeat."""
    return IdempotencyRecord.objects.filter(expires_at__lte=at).delete()[0]


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted names, no spaces. Raises TypeError for what is not JSON."""
    return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def body_hash(body: object) -> str:
    """Return SHA-256 of the canonical JSON of a request body, in hex."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def _stored(*, scope: str, key: str, digest: str) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [scope, key])
        row = cursor.fetchone()
    if row is None:
        # Purged between our two statements: it had expired, so nothing is known of it any more.
        raise IdempotencyConflict(key=key)
    if row[0] != digest:
        raise IdempotencyConflict(key=key)
    answer = row[1]
    return Answer(value=json.loads(answer) if isinstance(answer, str) else answer, replayed=True)
