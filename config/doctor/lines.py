"""One line of the doctor's list."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)


class State(StrEnum):
    """ok: as it should be. warn: the shop works, a person should look. fail: do not open like this."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was looked at, how it is, and what to do about it; `advice` is empty when all is well."""

    name: str
    state: State
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Line:
    """Return a line that asks for nothing."""
    return Line(name=name, state=State.OK, detail=detail)


def warn(name: str, detail: str, advice: str) -> Line:
    """Return a line a person should read."""
    return Line(name=name, state=State.WARN, detail=detail, advice=advice)


def fail(name: str, detail: str, advice: str) -> Line:
    """Return a line that stands in the way of opening."""
    return Line(name=name, state=State.FAIL, detail=detail, advice=advice)


def looked(name: str, look: Callable[[], Iterable[Line]], *, advice: str) -> list[Line]:
    """
    Return the lines of a look; whatever it raises becomes a failing line with this advice, never a traceback.

    Only the kind of error is told: the text of a driver's error may hold an address or a password.
    """
    try:
        return list(look())
    except Exception as error:
        log.debug("doctor could not look at %s", name, exc_info=True)
        return [fail(name, f"could not be looked at ({type(error).__name__})", advice)]


def ago(seconds: float) -> str:
    """Return a length of time in its largest whole unit: 45 s, 12 min, 3 h, 9 d."""
    for unit, length_s in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length_s:
            return f"{seconds // length_s:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
