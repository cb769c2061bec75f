"""What every view of the shop shares: the frame, the head, and a refusal said on a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.encoding import escape_uri_path

from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.storefront import templates_by_market
from apps.storefront.contexts import Alternate, Meta, ProblemView
from apps.storefront.frame import frame_for, locale_link
from apps.storefront.page_cache import wants_part

# The pages htmx swaps a piece of, and the piece.
PARTS = {
    "storefront/basket.html": "storefront/basket_part.html",
    "storefront/listing.html": "storefront/listing_part.html",
    "storefront/product.html": "storefront/product_part.html",
}

# What a page's address is in each other shop of the brand, by the shop's code; absent where it has no equal.
Equals = dict[str, str]


def shop_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view its shop as `request.shop`; a 404 where the address names none."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 -- a view's own
        if getattr(request, "shop", None) is None:
            raise Http404
        return view(request, *args, **kwargs)

    return inside


def origin(*, request: HttpRequest) -> str:
    """The scheme and host that addresses in this answer carry. The host was checked against ALLOWED_HOSTS."""
    return f"{request.scheme}://{request.get_host()}"


def private(response: HttpResponse) -> HttpResponse:
    """Mark an answer as one person's: no cache keeps it, no search engine lists it."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def meta_for(
    *,
    request: HttpRequest,
    title: str,
    description: str = "",
    equals: Equals | None = None,
    robots: str = "",
    canonical_path: str = "",
    **more: Any,  # noqa: ANN401 -- fields of Meta
) -> Meta:
    """
    The head of a page. equals: paths of the same page in the brand's other shops; None when only the prefix differs.

    Pages that robots must not list carry neither canonical nor alternates: they have no equals to name. Nor has an
    address that is not the canonical one: a variant's page points at its product, which names the equals.
    """
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    path = canonical_path or escape_uri_path(request.path)
    host = origin(request=request)
    live = markets.live_shops(brand_code=shop.brand.code)
    found = {other.code: _equal_path(request, other, equals) for other in live}
    if path != "/":  # the page of all shops stands for none of them
        found[shop.code] = path
    listed = "noindex" not in robots
    is_canonical = request.get_full_path() == path
    return Meta(
        title=f"{title} · {shop.brand.name}" if title != shop.brand.name else title,
        description=description[:300],
        canonical_url=f"{host}{path}" if listed else "",
        robots=robots,
        alternates=_alternates(shop, found, host) if listed and is_canonical else (),
        locales=tuple(locale_link(other=other, shop=shop, path=found[other.code]) for other in live),
        **more,
    )


def _equal_path(request: HttpRequest, other: Shop, equals: Equals | None) -> str:
    if equals is None:
        shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
        return other.prefix + escape_uri_path(request.path).removeprefix(shop.prefix)
    return equals.get(other.code, "")


def _alternates(shop: Shop, found: Equals, host: str) -> tuple[Alternate, ...]:
    live = {other.code: other for other in markets.live_shops(brand_code=shop.brand.code)}
    tags = [
        Alternate(tag=live[code].locale_tag, url=f"{host}{path}")
        for code, path in found.items()
        if path and code in live
    ]
    if len(tags) <= 1:
        return ()
    # For everybody else: of the home page the one that offers all shops, of any other page the one in English.
    home = found.get(shop.code) == shop.prefix
    others = next((tag for tag in tags if tag.tag.startswith("en")), tags[0]).url
    return (*tags, Alternate(tag="x-default", url=f"{host}/" if home else others))


def page_response(
    *,
    request: HttpRequest,
    template: str,
    meta: Meta,
    status: int = 200,
    **named: Any,  # noqa: ANN401 -- the names the template declares at its top
) -> TemplateResponse:
    """
    Answer with a page in the brand's and market's version of its template, or only its part when htmx asks.

    A template `x.html` with a part names it `x_part.html`; going back in the history always gets the whole page.
    """
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    if template in PARTS and wants_part(request=request):
        template = PARTS[template]
    chosen = templates_by_market.pick(name=template)
    response = TemplateResponse(request, chosen, {"frame": frame_for(shop=shop), "meta": meta, **named}, status=status)
    response.headers["Vary"] = "HX-Request"
    return response


def said(*, request: HttpRequest) -> tuple[ProblemView, ...]:
    """What earlier requests left to say to this visitor. Only for pages that no cache keeps."""
    return tuple(
        ProblemView(code=message.extra_tags or message.level_tag, text=str(message), tone=_tone(message.level_tag))
        for message in get_messages(request)
    )


def _tone(level: str) -> str:
    return {"error": "error", "success": "success", "warning": "warning"}.get(level, "info")
