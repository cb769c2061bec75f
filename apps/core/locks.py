"""
The one order in which rows are locked, written once.

Two transactions that take the same locks in the same order can wait for each other but never deadlock. Whoever locks
rows does it through `lock_rows` (or tells `note` when a plain statement takes the lock), and in debug and tests a
lower rank after a higher one raises: the mistake is found by the first test that passes, not by the first busy day.
"""

import functools
import random
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any, ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import OperationalError, connection, models, transaction

logger = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)

CONFLICTS = frozenset({"40P01", "40001"})  # deadlock detected, serialization failure


class Rank(IntEnum):
    """The order of locks: first the row that names the request, then wide to narrow, the outbox last."""

    IDEMPOTENCY_KEY = 10
    IMPORT = 15
    CUSTOMER = 20
    BASKET = 30
    CATALOGUE = 40
    PRICE = 45
    STOCK_LEVEL = 50  # by id
    CAPACITY = 55  # of a location on a day
    VOUCHER = 60
    OFFER = 65
    POINTS_ACCOUNT = 70
    CREDIT_ACCOUNT = 72  # by id
    ORDER = 80
    PAYMENT = 90
    FULFILMENT = 100
    RETURN = 105
    NUMBER_SERIES = 110  # late: what many wait for is held shortest
    OUTBOX = 120


class LockOrderError(RuntimeError):
    """Code took locks against the written order, or outside a transaction: a programming error."""


class _Taken:
    """
    A lock taken, kept among the hooks of the transaction that took it.

    Django drops its commit hooks exactly when PostgreSQL drops the locks: at commit, at rollback, and at rollback to
    the savepoint inside which they were taken. So this list needs no clearing of its own and is right per connection,
    which means per thread.
    """

    def __init__(self, *, rank: int, span: str | None) -> None:
        self.rank = rank
        self.span = span

    def __call__(self) -> None:
        """Do nothing at commit: it is here to be seen, not to be called."""


def lock_rows(*, queryset: models.QuerySet[M], rank: Rank, skip_locked: bool = False, nowait: bool = False) -> list[M]:
    """
    Lock the rows of a query set in order of their primary key and return them, read fresh. One statement.

    Call inside a transaction. Raises LockOrderError outside of one, or (in debug and tests) after a higher rank.
    """
    if not connection.in_atomic_block:
        raise LockOrderError(f"rows of rank {rank.name} locked outside a transaction: the lock would end at once")
    note(rank=rank)
    # Sorted by id so that two transactions over the same rows never wait for each other in a circle.
    return list(queryset.order_by("pk").select_for_update(of=("self",), skip_locked=skip_locked, nowait=nowait))


def lock_row(*, queryset: models.QuerySet[M], rank: Rank) -> M:
    """Lock the one row of a query set and return it. Raises DoesNotExist, MultipleObjectsReturned, LockOrderError."""
    rows = lock_rows(queryset=queryset, rank=rank)
    if len(rows) != 1:
        model: Any = queryset.model  # the stubs give these exceptions to concrete models only
        problem = model.MultipleObjectsReturned if rows else model.DoesNotExist
        raise problem(f"{len(rows)} rows of {queryset.model.__name__} where one was to be locked")
    return rows[0]


def note(*, rank: Rank) -> None:
    """
    Say that a plain statement (a conditional UPDATE, an INSERT on a unique key) takes a lock of this rank now.

    Costs no statement. Raises LockOrderError (in debug and tests) when a higher rank is already held.
    """
    if not _checked() or not connection.in_atomic_block:
        return
    span = _span()
    held = max((taken.rank for taken in _held() if taken.span == span), default=0)
    if rank < held:
        raise LockOrderError(f"{rank.name} ({int(rank)}) locked after {Rank(held).name} ({held}); see Rank")
    transaction.on_commit(_Taken(rank=rank, span=span))


def retry_on_conflict(*, attempts: int = 4, base_s: float = 0.02) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Decorate an operation that opens its own transaction: deadlock and serialization failures are tried again.

    attempts: in all, the first included; between them a random pause up to base_s, then twice, four times that. Only
    outside any transaction, because PostgreSQL has thrown the whole transaction away: inside one, it raises
    LockOrderError. The last failure is raised as it came. Never put an effect on a foreign system inside.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def retried(*args: P.args, **kwargs: P.kwargs) -> R:
            if connection.in_atomic_block and not _is_test_wrapper_only():
                raise LockOrderError(f"{function.__qualname__} retries whole transactions and was called inside one")
            for attempt in range(1, attempts + 1):
                try:
                    return function(*args, **kwargs)
                except OperationalError as error:
                    if attempt == attempts or not is_conflict(error) or connection.in_atomic_block:
                        raise
                    logger.warning("conflict_retried", operation=function.__qualname__, attempt=attempt)
                    _pause(base_s * 2 ** (attempt - 1))
            raise AssertionError("unreachable: the last attempt returns or raises")

        return retried

    return decorate


def is_conflict(error: BaseException) -> bool:
    """Tell whether PostgreSQL ended a transaction because of another one, so that doing it again may succeed."""
    cause = error.__cause__ or error
    return getattr(cause, "sqlstate", None) in CONFLICTS


def _pause(longest_s: float) -> None:
    threading.Event().wait(random.uniform(0, longest_s))  # noqa: S311 -- spreads waits, hides nothing


def _held() -> list[_Taken]:
    return [hook[1] for hook in connection.run_on_commit if isinstance(hook[1], _Taken)]


def _checked() -> bool:
    return settings.DEBUG or getattr(settings, "CHECK_LOCK_ORDER", False)


def _is_test_wrapper_only() -> bool:
    """Tell whether the only open transaction is the one a test case is wrapped in."""
    blocks = connection.atomic_blocks
    return len(blocks) == 1 and getattr(blocks[0], "_from_testcase", False)


def _span() -> str | None:
    """
    Name the transaction as production would see it.

    Inside a test case's own wrapper every operation is only a savepoint; what would have been a transaction of its own
    is then told apart by its first savepoint.
    """
    blocks: list[Any] = connection.atomic_blocks
    if blocks and getattr(blocks[0], "_from_testcase", False):
        return connection.savepoint_ids[0] if connection.savepoint_ids else None
    return ""
