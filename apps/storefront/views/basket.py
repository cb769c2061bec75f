"""The basket: looking at it and changing it. Works with plain forms; htmx only swaps the same answers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock, ratelimit
from apps.core.errors import Refusal
from apps.orders.basket import operations, queries, sharing
from apps.orders.basket.data import PricedBasket
from apps.orders.errors import BasketNotFound
from apps.storefront import baskets
from apps.storefront.contexts import Link, ProblemView
from apps.storefront.guards import same_origin_post
from apps.storefront.presenters import basket as present
from apps.storefront.views.base import meta_for, origin, page_response, private, said, shop_view

BASKET_CHANGED = "basket-changed"  # the header's number listens for it


@shop_view
@require_GET
def basket(request: HttpRequest) -> HttpResponse:
    """The basket page."""
    return private(_page(request))


@shop_view
@require_GET
def basket_count(request: HttpRequest) -> HttpResponse:
    """How many pieces the visitor has: the one thing of a cacheable page that is theirs, fetched by itself."""
    found = baskets.find(request=request)
    count = queries.pieces(basket_id=found) if found else 0
    return private(HttpResponse(_count_text(count)))


def _count_text(count: int) -> str:
    """The number for the header's badge; nothing while there is nothing in it."""
    return str(count) if count else ""


@same_origin_post
@shop_view
@require_POST
def basket_add(request: HttpRequest) -> HttpResponse:
    """Put a product into the basket and show it. The form stands on cacheable pages, hence the origin check."""
    basket_id = baskets.named(request=request) or baskets.opened(request=request)
    try:
        try:
            _add(request, basket_id)
        except BasketNotFound:  # ordered meanwhile: what is added now goes into a new one
            basket_id = baskets.opened(request=request)
            _add(request, basket_id)
        link = Link(label=_("See the basket"), url=reverse("basket"))
        told = ProblemView(code="added", text=_("It is in your basket."), tone="success", action=link)
    except Refusal as refusal:
        told = ProblemView(code=refusal.code, text=str(refusal), tone="error")
    response = _added(request, told)
    baskets.remember(request=request, response=response, basket_id=basket_id)
    return private(response)


def _add(request: HttpRequest, basket_id: int) -> None:
    operations.add_line(
        shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
        basket_id=basket_id,
        owner_id=baskets.owner_id(request=request),
        product_id=_number(request.POST.get("product", "")),
        quantity=_number(request.POST.get("quantity", "1")),
        at=clock.now(),
    )


def _added(request: HttpRequest, told: ProblemView) -> HttpResponse:
    """Lead to the basket page; a product page that asks with htmx stays open and is told in place."""
    if getattr(request, "htmx", None):
        response = render(request, "storefront/added.html", {"problem": told})
        response.headers["HX-Trigger"] = BASKET_CHANGED
        return response
    level = messages.SUCCESS if told.tone == "success" else messages.ERROR
    messages.add_message(request, level, told.text, extra_tags=told.code)
    return HttpResponseRedirect(reverse("basket"))


@shop_view
@require_POST
def basket_change(request: HttpRequest, line_id: int) -> HttpResponse:
    """Set the quantity of a line."""
    quantity = _number(request.POST.get("quantity", ""))
    return _change(
        request,
        lambda basket_id, owner: operations.change_quantity(
            shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
            basket_id=basket_id,
            owner_id=owner,
            line_id=line_id,
            quantity=quantity,
            at=clock.now(),
        ),
    )


@shop_view
@require_POST
def basket_remove(request: HttpRequest, line_id: int) -> HttpResponse:
    """Take a line out."""
    return _change(
        request,
        lambda basket_id, owner: operations.remove_line(
            shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
            basket_id=basket_id,
            owner_id=owner,
            line_id=line_id,
        ),
    )


@shop_view
@require_POST
def basket_accept(request: HttpRequest) -> HttpResponse:
    """Take today's prices as seen."""
    return _change(
        request,
        lambda basket_id, owner: operations.accept_prices(
            shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
            basket_id=basket_id,
            owner_id=owner,
            at=clock.now(),
        ),
    )


