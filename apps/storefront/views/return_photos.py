"""The page on which a shopper adds photos to a return; the link of the order is the key."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock, ratelimit
from apps.core.errors import Refusal
from apps.markets.context import Shop
from apps.orders import tokens
from apps.orders.models import Return
from apps.orders.returns import photos, queries
from apps.storefront.contexts import Link, PhotosPage, ProblemView
from apps.storefront.views.base import meta_for, page_response, private, shop_view

TRIES = 30
"""Uploads an hour to one return: each is decoded."""


@shop_view
@require_http_methods(["GET", "HEAD", "POST"])
def return_photos(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """Show the photos of a return and take more, several at once."""
    row = _return(request, token, number)
    problems: list[ProblemView] = []
    if request.method == "POST":
        problems = _take(request, row)
        if not problems:
            return private(redirect("return_photos", token, number))
    title = _("Photos of return %(number)s") % {"number": row.number}
    known = photos.photos_of(return_id=row.pk)
    page = PhotosPage(
        title=title,
        text=_("Photos help us to see what is wrong. Only you and the people who look at your return see them."),
        action_url=reverse("return_photos", args=[token, number]),
        photos=tuple(
            Link(
                label=_("Photo %(number)s") % {"number": each.position},
                url=reverse("return_photo", args=[token, number, each.position]),
            )
            for each in known
        ),
        can_add=row.state == "declared" and len(known) < photos.MOST,
        back=Link(label=_("Back to the order"), url=reverse("order_tracking", args=[token])),
        problems=tuple(problems),
    )
    meta = meta_for(request=request, title=title, robots="noindex", equals={})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    response = page_response(
        request=request, template="storefront/return_photos.html", meta=meta, page=page, status=int(status)
    )
    response.headers["Referrer-Policy"] = "same-origin"  # as on the order's page: the address is a key
    return private(response)


@shop_view
@require_safe
def return_photo(request: HttpRequest, token: str, number: str, position: int) -> HttpResponse:
    """One photo of a return of the order whose link this is, and of no other."""
    content = photos.photo_of(return_id=_return(request, token, number).pk, position=position)
    if content is None:
        raise Http404
    return private(HttpResponse(content, content_type="image/jpeg"))


def _take(request: HttpRequest, row: Return) -> list[ProblemView]:
    """Add each file by itself; say of each that cannot be one why."""
    files = request.FILES.getlist("photos")
    if not files:
        return [ProblemView(code="returns.no_photo", text=_("Please choose a photo first."), tone="error")]
    found = []
    if len(files) > photos.MOST:
        # Said before any is decoded: none of them is left out without a word.
        refusal = photos.TooManyPhotos(most=photos.MOST)
        return [ProblemView(code=refusal.code, text=str(refusal), tone="error")]
    for file in files:
        try:
            ratelimit.require(name="return_photos", subject=str(row.pk), limit=TRIES, window_s=3600, at=clock.now())
            photos.check_size(name=file.name or "", size=file.size or 0)
            photos.add_photo(return_id=row.pk, data=file.read(), name=file.name or "", at=clock.now())
        except Refusal as refusal:
            found.append(ProblemView(code=refusal.code, text=str(refusal), tone="error"))
    return found


def _return(request: HttpRequest, token: str, number: str) -> Return:
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    order = tokens.order_number(token)
    row = queries.of_number(order_number=order, number=number, market_id=shop.market.id) if order else None
    if row is None:
        raise Http404
    return row
