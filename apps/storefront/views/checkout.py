"""The checkout: details, delivery, payment and order. Plain forms; a guest needs no account and no JavaScript."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.catalog import queries as catalog
from apps.core import clock, idempotency, ratelimit
from apps.core.errors import GatewayError, Refusal
from apps.core.money import Money
from apps.orders import delivery as deliveries
from apps.orders import placement
from apps.orders.basket.data import PricedBasket
from apps.orders.collection import offers as collection
from apps.orders.credit import queries as credit
from apps.orders.errors import PaymentRefused
from apps.orders.holds import operations as holds
from apps.orders.payments import operations as payments
from apps.orders.payments import queries as payment_methods
from apps.storefront import baskets, checkout_state
from apps.storefront.checkout_state import CheckoutState
from apps.storefront.contexts import ProblemView
from apps.storefront.forms import address
from apps.storefront.presenters import checkout as present
from apps.storefront.presenters import credit as present_credit
from apps.storefront.presenters.basket import problem_view
from apps.storefront.views.account import person_of
from apps.storefront.views.base import meta_for, page_response, private, said, shop_view
from apps.storefront.views.basket import priced_basket

log = structlog.get_logger(__name__)
HOLDS = 30
"""Checkouts an hour that keep goods, from one address."""
LONGEST_AMOUNT = 16  # characters of a total that fits the order's columns
LONGEST_AGE = 3
View = Callable[..., HttpResponse]


def with_basket(view: View) -> View:
    """Give a step the priced basket and the answers so far; back to the basket page where nothing can be ordered."""

    @shop_view
    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 -- a view's own
        state = checkout_state.load(request=request)
        try:
            basket = _basket_of(request, state)
        except Refusal:  # the chosen delivery is no longer offered: choose again
            state = checkout_state.save(request=request, state=replace(state, delivery_code=""))
            basket = _basket_of(request, state)
        if basket is None or not basket.can_be_ordered:
            return redirect("basket")
        return private(view(request, basket, state, *args, **kwargs))

    return inside


@shop_view
def details(request: HttpRequest) -> HttpResponse:
    """Who buys and where it goes. Answers that are right are kept without a look at the basket: the next step looks."""
    if request.method != "POST":
        return _details(request, None, {})
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    told, errors = address.read(data=request.POST, country=shop.market.country)
    if errors:
        return _details(request, told, errors)
    state = checkout_state.load(request=request)
    checkout_state.save(request=request, state=replace(state, details=told))
    return private(redirect("checkout_delivery"))


@with_basket
def _details(
    request: HttpRequest,
    basket: PricedBasket,
    state: CheckoutState,
    told: address.Details | None,
    errors: dict[str, str],
) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    signed_in_as = person_of(request=request).email if baskets.owner_id(request=request) else ""
    shown = told or state.details
    if signed_in_as and not shown.email:
        shown = replace(shown, email=signed_in_as)
    step = present.details_step(shop=shop, errors=errors, signed_in_as=signed_in_as, details=shown)
    return _step_page(request, basket, "checkout", step, has_errors=bool(errors), status=422 if errors else 200)


@shop_view
def delivery(request: HttpRequest) -> HttpResponse:
    """How it gets there. A choice that is offered is kept without a look at the basket: the next step looks."""
    if request.method != "POST":
        return _delivery(request, "")
    state = checkout_state.load(request=request)
    if not state.has_details:
        return private(redirect("checkout"))
    code = request.POST.get("delivery", "")
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    if not deliveries.is_offered(shop=shop, code=code):
        return _delivery(request, _("Please choose one of these ways of delivery."))
    checkout_state.save(request=request, state=replace(state, delivery_code=code))
    return private(redirect("checkout_review"))


@with_basket
def _delivery(request: HttpRequest, basket: PricedBasket, state: CheckoutState, error: str) -> HttpResponse:
    """The ways of delivery, with price and date known before choosing."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    if not state.has_details:
        return redirect("checkout")
    stores = collection.offers_for(shop=shop, basket=basket, postcode=state.details.postcode, at=clock.now())
    step = present.delivery_step(shop=shop, basket=basket, stores=stores, error=error)
    return _step_page(request, basket, "checkout_delivery", step, status=422 if error else 200)


