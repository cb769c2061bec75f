"""The withdrawal function and what the order's page says of returns."""

from dataclasses import dataclass

from apps.storefront.contexts.buying import FieldView
from apps.storefront.contexts.pieces import Link, Picture, ProblemView
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class ChoiceRow(Shown):
    """
    A line of an order with how many of its units to give back: a select of `name`, none to all that is left.

    reason: why, if the shopper wants to say. exception: why it cannot be given back; then it has no fields. hint: what
    must be so that it can.
    """

    name: str
    title: str
    picture: Picture | None
    field: FieldView | None
    reason: FieldView | None = None
    exception: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawalPage(Shown):
    """
    The two steps of a withdrawal. Step one: rows and fields. Step two: the statement, to be confirmed.

    hidden: (name, value) of everything said in step one. until_text: how long the right lasts, or why it still does.
    """

    number: str
    action_url: str
    until_text: str
    rows: tuple[ChoiceRow, ...] = ()
    fields: tuple[FieldView, ...] = ()
    how: FieldView | None = None
    problems: tuple[ProblemView, ...] = ()
    statement: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    button: str = ""
    back: Link | None = None


@dataclass(frozen=True, slots=True)
class ReturnView(Shown):
    """
    A return on the order's page: goods, state, and what the shopper does or gets next. slip: to print and put in.
    photos: where pictures of it are shown and added.
    """

    number: str
    state_text: str
    lines: tuple[str, ...]
    when_text: str
    next_lines: tuple[str, ...] = ()
    slip: Link | None = None
    photos: Link | None = None


@dataclass(frozen=True, slots=True)
class PhotosPage(Shown):
    """The photos of a return, each an address with its words. can_add: more may be sent."""

    title: str
    text: str
    action_url: str
    photos: tuple[Link, ...]
    can_add: bool
    back: Link
    problems: tuple[ProblemView, ...] = ()
