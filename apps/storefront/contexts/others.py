"""Text pages, forms, stores, market choice, the demo's pages."""

from dataclasses import dataclass

from apps.storefront.contexts.buying import FieldView
from apps.storefront.contexts.frame import LocaleLink
from apps.storefront.contexts.pages import Fact
from apps.storefront.contexts.pieces import Link, ProblemView, PromiseView
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class Section(Shown):
    """A heading and its paragraphs in a static page. id: anchor."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CookieView(Shown):
    """A cookie the shop sets: its name, what it is for, how long it is kept."""

    name: str
    purpose: str
    lifetime: str


@dataclass(frozen=True, slots=True)
class TextPage(Shown):
    """
    Terms, legal notice, privacy and the like.

    facts: of the seller, above the sections of the legal notice. cookies: below those of the privacy notice.
    """

    title: str
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...] = ()
    cookies: tuple[CookieView, ...] = ()
    version_text: str = ""
    siblings: tuple[Link, ...] = ()
    breadcrumbs: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class FormPage(Shown):
    """A page with one form: contact, order look-up."""

    title: str
    text: str
    action_url: str
    fields: tuple[FieldView, ...]
    button: str
    problems: tuple[ProblemView, ...] = ()
    is_sent: bool = False
    sent_text: str = ""
    asides: tuple[PromiseView, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreRow(Shown):
    """A store in the list. hours: label and value per day; open_text: "Open until 19:00"."""

    name: str
    anchor: str
    address: tuple[str, ...]
    hours: tuple[Fact, ...] = ()
    open_text: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class MarketChoice(Shown):
    """A country on the page that offers all shops; `locales` are its languages."""

    country: str
    currency: str
    locales: tuple[LocaleLink, ...]


@dataclass(frozen=True, slots=True)
class DemoMail(Shown):
    """A mail in the demo's mail viewer."""

    id: int
    url: str
    to: str
    subject: str
    sent_text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class HostedPayment(Shown):
    """The demo provider's own page: brandless on purpose. actions: (value, label, explanation)."""

    shop_name: str
    order_number: str
    amount_text: str
    action_url: str
    actions: tuple[tuple[str, str, str], ...]
    cancel_url: str = ""
