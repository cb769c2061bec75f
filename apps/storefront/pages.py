"""Editorial content of a shop: static pages, blocks of the home page, and the promises that are true in its market."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.kept import Kept
from apps.core.money import Money, from_minor
from apps.markets.context import Shop
from apps.media import queries as media
from apps.orders import delivery, terms
from apps.storefront import cookies, legal, words
from apps.storefront.contexts import Link, Picture, PromiseView, Section, TextPage
from apps.storefront.models import ContentBlock, StaticPage
from apps.storefront.presenters.pictures import picture_of

BLOCKS_TTL_S = 10.0


_pages_kept: Kept[tuple[str, str], dict[str, StaticPage]] = Kept(age_s=BLOCKS_TTL_S)


def _pages(shop: Shop) -> dict[str, StaticPage]:
    """The static pages of a shop by code, at most BLOCKS_TTL_S seconds old. No query when warm, one when not."""
    return _pages_kept.get(key=(shop.brand.code, shop.code), read=lambda: _best_pages(shop))


def _best_pages(shop: Shop) -> dict[str, StaticPage]:
    """The best static page per code: the market's own before the brand's, the language before its fallbacks."""
    rows = StaticPage.objects.filter(
        Q(market_id=shop.market.id) | Q(market__isnull=True), brand_id=shop.brand.id, language__in=shop.text_chain
    ).order_by("id")
    best: dict[str, StaticPage] = {}
    for row in sorted(rows, key=lambda row: (shop.text_chain.index(row.language), row.market_id is None)):
        best.setdefault(row.code, row)
    return best


def links(*, shop: Shop) -> dict[str, Link]:
    """A link to each static page, by its code."""
    return {
        code: Link(label=page.title, url=reverse("static_page", args=[page.slug]))
        for code, page in _pages(shop).items()
    }


def link_to(*, shop: Shop, code: str) -> str:
    """The address of a static page by its code, or an empty text where the shop has none."""
    page = _pages(shop).get(code)
    return reverse("static_page", args=[page.slug]) if page else ""


def static_page(*, shop: Shop, slug: str) -> tuple[str, TextPage] | None:
    """A static page's code and what its template needs, or None."""
    known = _pages(shop)
    page = next((page for page in known.values() if page.slug == slug), None)
    if page is None:
        return None
    siblings = tuple(
        Link(label=other.title, url=reverse("static_page", args=[other.slug]), is_current=other.id == page.id)
        for other in known.values()
    )
    sections = tuple(
        Section(id=f"s{number}", heading=heading, paragraphs=paragraphs)
        for number, (heading, paragraphs) in enumerate(legal.filled(shop=shop, sections=page.sections), start=1)
    )
    version = _("Version %(version)s") % {"version": page.version} if page.version else ""
    return page.code, TextPage(
        title=page.title,
        sections=sections,
        version_text=version,
        siblings=siblings,
        facts=legal.facts(shop=shop) if page.code == "legal" else (),
        cookies=cookies.listed(shop=shop) if page.code == "privacy" else (),
        breadcrumbs=(Link(label=shop.brand.name, url=reverse("home")), Link(label=page.title, url="", is_current=True)),
    )


def contract_texts(*, shop: Shop) -> tuple[terms.Document, ...]:
    """The texts an order made now is made under, for placement to keep. No query when warm."""
    known = _pages(shop)
    return tuple(
        terms.Document(
            code=code,
            title=known[code].title,
            version=known[code].version,
            sections=legal.filled(shop=shop, sections=known[code].sections),
        )
        for code in terms.CODES
        if code in known
    )


def kept_text(*, shop: Shop, documents: tuple[terms.Document, ...], back: Link) -> TextPage:
    """The texts an order was placed under, as a page; `back` leads to the order."""
    sections = [
        (f"{document.title}: {heading}" if number else heading, paragraphs)
        for number, document in enumerate(documents)
        for heading, paragraphs in document.sections
    ]
    first = documents[0]
    return TextPage(
        title=first.title,
        sections=tuple(
            Section(id=f"s{number}", heading=heading, paragraphs=paragraphs)
            for number, (heading, paragraphs) in enumerate(sections, start=1)
        ),
        version_text=_("Version %(version)s") % {"version": first.version} if first.version else "",
        breadcrumbs=(Link(label=shop.brand.name, url=reverse("home")), back),
    )


def slug_of(*, shop: Shop, code: str) -> str | None:
    """The slug a static page has in another shop, for the switcher and hreflang."""
    page = _pages(shop).get(code)
    return page.slug if page else None


