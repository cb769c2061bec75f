"""Why a product costs what it costs: for a market, a quantity and a moment."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from apps.backoffice.admin.product_shared import product_of
from apps.backoffice.admin.shared import AuditedAdmin, demand, money_minor
from apps.backoffice.forms import PriceQuestionForm
from apps.backoffice.price_words import candidate_rows
from apps.backoffice.scoping import markets_in_reach
from apps.catalog import pricing
from apps.catalog.models import Product
from apps.catalog.pricing.trace import candidate_of
from apps.core import clock
from apps.core.errors import Refusal
from apps.markets.queries import market_by_code


class WhyPrice(AuditedAdmin):
    """What the admin of products has to explain a price."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page that explains a price."""
        own = [path("<int:product_id>/why/", self.admin_site.admin_view(self.why_view), name="catalogue_product_why")]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    @action(description=gettext_lazy("Why this price"), permissions=["view"], icon="help")
    def why_price(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Lead to the explanation of its price."""
        return self.why_view(request, object_id)

    def why_view(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """Explain a price for a market, a quantity and a moment."""
        demand(request, "catalogue.view_product")
        product = product_of(request=request, object_id=product_id)
        markets = [(market.code, market.code) for market in markets_in_reach(request)]
        if not markets:
            raise Http404
        form = PriceQuestionForm(request.GET if "market" in request.GET else None, markets=markets)
        found, refusal = None, ""
        if form.is_valid():
            try:
                found = _explain(product, form.cleaned_data)
            except Refusal as error:
                refusal = str(error)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "original": product,
            "title": _("Why this price"),
            "form": form,
            "product": product,
            "found": found,
            "refusal": refusal,
            "variants": product.children.order_by("variant_position", "id") if product.is_parent else (),
        }
        return TemplateResponse(request, "backoffice/why_price.html", context)


def _explain(product: Product, said: Mapping[str, Any]) -> dict[str, Any]:
    market = market_by_code(code=said["market"])
    answer = pricing.explain(
        market=market,
        sku=product.upc or "",
        quantity=said["quantity"],
        at=said["at"] or clock.now(),
        customer_group=said["customer_group"],
    )

    def write(minor: int, currency: str) -> str:
        return money_minor(minor, currency, country=market.country)

    quote = answer.quote
    return {
        "quote": quote,
        "unit": money_minor(quote.unit.minor, quote.unit.currency, country=market.country) if quote else "",
        "prior": money_minor(quote.prior.minor, quote.prior.currency, country=market.country)
        if quote and quote.prior
        else "",
        "trace": quote.trace if quote else {},
        "candidates": candidate_rows([candidate_of(judged=judged) for judged in answer.judged], write),
        "at": answer.at,
    }
