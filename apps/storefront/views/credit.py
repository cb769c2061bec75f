"""Gift cards, store credit, buying on account at the last step. Plain forms; that page counts the amounts."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core import clock, ratelimit
from apps.core.errors import Refusal
from apps.orders.basket.data import PricedBasket
from apps.orders.credit import queries
from apps.orders.credit.errors import GiftCardUnknown
from apps.storefront import baskets, checkout_state
from apps.storefront.checkout_state import CheckoutState
from apps.storefront.views.base import private, shop_view
from apps.storefront.views.checkout import review_page, with_basket

# Guesses, not cards: a right code is never counted. Codes have 74 random bits, so this is for the log's sake.
GUESSES, WINDOW_S = 20, 3600
MOST_ACCOUNTS = 10
LONGEST_TYPED = 40


@require_POST
@with_basket
def use(request: HttpRequest, basket: PricedBasket, state: CheckoutState) -> HttpResponse:
    """Let a gift card pay, by its code, or the visitor's own store credit, or buy on account."""
    if not state.has_details or not state.delivery_code:
        return redirect("checkout")
    if len(state.credits) >= MOST_ACCOUNTS:
        return _refused(
            request, basket, state, _("Ten gift cards pay one order at most. Please pay the rest another way.")
        )
    try:
        account_id = _chosen(request)
    except Refusal as refusal:
        return _refused(request, basket, state, str(refusal), status=refusal.http_status)
    if account_id is not None and account_id not in state.credits:
        checkout_state.save(request=request, state=replace(state, credits=(*state.credits, account_id)))
    return redirect("checkout_review")


@shop_view
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Keep a gift card or store credit for another time."""
    state = checkout_state.load(request=request)
    said = request.POST.get("account", "")
    checkout_state.save(
        request=request, state=replace(state, credits=tuple(each for each in state.credits if str(each) != said))
    )
    return private(redirect("checkout_review"))


def _chosen(request: HttpRequest) -> int | None:
    if request.POST.get("store_credit"):
        return _own(request)
    return _on_account(request) if request.POST.get("on_account") else _by_code(request)


def _on_account(request: HttpRequest) -> int | None:
    """The visitor's own account, None where they have none or something is overdue: the page says which."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    found = queries.on_account_of(shop=shop, owner_id=baskets.owner_id(request=request), at=clock.now())
    return found.credit.account_id if found is not None and not found.overdue else None


def _own(request: HttpRequest) -> int | None:
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    own = queries.store_credit_of(shop=shop, owner_id=baskets.owner_id(request=request), at=clock.now())
    return own.account_id if own else None


def _by_code(request: HttpRequest) -> int:
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    who, at = request.META.get("REMOTE_ADDR", ""), clock.now()
    limit = {"name": "gift_card", "subject": who, "limit": GUESSES, "window_s": WINDOW_S, "at": at}
    asked = ratelimit.hit(**limit, cost=0)
    if not asked.allowed:
        raise ratelimit.TooManyTries(seconds=asked.retry_after_s)
    try:
        return queries.gift_card_of(shop=shop, code=request.POST.get("code", ""), at=at).account_id
    except GiftCardUnknown:
        ratelimit.hit(**limit)
        raise


def _refused(
    request: HttpRequest,
    basket: PricedBasket,
    state: CheckoutState,
    error: str,
    *,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    typed = "".join(each for each in request.POST.get("code", "")[:LONGEST_TYPED] if each.isprintable())
    return review_page(request, basket, state, credit_error=error, typed=typed, status=int(status))
