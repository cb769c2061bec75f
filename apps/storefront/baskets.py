"""Which basket a visitor has, and the cookie that says so."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.core import clock
from apps.markets.context import Shop
from apps.orders import tokens
from apps.orders.basket import operations, queries

COOKIE_DAYS = 90


def cookie_name(*, request: HttpRequest) -> str:
    """One cookie per market, so that a visitor keeps a basket in each shop they look at."""
    return cookie_name_of(shop=request.shop)  # type: ignore[attr-defined] # set by the markets middleware


def cookie_name_of(*, shop: Shop) -> str:
    """The name of a shop's basket cookie: the same in all languages of its market."""
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}basket-{shop.market.code}"


def owner_id(*, request: HttpRequest) -> int | None:
    """The signed-in account, or None. Reads the session only when the visitor has one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user.pk if request.user.is_authenticated else None


def token(*, request: HttpRequest) -> str:
    """What the visitor's cookie says of their basket; empty without one."""
    return request.COOKIES.get(cookie_name(request=request), "")


def find(*, request: HttpRequest) -> int | None:
    """The visitor's open basket in this market, or None. One statement, none without account and cookie."""
    owner = owner_id(request=request)
    told = token(request=request)
    if owner is None and not told:
        return None
    return queries.find_basket(shop=request.shop, owner_id=owner, token=told)  # type: ignore[attr-defined]


def named(*, request: HttpRequest) -> int | None:
    """
    The basket to change or to order, or None; no statement for a visitor without account.

    Only that their cookie is genuine is known: who locks the basket checks that it is open, here and theirs.
    """
    if owner_id(request=request) is None:
        told = token(request=request)
        return tokens.basket_id(told) if told else None
    return find(request=request)


def opened(*, request: HttpRequest) -> int:
    """A new open basket for a visitor; the one an account has, made when there is none."""
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
