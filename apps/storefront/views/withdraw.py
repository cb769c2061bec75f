"""The withdrawal function: find the order, say what is given back, confirm. Two steps, no account, no script."""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core import clock, idempotency, ratelimit
from apps.core.errors import Refusal
from apps.inventory.models import Location
from apps.markets.context import Shop
from apps.orders import tokens
from apps.orders.enums import ReturnReason
from apps.orders.models import Order
from apps.orders.returns import operations, queries, window
from apps.orders.returns.errors import NoDropOff, NothingBought, NothingChosen, WindowOver
from apps.storefront.contexts import ProblemView, WithdrawalPage
from apps.storefront.presenters import returns as present
from apps.storefront.presenters.fields import email_error, name_error
from apps.storefront.presenters.lookup import lookup_form
from apps.storefront.views.base import meta_for, page_response, private, shop_view

MOST_DIGITS = 4


@shop_view
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Name the contract: number and mail address of the order. Answers the same for every wrong pair."""
    number = request.POST.get("number", "").replace("\x00", "").strip().upper()[:40]
    email = request.POST.get("email", "").replace("\x00", "").strip().lower()[:254]
    problems: tuple[ProblemView, ...] = ()
    if request.method == "POST":
        try:
            order = _named(request, number=number, email=email)
        except Refusal as refusal:
            problems = (_problem(refusal),)
        else:
            if order is not None:
                return redirect(reverse("withdraw_order", args=[tokens.order_token(number)]))
            text = _("We found no order with this number and e-mail address in this shop. Please check both.")
            problems = (ProblemView(code="order.not_found", text=text, tone="error"),)
    form = lookup_form(
        title=_("Withdraw from a contract"),
        text=_(
            "Name your order, choose what you give back, and confirm. You need no account and no reason; the receipt"
            " comes by e-mail."
        ),
        action_url=reverse("withdraw"),
        number=number,
        email=email,
        button=_("Continue"),
        problems=problems,
    )
    meta = meta_for(request=request, title=form.title, description=form.text)
    return private(
        page_response(
            request=request,
            template="storefront/form.html",
            meta=meta,
            form=form,
            has_errors=False,
            status=422 if problems else 200,
        )
    )


@shop_view
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_order(request: HttpRequest, token: str) -> HttpResponse:
    """Step one and two for an order; the link is the key, as on the order's page."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    order = _of_token(shop, token)
    right = queries.right_of(order=order)
    places = list(queries.drop_offs(order=order))
    said = _said(request, order)
    errors: dict[str, str] = {}
    problems: tuple[ProblemView, ...] = _closed(order, right)
    page: WithdrawalPage | None = None
    if request.method == "POST":
        errors = _errors(said)
        units = _units(request, right)
        if not errors:
            try:
                if not any(units.values()):
                    raise NothingChosen
                place = _place(said, places)
                if request.POST.get("confirm") == "1":
                    return _declare(request, order=order, units=units, said=said, place=place, token=token)
                key = token_urlsafe(18)
                page = present.confirm_page(
                    shop=shop, order=order, right=right, units=units, said=said, key=key, place=place
                )
            except Refusal as refusal:
                right = queries.right_of(order=order)
                problems = (_problem(refusal),)
    failed = bool(errors or problems) and request.method == "POST"
    if page is None:
        page = present.choose_page(
            shop=shop, order=order, right=right, said=said, errors=errors, places=places, problems=problems
        )
    is_closed = request.method != "POST" and bool(problems)
    template = "storefront/withdraw_confirm.html" if page.statement else "storefront/withdraw.html"
    meta = meta_for(request=request, title=_("Withdraw from a contract"), robots="noindex", equals={})
    response = page_response(
        request=request,
        template=template,
        meta=meta,
        withdrawal=page,
        is_open=bool(page.rows) and not is_closed,
        has_errors=bool(errors),
        status=422 if failed else 200,
    )
    response.headers["Referrer-Policy"] = "same-origin"  # as on the order's page: the address is a key
    return private(response)


