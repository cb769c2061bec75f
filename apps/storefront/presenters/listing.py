"""A list of products with its filters, in the words of the shop; and how its address is read and written."""

from collections.abc import Hashable, Sequence
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog import queries as catalog
from apps.catalog.queries.near import Near
from apps.core.money import Money, from_minor
from apps.markets.context import Shop
from apps.storefront import words
from apps.storefront.contexts import (
    FacetChoice,
    FacetGroupView,
    Link,
    ListingPage,
    NothingFound,
    Paging,
    PriceRange,
    SortChoice,
    Tile,
)
from apps.storefront.presenters.cards import cards_html, rail
from apps.storefront.presenters.pictures import picture_from

OWN = frozenset({"q", "page", "sort", "min_price", "max_price"})
MAX_VALUES = 30  # chosen values an address may carry
MAX_TEXT = 200
SHOWN_VALUES = 14  # of one filter before it is folded
HIGHEST_PAGE = 2_000
Params = list[tuple[str, str]]


def read_request(*, query: QueryDict, shop: Shop, category_id: int | None = None) -> catalog.ListingRequest:
    """What an address asks for. Anything unreadable is left out: an address typed wrong still shows a list."""
    facets: dict[str, tuple[str, ...]] = {}
    for code in query:
        if code not in OWN and len(facets) < MAX_VALUES:
            values = tuple(dict.fromkeys(value for value in query.getlist(code)[:MAX_VALUES] if value))
            if values:
                facets[code] = values
    return catalog.ListingRequest(
        category_id=category_id,
        text=" ".join(query.get("q", "").replace("\x00", " ").split())[:MAX_TEXT],
        facets=facets,
        min_price=_amount(query.get("min_price", ""), shop),
        max_price=_amount(query.get("max_price", ""), shop),
        sort=query.get("sort", "") if query.get("sort", "") in catalog.SORTS else "",
        page=_page(query.get("page", "")),
    )


def _amount(text: str, shop: Shop) -> int | None:
    try:
        value = Decimal(text.strip().replace(",", ".").replace("\u202f", "").replace(" ", ""))
        whole = value.quantize(Decimal("0.01"))
    except (InvalidOperation, ValueError):
        return None
    if not whole.is_finite() or not Decimal(0) <= whole < Decimal(10) ** 9:
        return None
    return Money(whole, shop.market.currency).minor


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 -- digits
    return min(max(number, 1), HIGHEST_PAGE)


def params_of(*, request: catalog.ListingRequest, shop: Shop, page: int = 1) -> Params:
    """The address of a list, always in the same order, so that one list has one address."""
    params: Params = [("q", request.text)] if request.text else []
    for code in sorted(request.facets):
        params += [(code, value) for value in sorted(request.facets[code])]
    for name, amount in (("min_price", request.min_price), ("max_price", request.max_price)):
        if amount is not None:
            params.append((name, _plain(amount, shop)))
    if request.sort:
        params.append(("sort", request.sort))
    if page > 1:
        params.append(("page", str(page)))
    return params


def _plain(amount: int, shop: Shop) -> str:
    value = from_minor(amount, shop.market.currency).amount
    return str(int(value)) if value == value.to_integral() else str(value)


def _url(path: str, params: Params) -> str:
    return f"{path}?{urlencode(params)}" if params else path


class _Addresses:
    """Addresses of neighbours of a list: one value more or less, another page."""

    def __init__(self, *, path: str, request: catalog.ListingRequest, shop: Shop) -> None:
        self.path, self.request, self.shop = path, request, shop
        self.base = params_of(request=request, shop=shop)

    def toggle(self, code: str, key: str) -> str:
        """The list with this value chosen, or without it when it is chosen now."""
        pair = (code, key)
        params = [other for other in self.base if other != pair]
        if len(params) == len(self.base):
            params.append(pair)
        return _url(self.path, params)

    def without(self, *names: str) -> str:
        return _url(self.path, [pair for pair in self.base if pair[0] not in names])

    def cleared(self) -> str:
        return _url(self.path, [pair for pair in self.base if pair[0] in {"q", "sort"}])

    def page(self, number: int) -> str:
        return _url(self.path, params_of(request=self.request, shop=self.shop, page=number))


def listing_page(
    *,
    shop: Shop,
    result: catalog.ListingResult,
    path: str,
    title: str,
    text: str = "",
    breadcrumbs: tuple[Link, ...] = (),
    subcategories: tuple[Link, ...] = (),
    promoted: Sequence[str] = (),
) -> ListingPage:
    """Everything the template needs."""
    request = result.request
    to = _Addresses(path=path, request=request, shop=shop)
    suggestions = result.suggestions
    popular = suggestions.mode == "popular"
    is_empty = popular or not result.cards
    # Filters lead to their list without what is chosen, so with a choice their addresses are the list's own.
    facets_key = (result.facets_key, tuple(promoted), path, tuple(to.base) if request.facets else ())
    return ListingPage(
        title=title,
        action_url=path,
        count_text=words.products(count=0 if popular else result.total),
        cards_html=cards_html(shop=shop, cards=() if popular else result.cards),
        breadcrumbs=breadcrumbs,
        text=text,
        query=request.text,
        # An empty list names them in its way out.
        subcategories=subcategories or (() if is_empty else _fitting(suggestions)),
        facets=() if popular else _groups(facets_key, result.facets, to, promoted),
        facets_key=facets_key,
        price_range=None if popular else _price_range(shop, request),
        applied=_applied(shop, result, to),
        clear_url=to.cleared(),
        sorts=_sorts(result),
        kept=(("q", request.text),) if request.text else (),
        paging=None if popular else _paging(result, to),
        nothing=_nothing(shop, result, to) if is_empty else None,
        correction=_correction(suggestions, path),
    )


