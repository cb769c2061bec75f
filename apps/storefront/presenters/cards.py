"""Product cards: from values to HTML, each rendered once for as long as what it shows stays the same."""

from collections.abc import Iterable
from itertools import islice

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.catalog import queries as catalog
from apps.markets.context import Shop
from apps.storefront import templates_by_market
from apps.storefront.contexts import Card, Foreign, Link, Rail, Swatch
from apps.storefront.presenters.pictures import picture_from
from apps.storefront.presenters.prices import card_stock, price_view

KEPT = 8_000  # cards in memory, about 2 KB each


def cards_html(*, shop: Shop, cards: Iterable[catalog.Card]) -> SafeString:
    """The list items of these products. A card costs its template once per process and change, then a look-up."""
    # Each piece comes from a template that escaped what it was given.
    return mark_safe("".join(_html(shop, card) for card in cards))  # noqa: S308 -- joined from rendered templates


def _html(shop: Shop, card: catalog.Card) -> str:
    key = (shop.brand.code, shop.code, card.product_id, card.fingerprint)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= KEPT:
            # Oldest first; a card that is still wanted costs one template to come back.
            for old in list(islice(_kept, KEPT // 8)):
                _kept.pop(old, None)
        template = templates_by_market.pick(name="components/product_card.html")
        found = _kept[key] = str(template.render({"card": card_view(shop=shop, card=card)})).strip()
    return found


_kept: dict[tuple[str, str, int, int], str] = {}


def forget_cards() -> None:
    """Render every card anew at its next use; for tests and after a change of templates."""
    _kept.clear()


def card_view(*, shop: Shop, card: catalog.Card) -> Card:
    """A card as its template needs it."""
    return Card(
        name=card.name,
        url=card.url,
        picture=picture_from(data=card.picture, alt=card.name),
        price=price_view(shop=shop, price=card.price, prior=card.prior, is_from=card.is_from_price),
        stock=card_stock(availability=card.availability),
        sku=card.sku,
        charm=card.tagline,
        foreign=Foreign(**card.foreign),
        specs=card.specs,
        badge=_("Offer") if card.prior else "",
        swatches=tuple(Swatch(label=item["label"], hex=item["swatch"]) for item in card.swatches),
        more_swatches=f"+{card.more_swatches}" if card.more_swatches else "",
    )


def rail(*, shop: Shop, name: str, title: str, cards: Iterable[catalog.Card], link: Link | None = None) -> Rail | None:
    """A row of products; None when there is nothing to show in it."""
    html = cards_html(shop=shop, cards=cards)
    return Rail(id=name, title=title, cards_html=html, link=link) if html else None