@shop_view
@require_POST
def basket_voucher(request: HttpRequest) -> HttpResponse:
    """Use a voucher code. Guessing is slowed down per visitor and per basket (trust 2.5)."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    code = request.POST.get("code", "").strip()[:128]
    found = baskets.find(request=request)
    if found is None:
        return redirect("basket")
    try:
        ratelimit.require(
            name="voucher", subject=request.META.get("REMOTE_ADDR", ""), limit=20, window_s=3600, at=clock.now()
        )
        operations.apply_voucher(
            shop=shop, basket_id=found, owner_id=baskets.owner_id(request=request), code=code, at=clock.now()
        )
    except Refusal as refusal:
        return private(_page(request, voucher_error=str(refusal), status=refusal.http_status))
    return redirect("basket")


@shop_view
@require_POST
def basket_voucher_remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take a voucher code out."""
    return _change(
        request,
        lambda basket_id, owner: operations.remove_voucher(
            shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
            basket_id=basket_id,
            owner_id=owner,
            code=code,
        ),
    )


@shop_view
@require_http_methods(["GET", "HEAD", "POST"])
def basket_shared(request: HttpRequest, text: str) -> HttpResponse:
    """Somebody's basket: what is in it today, and a button that puts all of it into the visitor's own."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    wanted = sharing.read(text=text)
    lines = sharing.lines_of(shop=shop, wanted=wanted, at=clock.now())
    if not lines:
        raise Http404
    if request.method == "POST":
        return _take_over(request, lines)
    page = present.shared_page(
        shop=shop, lines=lines, wanted=len(wanted), take_url=reverse("basket_shared", args=[text])
    )
    meta = meta_for(request=request, title=_("Shared basket"), robots="noindex", equals={})
    return private(page_response(request=request, template="storefront/shared.html", meta=meta, shared=page))


def _take_over(request: HttpRequest, lines: list[sharing.SharedLine]) -> HttpResponse:
    shop, owner = request.shop, baskets.owner_id(request=request)  # type: ignore[attr-defined]
    basket_id = baskets.find(request=request) or baskets.opened(request=request)
    try:
        refusals: list[Refusal] = sharing.take_over(
            shop=shop, basket_id=basket_id, owner_id=owner, lines=lines, at=clock.now()
        )
    except Refusal as refusal:
        refusals = [refusal]
    for each in refusals:
        messages.error(request, str(each), extra_tags=each.code)
    response = redirect("basket")
    baskets.remember(request=request, response=response, basket_id=basket_id)
    return private(response)


def _change(request: HttpRequest, change: Callable[[int, int | None], object]) -> HttpResponse:
    found = baskets.find(request=request)
    if found is not None:
        try:
            change(found, baskets.owner_id(request=request))
        except Refusal as refusal:
            messages.error(request, str(refusal), extra_tags=refusal.code)
    return redirect("basket")


def _page(request: HttpRequest, *, voucher_error: str = "", status: int = 200) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    priced = priced_basket(request=request)
    title = _("Basket")
    page = present.basket_page(
        shop=shop,
        basket=priced,
        problems=said(request=request),
        voucher_error=voucher_error,
        origin=origin(request=request),
    )
    meta = meta_for(request=request, title=title, robots="noindex")
    response = page_response(request=request, template="storefront/basket.html", meta=meta, basket=page, status=status)
    if getattr(request, "htmx", None):
        response.headers["HX-Trigger"] = BASKET_CHANGED
    return response


def priced_basket(*, request: HttpRequest, delivery_code: str | None = None, postcode: str = "") -> PricedBasket | None:
    """
    The visitor's basket as it stands now, or None where they have none or it is gone.

    postcode: where it goes, once the visitor has said so.
    """
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    if baskets.owner_id(request=request) is None:
        return queries.guest_basket_view(
            shop=shop,
            token=baskets.token(request=request),
            at=clock.now(),
            delivery_code=delivery_code,
            postcode=postcode,
        )
    found = baskets.find(request=request)
    if found is None:
        return None
    return queries.basket_view(
        shop=shop, basket_id=found, at=clock.now(), delivery_code=delivery_code, postcode=postcode
    )


def _number(text: str) -> int:
    """A whole number as typed; -1, which every operation refuses in words, for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1  # noqa: PLR2004 -- digits