@dataclass(frozen=True, slots=True)
class HomeBlock:
    """A block of the home page with its picture, ready to be shared by requests."""

    kind: str
    title: str
    text: str
    link_label: str
    link_path: str
    data: dict[str, Any]
    picture: Picture | None


_blocks_kept: Kept[tuple[str, str], tuple[HomeBlock, ...]] = Kept(age_s=BLOCKS_TTL_S)


def blocks(*, shop: Shop) -> tuple[HomeBlock, ...]:
    """The home page's blocks in order, at most BLOCKS_TTL_S seconds old. No query when warm, three when not."""
    return _blocks_kept.get(key=(shop.brand.code, shop.code), read=lambda: _blocks(shop))


def _blocks(shop: Shop) -> tuple[HomeBlock, ...]:
    rows = _block_rows(shop)
    files = media.picture_sources(asset_ids=[row.asset_id for row in rows if row.asset_id], languages=shop.text_chain)
    return tuple(
        HomeBlock(
            kind=row.kind,
            title=row.title,
            text=row.text,
            link_label=row.link_label,
            link_path=row.link_path,
            data=row.data,
            picture=picture_of(files.get(row.asset_id or 0), alt=""),
        )
        for row in rows
    )


def forget_blocks() -> None:
    """Read blocks and static pages anew at their next use; for tests and after a change in this process."""
    _blocks_kept.forget()
    _pages_kept.forget()


def _block_rows(shop: Shop) -> list[ContentBlock]:
    """The blocks of a shop: the market's own instead of the brand's, its language before the fallbacks."""
    rows = ContentBlock.objects.filter(
        Q(market_id=shop.market.id) | Q(market__isnull=True),
        brand_id=shop.brand.id,
        language__in=shop.text_chain,
        is_active=True,
    ).order_by("position", "id")
    best: dict[tuple[str, int], ContentBlock] = {}
    for row in sorted(rows, key=lambda row: (shop.text_chain.index(row.language), row.market_id is None)):
        best.setdefault((row.kind, row.position), row)
    return sorted(best.values(), key=lambda row: (row.position, row.id))


def free_delivery_from(*, shop: Shop) -> Money | None:
    """From what amount on the first delivery method is free, or None where it never is."""
    zero = Money.zero(shop.market.currency)
    first = next(iter(delivery.options(shop=shop, goods=zero, at=timezone.now())), None)
    if first is None or first.method.free_from_minor is None:
        return None
    return from_minor(first.method.free_from_minor, shop.market.currency)


def _delivery_price(shop: Shop, method: delivery.Method) -> str:
    """What delivery costs, said before anyone fills a basket."""
    price = words.minor(shop=shop, amount_minor=method.price_minor)
    if not method.price_minor or method.free_from_minor == 0:
        return _("Free.")
    if method.free_from_minor is None:
        return _("For %(price)s.") % {"price": price}
    free_from = words.round_money(shop=shop, amount=from_minor(method.free_from_minor, shop.market.currency))
    return _("For %(price)s, free from %(amount)s.") % {"price": price, "amount": free_from}


def promises(*, shop: Shop, is_here: bool = True, days: int | None = None) -> tuple[PromiseView, ...]:
    """
    Delivery, returns, guarantee: what the shop promises, from the market's own data.

    is_here: without, the goods are on their way still, and the days of a delivery would promise too much. days: so long
    these goods may be given back, where that is longer than the market's time.
    """
    method = delivery.first_method(shop=shop) if is_here else None
    first = (method.min_days, method.max_days, _delivery_price(shop, method)) if method else None
    days = max(shop.market.withdrawal_days, days or 0)
    return _promises(get_language(), first, shop.market.country in terms.EU_COUNTRIES, days)


@lru_cache(maxsize=200)
def _promises(
    _language: str | None,
    first: tuple[int, int, str] | None,
    is_in_eu: bool,  # noqa: FBT001 -- a key
    days: int,
) -> tuple[PromiseView, ...]:
    found = []
    if first is not None:
        found.append(
            PromiseView(
                icon="truck",
                title=_("Delivered in %(first)s to %(last)s working days") % {"first": first[0], "last": first[1]},
                text=first[2],
            )
        )
    found.append(
        PromiseView(
            icon="return",
            title=_("%(days)s days to change your mind") % {"days": days},
            text=_("From the day you receive your parcel, without giving a reason."),
        )
    )
    if is_in_eu:
        guarantee = _("2-year legal guarantee"), _("On everything we sell to consumers.")
    else:
        guarantee = (
            _("Your statutory rights"),
            _("Goods must be as described, fit for purpose and of satisfactory quality."),
        )
    found.append(PromiseView(icon="shield", title=guarantee[0], text=guarantee[1]))
    return tuple(found)