@with_basket
def review(request: HttpRequest, basket: PricedBasket, state: CheckoutState) -> HttpResponse:
    """Payment, recap and the order button."""
    if not state.has_details:
        return redirect("checkout")
    if not state.delivery_code:
        return redirect("checkout_delivery")
    return review_page(request, basket, state)


@shop_view
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """
    Place the order and go and pay.

    The same form sent twice is the same order. Whatever is refused leaves nothing behind and is said on the recap.
    """
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    state = checkout_state.load(request=request)
    key = idempotency.key_of(request.POST.get("idempotency_key", ""))
    # A form sent again after its order: the basket is closed by then, and only with it the repeat is known as one.
    repeated = bool(key) and key == state.ordered_attempt
    basket_id = state.ordered_basket if repeated else baskets.named(request=request) or 0
    if not state.has_details or not key:
        return redirect("checkout")
    method = request.POST.get("payment", "")
    total = _confirmed(request.POST.get("confirmed_total", ""), shop.market.currency)
    due = _confirmed(request.POST["confirmed_due"], shop.market.currency) if "confirmed_due" in request.POST else total
    if due and method not in payment_methods.methods(market=shop.market):
        return _refused(request, state, PaymentRefused(method=method[:20]))
    owner = baskets.owner_id(request=request)
    accounts = credit.usable(shop=shop, account_ids=state.credits, owner_id=owner, at=clock.now())
    try:
        order = placement.place_order(
            shop=shop,
            basket_id=basket_id,
            confirmed_total=total,
            confirmed_due=due,
            credits_=credit.shared_out(credits_=accounts, total=total - due),
            confirmed_latest=_confirmed_day(request.POST.get("confirmed_latest", "")),
            confirmed_age=_confirmed_age(request),
            contact=placement.Contact(email=state.details.email, phone=state.details.phone),
            address=_address(state.details),
            delivery_code=state.delivery_code,
            payment_method=method,
            idempotency_key=key,
            at=clock.now(),
            by="shopper",
            owner_id=owner,
        )
    except Refusal as refusal:
        return _refused(request, replace(state, payment_method=method), refusal)
    checkout_state.finish(request=request, state=state, attempt=key, basket_id=basket_id)
    response = HttpResponseRedirect(_pay(order))
    baskets.forget(request=request, response=response)
    return private(response)


def _pay(order: placement.PlacedOrder) -> str:
    """Where the shopper goes now: the provider's page, or the order's page, which says how things stand."""
    own_page = reverse("order_tracking", args=[order.token])
    if order.payment_id is None:
        return own_page
    try:
        started = payments.start_payment(payment_id=order.payment_id, at=clock.now())
    except (Refusal, GatewayError) as error:
        # The order stands; its page offers to pay again, and reconciliation asks the provider what it knows.
        log.warning("payment_not_started", order=order.number, error=type(error).__name__)
        return own_page
    return started.redirect_url or own_page


def _refused(request: HttpRequest, state: CheckoutState, refusal: Refusal) -> HttpResponse:
    try:
        basket = _basket_of(request, state)
    except Refusal:
        basket = None
    if basket is None or not basket.can_be_ordered:
        messages.error(request, str(refusal), extra_tags=refusal.code)
        return redirect("basket")
    # A refused attempt wrote nothing, so the next press is a new one with a key of its own.
    fresh = checkout_state.save(request=request, state=replace(state, attempt=""))
    said_now = ProblemView(code=refusal.code, text=str(refusal), tone="error")
    return private(review_page(request, basket, fresh, problems=(said_now,), status=int(refusal.http_status)))


