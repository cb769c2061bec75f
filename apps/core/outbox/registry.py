"""Which handler listens to which topic. Filled by decorators while Django starts, read ever after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core.enums import Queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.core.outbox.deliver import Delivery

    Function = Callable[["Delivery"], None]

MAX_ATTEMPTS = 12
TIMEOUT_S = 30
LONGEST_S = 600


class HandlerError(RuntimeError):
    """A handler was declared wrongly: a programming error, raised while Django starts."""


@dataclass(frozen=True, kw_only=True)
class Handler:
    """One listener. timeout_s: how long one attempt may take, in seconds."""

    topic: str
    name: str
    function: Function
    queue: str
    max_attempts: int
    timeout_s: int
    atomic: bool
    ordered_by_key: bool


_handlers: dict[str, dict[str, Handler]] = {}


def handler(
    *,
    topic: str,
    name: str,
    queue: str = Queue.NOW,
    max_attempts: int = MAX_ATTEMPTS,
    timeout_s: int = TIMEOUT_S,
    atomic: bool = True,
    ordered_by_key: bool = False,
) -> Callable[[Function], Function]:
    """
    Declare a function as listener of a topic. name: "app.what_it_does"; it is stored with deliveries, so it stays.

    The function gets one `Delivery` and returns nothing. An event is done for a handler exactly once as far as the
    database goes: with `atomic` (the default) the work and the mark are one transaction, so a killed worker leaves both
    or neither. It raises `Final` when repeating cannot help (given up at once), `TryAgain` when it may; anything else
    is tried again, `max_attempts` times in all, after 2, 4, 8 … seconds, at most an hour. A refusal of 422 is final.

    atomic=False is for handlers that call a foreign system, which no transaction can undo. They run outside of any, in
    two steps: call with `delivery.idempotency_key` (the same in every attempt), then write what came back in one
    `transaction.atomic()` that ends with `outbox.finish(delivery=…)`, so that result and mark are one commit.

    ordered_by_key=True: a delivery waits while an older one of the same handler and key is not done, also when that one
    was given up; somebody has to retry it first. Older means published earlier under a lock on what the key names.
    """
    if timeout_s > LONGEST_S:
        raise HandlerError(f"{name} wants {timeout_s} s; an attempt may take {LONGEST_S} s: split the work")

    def register(function: Function) -> Function:
        named = _handlers.setdefault(topic, {})
        if name in named:
            raise HandlerError(f"two handlers of {topic} are called {name}")
        named[name] = Handler(
            topic=topic,
            name=name,
            function=function,
            queue=Queue(queue).value,
            max_attempts=max_attempts,
            timeout_s=timeout_s,
            atomic=atomic,
            ordered_by_key=ordered_by_key,
        )
        return function

    return register


def handlers_of(topic: str) -> tuple[Handler, ...]:
    """Return the listeners of a topic."""
    return tuple(_handlers.get(topic, {}).values())


def find(*, topic: str, name: str) -> Handler | None:
    """Return a listener by its name, None when this release knows no such one."""
    return _handlers.get(topic, {}).get(name)


def forget(*, topic: str, name: str) -> None:
    """Take a listener away again: for tests that declared one."""
    _handlers[topic].pop(name)


def timeouts() -> tuple[list[str], list[int]]:
    """Return the names of all listeners and, beside each, how long its attempt may take, in seconds."""
    known = [(each.name, each.timeout_s) for named in _handlers.values() for each in named.values()]
    return [name for name, _ in known], [timeout_s for _, timeout_s in known]
