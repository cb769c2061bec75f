"""
The shop a piece of code runs for: one locale of one market.

A `Shop` is an immutable value read once and shared; nothing in it is a database row, so it is safe to keep for the
life of a process and costs no query. The middleware sets the current one per request, tasks and mails with `using`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from apps.markets.errors import NoCurrentShop


@dataclass(frozen=True, slots=True)
class BrandInfo:
    """A brand as the shop needs it."""

    id: int
    code: str
    name: str
    hosts: tuple[str, ...]
    mail_from: str
    legal_name: str
    legal_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerInfo:
    """Who sells in a market, as the law has it told. Empty where a market's law asks for nothing of the kind."""

    name: str
    address: str
    email: str
    phone: str = ""
    legal_form: str = ""
    registration: str = ""
    capital: str = ""
    vat_id: str = ""
    invoice_prefix: str = ""
    invoice_note: str = ""
    representative: str = ""
    publication_director: str = ""
    host: str = ""
    mediator: str = ""
    authority: str = ""

    @property
    def address_line(self) -> str:
        """The address on one line."""
        return ", ".join(self.address.splitlines())

    @property
    def legal_line(self) -> str:
        """What a business letter says of its sender: name, form, address, register, VAT number."""
        form = "" if self.legal_form in self.name else self.legal_form
        return " · ".join(filter(None, (self.name, form, self.address_line, self.registration, self.vat_id)))


@dataclass(frozen=True, slots=True)
class MarketInfo:
    """A market as the shop needs it. `tax_percent` holds today's rate by tax class."""

    id: int
    code: str
    brand: BrandInfo
    seller: SellerInfo
    country: str
    currency: str
    prices_include_tax: bool
    rounding_level: str
    rounding_mode: str
    time_zone: ZoneInfo
    template_set: str
    launch_state: str
    payment_methods: tuple[str, ...]
    capture: str
    unpaid_order_ttl_minutes: int
    checkout_hold_minutes: int
    withdrawal_days: int
    order_min_minor: int | None
    order_max_minor: int | None
    stock_location_codes: tuple[str, ...]
    tax_percent: dict[str, Decimal]
    features: dict[str, Any]
    languages: tuple[str, ...]
    default_language: str


@dataclass(frozen=True, slots=True)
class Shop:
    """One locale of one market. `code` is the first segment of its addresses, as in `fr-be`."""

    market: MarketInfo
    language: str
    fallbacks: tuple[str, ...]
    code: str
    prefix: str = field(default="")

    @property
    def brand(self) -> BrandInfo:
        """The brand this shop belongs to."""
        return self.market.brand

    @property
    def seller(self) -> SellerInfo:
        """Who sells here."""
        return self.market.seller

    @property
    def locale_tag(self) -> str:
        """The language tag for HTML and hreflang, as in `fr-BE`."""
        return f"{self.language}-{self.market.country}"

    @property
    def translation(self) -> str:
        """
        The name to activate translations by, as in `fr-be`; gettext falls back to the language's catalogue.

        Not the bare language: Django's URL resolver remembers reversed patterns per active language, and two shops
        of one language have different prefixes.
        """
        return self.code

    @property
    def text_chain(self) -> tuple[str, ...]:
        """Languages to look for a text in, first choice first."""
        return (self.language, *self.fallbacks)


_current: ContextVar[Shop | None] = ContextVar("halles_shop", default=None)


def current() -> Shop:
    """The shop of this request or task. Raises NoCurrentShop outside one."""
    shop = _current.get()
    if shop is None:
        raise NoCurrentShop
    return shop


def current_or_none() -> Shop | None:
    """The shop of this request or task, or None outside one (the admin, a command)."""
    return _current.get()


def set_current(*, shop: Shop | None) -> None:
    """Bind the current shop for the rest of this request; the middleware's call."""
    _current.set(shop)


@contextmanager
def using(*, shop: Shop) -> Iterator[Shop]:
    """Run a block as that shop, in its language; what was current before comes back afterwards."""
    token = _current.set(shop)
    try:
        with translation.override(shop.translation):
            yield shop
    finally:
        _current.reset(token)
