"""Refusals: what an operation says instead of doing its work, and what a gateway says of a foreign system."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not a defect
    """
    A business rule said no; the sentence is for the person who asked.

    Subclasses set `code` (stable, for programs), `message` (lazy, named placeholders) and `http_status`: 409 for a lost
    race, 422 for a refused value, 503 when something we depend on is down. Parameters are given by keyword:

        class UnableToReserve(Refusal):
            code = "inventory.unable_to_reserve"
            message = _("Only %(left)s of %(sku)s left.")

        raise UnableToReserve(left=2, sku="KETTLE-1")
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str | Promise] = _("This cannot be done.")
    http_status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        """Return the sentence in the language that is active now, not the one active when it was raised."""
        text = str(self.message)
        return text % self.params if self.params else text

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.params))

    def as_dict(self) -> dict[str, Any]:
        """Return code, sentence, status and parameters as JSON values, for problem+json and stored answers."""
        return {
            "code": self.code,
            "message": str(self),
            "status": int(self.http_status),
            "params": {name: _plain(value) for name, value in self.params.items()},
        }


class LostRace(Refusal):
    """Somebody else was faster; the same request may succeed when the page is fresh."""

    code = "lost_race"
    message = _("Somebody else changed this at the same moment. Please look again.")
    http_status = HTTPStatus.CONFLICT


class Unavailable(Refusal):
    """Something we depend on is down; the same request may succeed later."""

    code = "unavailable"
    message = _("This is not available right now. Please try again in a moment.")
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


class GatewayError(Exception):
    """A foreign system did not do what was asked. Raised only as TryAgain or Final."""

    def __init__(self, reason: str, *, system: str = "", status: int | None = None) -> None:
        self.reason = reason
        self.system = system
        self.status = status
        super().__init__(f"{system}: {reason}" if system else reason)


class TryAgain(GatewayError):  # noqa: N818 -- says what to do
    """It may work later; `retry_after` in seconds when the other side said so. The effect may have happened or not."""

    def __init__(
        self, reason: str, *, system: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(reason, system=system, status=status)


class Final(GatewayError):  # noqa: N818 -- says what to do
    """Repeating the same call cannot help: it was refused, or it must not be made."""


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _rebuild(refusal: type[Refusal], params: dict[str, Any]) -> Refusal:
    return refusal(**params)