def _named(request: HttpRequest, *, number: str, email: str) -> Order | None:
    """The order of this number and address in this shop's market. Raises RateLimited."""
    who = request.META.get("REMOTE_ADDR", "")
    ratelimit.require(name="order_lookup", subject=who, limit=20, window_s=3600, at=clock.now())
    if not tokens.is_order_number(number):
        return None
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    found: Order | None = Order.objects.filter(number=number, market_id=shop.market.id, email__iexact=email).first()
    return found


def _of_token(shop: Shop, token: str) -> Order:
    number = tokens.order_number(token)
    rows = Order.objects.select_related("market", "shipping_address").filter(market_id=shop.market.id)
    order: Order | None = rows.filter(number=number).first() if number else None
    if order is None:
        raise Http404
    return order


def _said(request: HttpRequest, order: Order) -> dict[str, str]:
    """What was typed; at first what the order says."""
    if request.method == "POST":
        return {
            name: str(value).replace("\x00", " ").strip()[:400] for name, value in request.POST.items() if name != "key"
        } | {name: request.POST.get(name, "").replace("\x00", " ").strip() for name in ("name", "email")}
    to: Any = order.shipping_address
    name = f"{to.first_name} {to.last_name}".strip() if to else ""
    return {"name": name, "email": order.email}


def _errors(said: dict[str, str]) -> dict[str, str]:
    found = {"name": name_error(said["name"]), "email": email_error(said["email"])}
    return {name: wrong for name, wrong in found.items() if wrong}


def _units(request: HttpRequest, right: queries.Right) -> dict[int, int]:
    """Line id → units, of the order's own lines only; what is no number is none."""
    found = {}
    for choice in right.choices:
        text = request.POST.get(present.unit_name(choice.line.pk), "")
        is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        found[choice.line.pk] = int(text) if is_number else 0
    return found


def _place(said: dict[str, str], places: Sequence[Location]) -> Location | None:
    """The place the goods are brought to; None: they are sent. Raises NoDropOff for any other."""
    chosen = said.get(present.HOW, "")
    if chosen == present.BY_POST:
        return None
    place = next((each for each in places if str(each.pk) == chosen), None)
    if chosen and place is None:
        raise NoDropOff
    return place


def _reasons(said: dict[str, str], units: dict[int, int]) -> dict[int, str]:
    """Line id → reason, of the known ones."""
    found = {line_id: said.get(present.reason_name(line_id), "") for line_id in units}
    return {line_id: reason for line_id, reason in found.items() if reason in ReturnReason.values}


def _declare(
    request: HttpRequest,
    *,
    order: Order,
    units: dict[int, int],
    said: dict[str, str],
    place: Location | None,
    token: str,
) -> HttpResponse:
    operations.declare_withdrawal(
        order_id=order.pk,
        units=units,
        name=said["name"],
        email=said["email"],
        by=operations.SHOPPER,
        at=clock.now(),
        reasons=_reasons(said, units),
        drop_off_id=place.pk if place else None,
        idempotency_key=idempotency.key_of(request.POST.get("key", "")),
    )
    text = _("Your withdrawal has reached us. The receipt is on its way to %(email)s.") % {"email": said["email"]}
    messages.success(request, text)
    return redirect(reverse("order_tracking", args=[token]))


def _closed(order: Order, right: queries.Right) -> tuple[ProblemView, ...]:
    """Why nothing can be withdrawn from, if so."""
    at = clock.now()
    if queries.is_open(order=order, right=right, at=at):
        return ()
    if order.state not in queries.BOUGHT:
        return (_problem(NothingBought(number=order.number)),)
    if not right.left and any(choice.left for choice in right.choices):
        text = _("There is no right to withdraw from the goods of this order.")
        return (ProblemView(code="return.not_withdrawable", text=text, tone="info"),)
    if not right.left:
        text = _("You have withdrawn from everything in this order.")
        return (ProblemView(code="return.all_given_back", text=text, tone="info"),)
    return (_problem(WindowOver(number=order.number, day=window.last_day(order=order, ends_at=right.ends_at or at))),)


def _problem(refusal: Refusal) -> ProblemView:
    return ProblemView(code=refusal.code, text=str(refusal), tone="error")