# About 20 KB each.
_near: Near[tuple[FacetGroupView, ...]] = Near(size=500)


def _groups(
    key: Hashable, groups: Sequence[catalog.FacetGroup], to: _Addresses, promoted: Sequence[str]
) -> tuple[FacetGroupView, ...]:
    found = _near.get(key)
    if found is None:
        found = _near.keep(key, tuple(_group(group, to, promoted) for group in groups if group.options))
    return found


def _group(group: catalog.FacetGroup, to: _Addresses, promoted: Sequence[str]) -> FacetGroupView:
    choices = tuple(
        FacetChoice(
            label=option.label,
            value=option.key,
            count=option.count,
            is_chosen=option.is_selected,
            swatch=option.swatch,
            toggle_url=to.toggle(group.code, option.key) if option.is_selected else "",
        )
        for option in group.options
        if option.count or option.is_selected
    )
    return FacetGroupView(
        code=group.code,
        label=group.name,
        choices=choices,
        is_open=bool(group.selected) or len(choices) <= SHOWN_VALUES,
        is_promoted=group.code in promoted,
        chosen_count=len(group.selected),
    )


def _price_range(shop: Shop, request: catalog.ListingRequest) -> PriceRange:
    return PriceRange(
        minimum=_plain(request.min_price, shop) if request.min_price is not None else "",
        maximum=_plain(request.max_price, shop) if request.max_price is not None else "",
        unit={"EUR": "€", "GBP": "£"}.get(shop.market.currency, shop.market.currency),
    )


def _applied(shop: Shop, result: catalog.ListingResult, to: _Addresses) -> tuple[Link, ...]:
    """Every chosen filter as a link that takes it away."""
    request = result.request
    links = [
        Link(label=f"{group.name}: {option.label}", url=to.toggle(group.code, option.key))
        for group in result.facets
        for option in group.selected
    ]
    if request.min_price is not None:
        amount = words.round_money(shop=shop, amount=from_minor(request.min_price, shop.market.currency))
        links.append(Link(label=_("from %(amount)s") % {"amount": amount}, url=to.without("min_price")))
    if request.max_price is not None:
        amount = words.round_money(shop=shop, amount=from_minor(request.max_price, shop.market.currency))
        links.append(Link(label=_("up to %(amount)s") % {"amount": amount}, url=to.without("max_price")))
    return tuple(links)


def _sorts(result: catalog.ListingResult) -> tuple[SortChoice, ...]:
    labels = {
        "relevance": _("Best match"),
        "popular": _("Most popular"),
        "newest": _("Newest"),
        "price": _("Price, low to high"),
        "-price": _("Price, high to low"),
        "name": _("Name"),
    }
    return tuple(
        SortChoice(value=code, label=label, is_chosen=code == result.sort)
        for code, label in labels.items()
        if code != "relevance" or result.request.text
    )


def _paging(result: catalog.ListingResult, to: _Addresses) -> Paging | None:
    """First, last, and the pages around this one; gaps between them."""
    if result.pages <= 1:
        return None
    near = {1, result.pages, *range(result.page - 1, result.page + 2)}
    shown = sorted(number for number in near if 1 <= number <= result.pages)
    links: list[Link | None] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before > 1:
            links.append(None)
        links.append(Link(label=str(number), url=to.page(number), is_current=number == result.page))
    first = (result.page - 1) * result.request.page_size + 1
    return Paging(
        links=tuple(links),
        previous_url=to.page(result.page - 1) if result.page > 1 else "",
        next_url=to.page(result.page + 1) if result.page < result.pages else "",
        range_text=_("%(first)s–%(last)s of %(total)s")
        % {"first": first, "last": first + len(result.cards) - 1, "total": words.products(count=result.total)},
    )


def _fitting(suggestions: catalog.Suggestions) -> tuple[Link, ...]:
    return tuple(Link(label=node.name, url=node.url) for node in suggestions.categories)


def _correction(suggestions: catalog.Suggestions, path: str) -> Link | None:
    if suggestions.mode != "corrected":
        return None
    label = _("These are the results for “%(words)s”.") % {"words": suggestions.corrected}
    return Link(label=label, url=_url(path, [("q", suggestions.corrected)]))


def _nothing(shop: Shop, result: catalog.ListingResult, to: _Addresses) -> NothingFound:
    """Never a dead end: fewer filters, near categories, what others buy."""
    links = list(_fitting(result.suggestions))
    if result.request.facets or result.request.min_price is not None or result.request.max_price is not None:
        links.insert(0, Link(label=_("Remove all filters"), url=to.cleared()))
    tiles = tuple(
        Tile(label=node.name, url=node.url, picture=picture_from(data=node.picture, alt=""))
        for node in catalog.menu(shop=shop)[:6]
    )
    asked = result.request.text
    return NothingFound(
        title=_("Nothing fits “%(words)s”") % {"words": asked} if asked else _("Nothing fits these filters"),
        text=_("Try fewer or other words, or look around here."),
        suggestions=tuple(links),
        tiles=tiles,
        rail=rail(shop=shop, name="popular", title=_("What others buy"), cards=result.cards),
    )


def search_path() -> str:
    """The address of the search page."""
    return reverse("search")
