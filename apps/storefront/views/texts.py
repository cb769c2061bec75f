"""Static pages, the contact form and the list of stores."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock, ratelimit
from apps.core.errors import Refusal
from apps.inventory import queries as inventory
from apps.inventory.hours import hours_of
from apps.inventory.models import Location
from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.storefront import operations, pages
from apps.storefront.contexts import Fact, FieldView, FormPage, ProblemView, StoreRow
from apps.storefront.page_cache import cacheable
from apps.storefront.presenters.fields import email_error, email_field, name_error, name_field
from apps.storefront.views.base import Equals, meta_for, page_response, private, shop_view

LONGEST_MESSAGE = 4000


@shop_view
@require_safe
@cacheable(seconds=60)
def static_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Terms, legal notice, privacy and the like."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    found = pages.static_page(shop=shop, slug=slug)
    if found is None:
        raise Http404
    code, text = found
    equals: Equals = {}
    for other in markets.live_shops(brand_code=shop.brand.code):
        other_slug = pages.slug_of(shop=other, code=code)
        if other_slug:
            equals[other.code] = f"{other.prefix}{reverse('static_page', args=[other_slug]).removeprefix(shop.prefix)}"
    first = text.sections[0].paragraphs[0] if text.sections and text.sections[0].paragraphs else ""
    meta = meta_for(request=request, title=text.title, description=first, equals=equals)
    return page_response(request=request, template="storefront/text.html", meta=meta, text=text)


@shop_view
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of sale under an address mails can name in every language."""
    found = pages.link_to(shop=request.shop, code="terms")  # type: ignore[attr-defined] # checked by shop_view
    if not found:
        raise Http404
    return redirect(found)


@shop_view
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """A message to the shop's people. What was typed is never lost; a robot that fills the hidden field is thanked."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    told = {name: request.POST.get(name, "").replace("\x00", " ").strip() for name in ("name", "email", "message")}
    errors: dict[str, str] = {}
    problems: tuple[ProblemView, ...] = ()
    is_sent = False
    if request.method == "POST":
        errors = _contact_errors(told)
        if not errors:
            try:
                _send(request, shop, told)
                is_sent = True
            except Refusal as refusal:
                problems = (ProblemView(code=refusal.code, text=str(refusal), tone="error"),)
    form = FormPage(
        title=pgettext("page", "Contact"),
        text=_("Write to us; we answer within one working day."),
        action_url=reverse("contact"),
        fields=_contact_fields(told, errors),
        button=_("Send the message"),
        problems=problems,
        is_sent=is_sent,
        sent_text=_("Thank you, your message is on its way to us."),
        asides=pages.promises(shop=shop),
    )
    meta = meta_for(request=request, title=form.title, description=form.text)
    status = 422 if errors or problems else 200
    return private(
        page_response(
            request=request,
            template="storefront/form.html",
            meta=meta,
            form=form,
            has_errors=bool(errors),
            status=status,
        )
    )


def _send(request: HttpRequest, shop: Shop, told: dict[str, str]) -> None:
    at = clock.now()
    ratelimit.require(name="contact", subject=request.META.get("REMOTE_ADDR", ""), limit=5, window_s=3600, at=at)
    operations.take_message(shop=shop, name=told["name"], email=told["email"], message=told["message"], at=at)


def _contact_errors(told: dict[str, str]) -> dict[str, str]:
    errors = {
        name: wrong
        for name, wrong in (("name", name_error(told["name"])), ("email", email_error(told["email"])))
        if wrong
    }
    if not told["message"]:
        errors["message"] = _("Please write your message.")
    elif len(told["message"]) > LONGEST_MESSAGE:
        errors["message"] = _("This is longer than %(most)s characters.") % {"most": LONGEST_MESSAGE}
    return errors


def _contact_fields(told: dict[str, str], errors: dict[str, str]) -> tuple[FieldView, ...]:
    return (
        name_field(value=told["name"], error=errors.get("name", "")),
        email_field(value=told["email"], error=errors.get("email", "")),
        FieldView(
            id="id_message",
            name="message",
            label=_("Message"),
            value=told["message"],
            kind="textarea",
            error=errors.get("message", ""),
            max_length=LONGEST_MESSAGE,
        ),
    )


@shop_view
@require_safe
@cacheable(seconds=60)
def stores(request: HttpRequest) -> HttpResponse:
    """The group's stores in this country, with address and opening hours."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    rows = tuple(_store(store) for store in inventory.stores(country=shop.market.country))
    title = _("Our stores")
    meta = meta_for(request=request, title=title, description=title)
    text = _("Come by: see, touch and take home.") if rows else _("There is no store in this country yet.")
    return page_response(
        request=request, template="storefront/stores.html", meta=meta, stores=rows, title=title, text=text
    )


def _store(store: Location) -> StoreRow:
    return StoreRow(
        name=store.name,
        anchor=store.code,
        address=tuple(line for line in (store.street, f"{store.postcode} {store.city}".strip()) if line),
        hours=tuple(Fact(label=day, value=spans) for day, spans in hours_of(opening_hours=store.opening_hours)),
    )