def review_page(
    request: HttpRequest,
    basket: PricedBasket,
    state: CheckoutState,
    *,
    problems: tuple[ProblemView, ...] = (),
    status: int = 200,
    credit_error: str = "",
    typed: str = "",
) -> HttpResponse:
    """Draw the last step. credit_error, typed: why a gift card's code was refused, and the code."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    owner, at = baskets.owner_id(request=request), clock.now()
    accounts = credit.usable(shop=shop, account_ids=state.credits, owner_id=owner, at=at)
    still = tuple(each.account_id for each in accounts)
    if not state.attempt or still != state.credits:
        state = checkout_state.save(request=request, state=replace(state, credits=still))
    step = present.review_step(
        shop=shop,
        basket=basket,
        state=state,
        methods=payment_methods.methods(market=shop.market),
        due=present_credit.due_of(credits_=accounts, total=basket.total),
        credit=present_credit.credit_step(
            shop=shop,
            credits_=accounts,
            own=credit.store_credit_of(shop=shop, owner_id=owner, at=at),
            account=credit.on_account_of(shop=shop, owner_id=owner, at=at),
            total=basket.total,
            error=credit_error,
            typed=typed,
        ),
        features=catalog.main_features(shop=shop, product_ids=[line.product_id for line in basket.lines]),
    )
    return _step_page(request, basket, "checkout_review", step, problems=problems, status=status)


def _step_page(
    request: HttpRequest,
    basket: PricedBasket,
    current: str,
    step: object,
    *,
    problems: tuple[ProblemView, ...] = (),
    status: int = 200,
    **extra: object,
) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    warnings = tuple(problem_view(line=line, problem=problem) for line, problem in basket.problems)
    view = present.view(
        shop=shop,
        basket=basket,
        current=current,
        problems=(*said(request=request), *problems, *warnings),
        kept_until=_kept_until(request, basket),
    )
    name = {"checkout": "details", "checkout_delivery": "delivery", "checkout_review": "review"}[current]
    template = f"storefront/checkout_{name}.html"
    meta = meta_for(request=request, title=_("Checkout"), robots="noindex")
    return page_response(
        request=request, template=template, meta=meta, checkout=view, status=status, **{name: step}, **extra
    )


def _kept_until(request: HttpRequest, basket: PricedBasket) -> datetime | None:
    """Keep the goods while the shopper is here; a visitor may begin so often that no shelf is emptied by pretending."""
    at = clock.now()
    who = request.META.get("REMOTE_ADDR", "")
    return holds.keep(
        shop=request.shop,  # type: ignore[attr-defined] # set by the markets middleware
        basket=basket,
        postcode=checkout_state.load(request=request).details.postcode,
        at=at,
        may_start=lambda: ratelimit.hit(name="hold", subject=who, limit=HOLDS, window_s=3600, at=at).allowed,
    )


def _confirmed(text: str, currency: str) -> Money:
    """The total the shopper saw, as the form sent it; a total nobody can have seen when it is not readable."""
    amount, _space, said_currency = text.partition(" ")
    try:
        if len(amount) > LONGEST_AMOUNT:
            return Money.zero(currency)
        return Money(Decimal(amount), said_currency if said_currency == currency else currency)
    except (InvalidOperation, ValueError):
        return Money.zero(currency)


def _confirmed_age(request: HttpRequest) -> int | None:
    """The years the shopper confirmed by ticking the box, None where they did not."""
    told = request.POST.get("age_told", "")
    is_number = told.isascii() and told.isdigit() and len(told) <= LONGEST_AGE
    return int(told) if is_number and present.AGE in request.POST else None


def _confirmed_day(text: str) -> date | None:
    """The last day of delivery the shopper saw, as the form sent it; none that is not readable."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _basket_of(request: HttpRequest, state: CheckoutState) -> PricedBasket | None:
    """The basket priced for what was answered so far."""
    return priced_basket(request=request, delivery_code=state.delivery_code or None, postcode=state.details.postcode)


def _address(told: address.Details) -> placement.Address:
    # One name field: splitting names is guessing, so the whole of it stands in the last name.
    return placement.Address(
        first_name="",
        last_name=told.name,
        company=told.company,
        line1=told.street,
        line2=told.street2,
        postcode=told.postcode,
        city=told.city,
        country=told.country,
    )
