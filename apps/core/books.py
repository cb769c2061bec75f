"""
The books: what must be true of all rows at once, each sentence proven by one statement that finds the exceptions.

Each app declares its own in `books.py`; the core knows none. Worked list: docs/rules/books.md.
"""

import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from apps.core.models import BooksProof
from apps.core.money import digits_that_differ

logger = structlog.get_logger(__name__)

MOST = 200  # exceptions read of one invariant; more of one kind say nothing new
MAY_WAIT = timedelta(minutes=15)  # how long past its deadline a row may stand before the books call it stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """
    One sentence about all rows and the statement that finds what breaks it.

    name: `<room>.<what>`, stable, for scripts. sentence: what is true when nothing is found, in English.
    sql: selects (subject, what is wrong) as two texts; may use the parameters `at` (now), `late` (what should have
    happened before this moment is stuck) and `digits` (decimals by currency, where they are not two).
    """

    name: str
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class BooksException:
    """One row that breaks an invariant."""

    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant and what breaks it; at most MOST exceptions, `is_cut` when there are more."""

    invariant: Invariant
    exceptions: tuple[BooksException, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What one reading of the books found."""

    at: datetime
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The invariants that do not hold."""
        return tuple(finding for finding in self.findings if finding.exceptions)

    @property
    def is_clean(self) -> bool:
        """Whether every sentence is true."""
        return not self.broken

    def as_dict(self) -> dict[str, object]:
        """The proof as JSON shows it."""
        return {
            "at": self.at.isoformat(),
            "seconds": round(self.seconds, 3),
            "clean": self.is_clean,
            "invariants": [
                {
                    "name": finding.invariant.name,
                    "sentence": finding.invariant.sentence,
                    "exceptions": [{"subject": each.subject, "detail": each.detail} for each in finding.exceptions],
                    "more": finding.is_cut,
                }
                for finding in self.findings
            ],
        }


_registered: dict[str, Invariant] = {}


def register(*invariants: Invariant) -> None:
    """Add invariants to the books; called while apps load. Raises ValueError when a name is taken by another one."""
    for invariant in invariants:
        if _registered.setdefault(invariant.name, invariant) != invariant:
            raise ValueError(f"two invariants are called {invariant.name}")


def invariants() -> tuple[Invariant, ...]:
    """Every declared invariant, by name."""
    return tuple(_registered[name] for name in sorted(_registered))


def prove(*, at: datetime, names: Collection[str] = ()) -> Proof:
    """
    Run every invariant, or those named, over one snapshot of the database; write nothing.

    One statement each, in a read-only transaction of its own, so that orders placed meanwhile are seen wholly or not
    at all. Inside a caller's transaction it reads what that sees. Raises LookupError for a name nobody declared.
    """
    unknown = sorted(set(names) - set(_registered))
    if unknown:
        raise LookupError(unknown[0])
    chosen = [each for each in invariants() if not names or each.name in names]
    started = time.perf_counter()
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if is_own:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        findings = tuple(_found(invariant, at=at) for invariant in chosen)
    return Proof(at=at, findings=findings, seconds=time.perf_counter() - started)


def prove_and_keep(*, at: datetime) -> Proof:
    """Prove everything and keep the answer as a row; a broken sentence is logged as an error, one line each."""
    proof = prove(at=at)
    for finding in proof.broken:
        logger.error(
            "books_broken",
            invariant=finding.invariant.name,
            exceptions=len(finding.exceptions),
            first=finding.exceptions[0].subject,
        )
    BooksProof.objects.create(
        at=at,
        seconds=proof.seconds,
        invariants=len(proof.findings),
        exceptions=sum(len(finding.exceptions) for finding in proof.findings),
        broken=[each for each in proof.as_dict()["invariants"] if each["exceptions"]],  # type: ignore[attr-defined] # a list
    )
    return proof


def _found(invariant: Invariant, *, at: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql, {"at": at, "late": at - MAY_WAIT, "digits": json.dumps(digits_that_differ())})
        rows = cursor.fetchmany(MOST + 1)
    return Finding(
        invariant=invariant,
        exceptions=tuple(BooksException(subject=str(row[0]), detail=str(row[1])) for row in rows[:MOST]),
        is_cut=len(rows) > MOST,
    )
