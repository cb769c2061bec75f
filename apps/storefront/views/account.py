"""The account of a signed-in shopper: start page and orders."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.orders import queries
from apps.storefront.contexts import AccountPage, Link, Paging
from apps.storefront.presenters import order as present
from apps.storefront.views.base import meta_for, page_response, private, shop_view

LATEST = 3
PER_PAGE = 10


def person_of(*, request: HttpRequest) -> User:
    """The signed-in account; for views that only those may open."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def navigation(*, request: HttpRequest) -> tuple[Link, ...]:
    """The account's pages."""
    entries = (
        (_("Overview"), reverse("account_home")),
        (_("Orders"), reverse("account_orders")),
        (_("E-mail addresses"), reverse("account_email")),
        (_("Password"), reverse("account_change_password")),
        (_("Sign out"), reverse("account_logout")),
    )
    return tuple(Link(label=label, url=url, is_current=url == request.path) for label, url in entries)


@shop_view
@login_required
@require_safe
def account_home(request: HttpRequest) -> HttpResponse:
    """The latest orders and the ways on."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    orders = queries.orders_of_user(user_id=person_of(request=request).pk, brand_id=shop.brand.id)[:LATEST]
    account = AccountPage(
        email=person_of(request=request).email,
        nav=navigation(request=request),
        orders=tuple(present.order_row(shop=shop, order=order) for order in orders),
    )
    meta = meta_for(request=request, title=_("Your account"), robots="noindex")
    return private(page_response(request=request, template="storefront/account_home.html", meta=meta, account=account))


@shop_view
@login_required
@require_safe
def account_orders(request: HttpRequest) -> HttpResponse:
    """Every order with this brand, newest first."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    pages = Paginator(queries.orders_of_user(user_id=person_of(request=request).pk, brand_id=shop.brand.id), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    address = reverse("account_orders")
    paging = Paging(
        links=tuple(
            Link(label=str(number), url=f"{address}?page={number}", is_current=number == page.number)
            for number in pages.page_range
        ),
        previous_url=f"{address}?page={page.previous_page_number()}" if page.has_previous() else "",
        next_url=f"{address}?page={page.next_page_number()}" if page.has_next() else "",
        range_text=_("%(first)s–%(last)s of %(total)s")
        % {"first": page.start_index(), "last": page.end_index(), "total": pages.count},
    )
    account = AccountPage(
        email=person_of(request=request).email,
        nav=navigation(request=request),
        orders=tuple(present.order_row(shop=shop, order=order) for order in page.object_list),
        paging=paging if pages.num_pages > 1 else None,
    )
    meta = meta_for(request=request, title=_("Your orders"), robots="noindex")
    return private(
        page_response(request=request, template="storefront/account_orders.html", meta=meta, account=account)
    )


@shop_view
@login_required
@require_safe
def account_order(request: HttpRequest, number: str) -> HttpResponse:
    """One order of this account; another's is a 404. Shown as the market it was placed in wrote it."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    record = queries.order_of_user(user_id=person_of(request=request).pk, number=number)
    if record is None or record.order.market.brand_id != shop.brand.id:
        raise Http404
    placed_in = markets.shop_for_market(market_code=record.order.market.code, language=shop.language)
    view = present.order_view(shop=placed_in, record=record)
    account = AccountPage(email=person_of(request=request).email, nav=navigation(request=request))
    meta = meta_for(request=request, title=_("Order %(number)s") % {"number": number}, robots="noindex")
    return private(
        page_response(request=request, template="storefront/account_order.html", meta=meta, account=account, order=view)
    )
