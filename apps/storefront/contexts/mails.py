"""What mails are given."""

from dataclasses import dataclass

from apps.storefront.contexts.buying import LineView, RecapBlock, TotalRow
from apps.storefront.contexts.others import Section
from apps.storefront.contexts.pages import Fact
from apps.storefront.contexts.pieces import Link
from apps.storefront.contexts.shown import Shown


@dataclass(frozen=True, slots=True)
class MailFrame(Shown):
    """What surrounds every mail. Addresses are absolute."""

    brand_code: str
    brand_name: str
    language: str
    home_url: str
    legal_line: str
    contact_url: str
    help_text: str


@dataclass(frozen=True, slots=True)
class OrderMail(Shown):
    """Order confirmation and shipping mails. parcels: carrier, tracking code and link per parcel."""

    frame: MailFrame
    subject: str
    headline: str
    text: str
    order_number: str
    lines: tuple[LineView, ...]
    totals: tuple[TotalRow, ...]
    blocks: tuple[RecapBlock, ...]
    track: Link
    withdrawal: Link | None = None
    withdrawal_text: str = ""
    bank_details: tuple[Fact, ...] = ()
    parcels: tuple[tuple[str, str, str], ...] = ()
    terms: tuple[Section, ...] = ()
