"""
The texts an order is made under (terms, withdrawal information), kept with it and handed to the shopper.

C. conso L221-13 and Directive 2011/83 art. 8(7): the confirmation carries them on a durable medium. The texts are
written in the storefront, which stands above and registers itself as their source.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.text import slugify

from apps.markets.context import Shop
from apps.orders.models import Order, TermsVersion

# What belongs to the contract, in the order it is handed over.
CODES = ("terms", "withdrawal")
# Two years of guarantee by Directive (EU) 2019/771; the United Kingdom has a law of its own.
EU_COUNTRIES = frozenset({"FR", "BE", "DE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text: its code, title and version, and sections as (heading, paragraphs)."""

    code: str
    title: str
    version: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The texts in force in a shop. `digest` is the same for the same words only."""

    language: str
    documents: tuple[Document, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of language and texts, in hex."""
        told = json.dumps([self.language, self.as_json()], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def as_json(self) -> list[dict[str, Any]]:
        """The documents as they are kept."""
        return [
            {"code": each.code, "title": each.title, "version": each.version, "sections": each.sections}
            for each in self.documents
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file for a mail."""

    name: str
    content: str
    mime_type: str


class TermsSource(Protocol):
    """Answers which texts of CODES are in force in a shop, without a query when warm."""

    def __call__(self, *, shop: Shop) -> tuple[Document, ...]:
        """Return the documents the shop has, in the order of CODES."""


_sources: list[TermsSource] = []


def register_source(source: TermsSource) -> Callable[[], None]:
    """Make `source` the one placement asks; returns a function that takes it back (for tests)."""
    _sources.append(source)
    return lambda: _sources.remove(source)


def in_force(*, shop: Shop) -> Terms | None:
    """The texts a contract made now is made under; None while the shop has written none."""
    documents = _sources[-1](shop=shop) if _sources else ()
    return Terms(language=shop.language, documents=documents) if documents else None


def keep(*, order_id: int, terms: Terms, at: datetime) -> None:
    """
    Point an order at its texts, written down on their first use. In the placing transaction.

    Two orders that are the first under new texts wait for each other here, before either has taken stock.
    """
    digest = terms.digest
    TermsVersion.objects.bulk_create(
        [TermsVersion(digest=digest, language=terms.language, documents=terms.as_json(), first_used_at=at)],
        ignore_conflicts=True,
    )
    Order.objects.filter(pk=order_id).update(terms=TermsVersion.objects.get(digest=digest))


def documents_of(*, version: TermsVersion) -> tuple[Document, ...]:
    """The texts of a kept version."""
    return tuple(
        Document(
            code=told["code"],
            title=told["title"],
            version=told["version"],
            sections=tuple((heading, tuple(paragraphs)) for heading, paragraphs in told["sections"]),
        )
        for told in version.documents
    )


def attachment_of(*, order: Order) -> Attachment | None:
    """
    The order's texts as one HTML file that needs nothing else; None for an order without any.

    The same bytes each time: nothing in it depends on the day or on what the texts say now.
    """
    if order.terms is None:
        return None
    documents = documents_of(version=order.terms)
    first = documents[0]
    context = {"language": order.terms.language, "documents": documents}
    content = render_to_string("emails/terms.html", context).strip() + "\n"
    name = slugify(f"{first.title} {first.version}") or "terms"
    return Attachment(name=f"{name}.html", content=content, mime_type="text/html")
