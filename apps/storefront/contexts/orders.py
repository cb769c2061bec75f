"""Orders and the account."""

from dataclasses import dataclass

from apps.storefront.contexts.buying import RecapBlock, Summary
from apps.storefront.contexts.pages import Fact
from apps.storefront.contexts.pieces import Link, Paging, Picture, ProblemView, PromiseView
from apps.storefront.contexts.returns import ReturnView
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class TimelineEntry(Shown):
    """Something that happened, or will, to an order. state: `done`, `current` or `ahead`. moment: ISO for `<time>`."""

    title: str
    text: str
    state: str
    when_text: str = ""
    moment: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class OrderView(Shown):
    """An order as its shopper sees it: confirmation, tracking and history share it."""

    number: str
    state_text: str
    state_code: str
    placed_text: str
    headline: str
    text: str
    timeline: tuple[TimelineEntry, ...]
    summary: Summary
    blocks: tuple[RecapBlock, ...]
    email: str = ""
    problems: tuple[ProblemView, ...] = ()
    pay_again: Link | None = None
    withdrawal: Link | None = None
    bank_details: tuple[Fact, ...] = ()
    tracking_link: Link | None = None
    refresh_seconds: int = 0
    create_account: Link | None = None
    terms: Link | None = None
    returns: tuple[ReturnView, ...] = ()
    invoices: tuple[Link, ...] = ()
    related: tuple[Link, ...] = ()
    withdrawal_text: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow(Shown):
    """An order in the history."""

    number: str
    url: str
    placed_text: str
    total_text: str
    state_text: str
    state_code: str
    pictures: tuple[Picture, ...] = ()
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class AccountPage(Shown):
    """The account's pages: navigation, the person's mail address, recent orders."""

    email: str
    nav: tuple[Link, ...]
    orders: tuple[OrderRow, ...] = ()
    paging: Paging | None = None
    cards: tuple[PromiseView, ...] = ()
