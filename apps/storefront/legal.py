"""Who sells, in words: the facts of the legal notice and the names that texts leave open for them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _

from apps.markets.context import SellerInfo, Shop
from apps.storefront.contexts import Fact

# Only these names, never a format string: a text cannot reach into an object.
NAMES = frozenset({"brand", "company"} | {field.name for field in fields(SellerInfo)})
_OPEN = re.compile(r"\{(" + "|".join(sorted(NAMES)) + r")\}")


def facts(*, shop: Shop) -> tuple[Fact, ...]:
    """What the law has told of the seller, in the active language; nothing stands for what a market leaves empty."""
    seller = shop.seller
    rows = (
        (_("Seller"), seller.name),
        (_("Legal form"), seller.legal_form),
        (_("Address"), seller.address),
        (_("Represented by"), seller.representative),
        (_("Phone"), seller.phone),
        (_("E-mail"), seller.email),
        (_("Register"), seller.registration),
        (_("Share capital"), seller.capital),
        (_("VAT number"), seller.vat_id),
        (_("Responsible for publication"), seller.publication_director),
        (_("Host"), seller.host),
        (_("Mediation"), seller.mediator),
        (_("Supervisory authority"), seller.authority),
    )
    return tuple(Fact(label=label, value=value) for label, value in rows if value)


def maker(*, shop: Shop, named: str) -> tuple[str, ...]:
    """
    Who answers for a product's safety, as lines (Regulation (EU) 2023/988 art. 19): name, post and e-mail.

    named: what the product says of its maker, with the address in it. A product that names nobody is sold under the
    shop's own name, which makes the seller its manufacturer.
    """
    if named:
        return tuple(named.splitlines())
    return (shop.seller.name, *shop.seller.address.splitlines(), shop.seller.email)


def filled(*, shop: Shop, sections: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """
    Sections as (heading, paragraphs) with the seller's facts in the places left open, as in {company} or {mediator}.

    A paragraph about something the seller has not is left out, and with its last paragraph the section. The result
    is plain text: templates escape it. Other braces stay as they are written.
    """
    told = {name: getattr(shop.seller, name) for name in NAMES - {"brand", "company"}}
    told |= {"brand": shop.brand.name, "company": shop.seller.name}
    told = {name: ", ".join(value.splitlines()) for name, value in told.items()}
    made = []
    for section in sections:
        paragraphs = tuple(
            _OPEN.sub(lambda found: told[found[1]], text)
            for text in section["paragraphs"]
            if all(told[name] for name in _OPEN.findall(text))
        )
        if paragraphs or not section["paragraphs"]:
            made.append((section["heading"], paragraphs))
    return tuple(made)
