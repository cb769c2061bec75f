"""An order for the one who placed it: by signed link, without an account."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock, ratelimit
from apps.core.errors import Refusal
from apps.markets.context import Shop
from apps.orders import queries, terms, tokens
from apps.orders.invoices import operations as invoice_operations
from apps.orders.invoices import queries as invoices
from apps.orders.returns import queries as returns
from apps.orders.returns import slip
from apps.orders.views import pdf_response
from apps.storefront import pages
from apps.storefront.contexts import Link, ProblemView
from apps.storefront.presenters import order as present
from apps.storefront.presenters.lookup import lookup_form
from apps.storefront.views.base import meta_for, page_response, private, said, shop_view

FRESH_S = 3600  # for so long after placing, the page says thank you


@shop_view
@require_safe
def order_tracking(request: HttpRequest, token: str) -> HttpResponse:
    """Where an order stands. The link is the key: whoever has it may read, nobody can guess one."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    number = tokens.order_number(token)
    record = queries.order_by_number(number=number) if number else None
    if record is None or record.order.market_id != shop.market.id:
        raise Http404
    is_new = (clock.now() - record.order.date_placed).total_seconds() < FRESH_S
    view = present.order_view(shop=shop, record=record, is_new=is_new, problems=said(request=request))
    title = _("Order %(number)s") % {"number": record.order.number}
    meta = meta_for(request=request, title=title, robots="noindex", equals={})
    waits = bool(view.refresh_seconds)
    template = "storefront/payment_pending.html" if waits else "storefront/order.html"
    response = page_response(request=request, template=template, meta=meta, order=view)
    if waits:
        response.headers["Refresh"] = str(view.refresh_seconds)  # looks again by itself, without JavaScript
    # The address is the key to the order, so no other site may learn it. Not `no-referrer`: with that, browsers call
    # the origin of a form on this page "null", and paying again would be refused as a post from elsewhere.
    response.headers["Referrer-Policy"] = "same-origin"
    return private(response)


@shop_view
@require_safe
def order_terms(request: HttpRequest, token: str) -> HttpResponse:
    """The terms an order was placed under, whatever the shop's terms say today. Opened by the order's own link."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    number = tokens.order_number(token)
    version = queries.terms_of(number=number, market_id=shop.market.id) if number else None
    if version is None:
        raise Http404
    back = Link(
        label=_("Order %(number)s") % {"number": number}, url=reverse("order_tracking", args=[token]), is_current=False
    )
    text = pages.kept_text(shop=shop, documents=terms.documents_of(version=version), back=back)
    meta = meta_for(request=request, title=text.title, robots="noindex", equals={})
    response = page_response(request=request, template="storefront/text.html", meta=meta, text=text)
    response.headers["Referrer-Policy"] = "same-origin"  # as on the order's page: the address is a key
    return private(response)


@shop_view
@require_safe
def order_invoice(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """An invoice or credit note of the order whose link this is, and of no other."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    order = tokens.order_number(token)
    row = invoices.of_number(order_number=order, number=number, market_id=shop.market.id) if order else None
    if row is None:
        raise Http404
    content = invoice_operations.file_of(invoice_id=row.pk, at=clock.now())
    return pdf_response(content=content, name=row.number)


@shop_view
@require_safe
def return_slip(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The slip of a return of the order whose link this is, and of no other."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    order = tokens.order_number(token)
    row = returns.of_number(order_number=order, number=number, market_id=shop.market.id) if order else None
    if row is None:
        raise Http404
    return pdf_response(content=slip.draw(row=row, at=clock.now()), name=row.number)


@shop_view
@require_http_methods(["GET", "HEAD", "POST"])
def order_lookup(request: HttpRequest) -> HttpResponse:
    """Find an order by number and mail address, for those who lost the mail. Answers the same for every wrong pair."""
    number = request.POST.get("number", "").replace("\x00", "").strip().upper()[:40]
    email = request.POST.get("email", "").replace("\x00", "").strip().lower()[:254]
    error = ""
    if request.method == "POST":
        try:
            who = request.META.get("REMOTE_ADDR", "")
            ratelimit.require(name="order_lookup", subject=who, limit=20, window_s=3600, at=clock.now())
            record = queries.order_by_number(number=number) if tokens.is_order_number(number) else None
            shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
            if record and record.order.email.lower() == email and record.order.market_id == shop.market.id:
                return redirect(reverse("order_tracking", args=[tokens.order_token(number)]))
            error = _("We found no order with this number and e-mail address in this shop. Please check both.")
        except Refusal as refusal:
            error = str(refusal)
    form = lookup_form(
        title=_("Track an order"),
        text=_("With the number of your order you see where it is, without an account."),
        action_url=reverse("order_lookup"),
        number=number,
        email=email,
        button=_("Show the order"),
        problems=(ProblemView(code="order.not_found", text=error, tone="error"),) if error else (),
    )
    meta = meta_for(request=request, title=form.title, robots="noindex")
    status = 422 if error else 200
    return private(
        page_response(
            request=request, template="storefront/form.html", meta=meta, form=form, has_errors=False, status=status
        )
    )
