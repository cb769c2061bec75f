"""Which basket a visitor has, and the cookie that says so."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.core import clock
from apps.orders import tokens
from apps.orders.basket import operations, queries

COOKIE_DAYS = 90


def cookie_name(*, request: HttpRequest) -> str:
    """One cookie per market, so that a visitor keeps a basket in each shop they look at."""
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}basket-{request.shop.market.code}"  # type: ignore[attr-defined] # set by the markets middleware


def owner_id(*, request: HttpRequest) -> int | None:
    """The signed-in account, or None. Reads the session only when the visitor has one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user.pk if request.user.is_authenticated else None


def find(*, request: HttpRequest) -> int | None:
    """The visitor's open basket in this market, or None. One statement, none without account and cookie."""
    owner = owner_id(request=request)
    token = request.COOKIES.get(cookie_name(request=request), "")
    if owner is None and not token:
        return None
    return queries.find_basket(shop=request.shop, owner_id=owner, token=token)  # type: ignore[attr-defined]


def find_or_open(*, request: HttpRequest) -> int:
    """The visitor's open basket, made when there is none."""
    found = find(request=request)
    if found is not None:
        return found
    return operations.open_basket(
        shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
        owner_id=owner_id(request=request),
        at=clock.now(),
    )


def remember(*, request: HttpRequest, response: HttpResponse, basket_id: int) -> None:
    """Give an anonymous visitor the cookie that opens this basket again. Necessary, so no consent is asked for it."""
    if owner_id(request=request) is not None:
        return
    response.set_cookie(
        cookie_name(request=request),
        tokens.basket_token(basket_id),
        max_age=COOKIE_DAYS * 86400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(*, request: HttpRequest, response: HttpResponse) -> None:
    """Drop the cookie: the basket was ordered or now belongs to an account."""
    response.delete_cookie(cookie_name(request=request), samesite="Lax")
