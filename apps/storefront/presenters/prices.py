"""Prices and stock in the words of the shop."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.enums import Availability
from apps.core.money import Money, gross_to_net
from apps.markets.context import Shop
from apps.markets.enums import TaxClass
from apps.storefront import pages, words
from apps.storefront.contexts import PriceView, StockView

# Up to this many pieces the page says how many are left.
FEW = 3


def price_view(
    *,
    shop: Shop,
    price: Money,
    prior: Money | None = None,
    is_from: bool = False,
    tax_percent: str = "",
    full: bool = False,
) -> PriceView:
    """
    A price as the market writes it; with tax, as consumers must read it (Arrêté du 3 décembre 1987; PAngV § 3).

    prior: only a lawful prior price. full: with the links a product page carries.
    """
    amount = words.money(shop=shop, amount=price)
    rate = Decimal(tax_percent) if tax_percent else shop.market.tax_percent.get(TaxClass.STANDARD, Decimal(0))
    links_delivery = full or shop.market.template_set == "de"
    return PriceView(
        amount_text=amount,
        from_text=_("from") if is_from else "",
        tax_line=_("incl. VAT"),
        prior_text=words.money(shop=shop, amount=prior) if prior else "",
        prior_note=_("Lowest price of the 30 days before") if prior else "",
        saving_text=_saving(price, prior),
        net_text=_net(shop, price, rate),
        shipping_label=_("plus delivery") if links_delivery else "",
        shipping_url=pages.link_to(shop=shop, code="delivery") if links_delivery else "",
    )


def _saving(price: Money, prior: Money | None) -> str:
    """The reduction, computed from the prior price and from nothing else (CJEU C-330/23)."""
    if prior is None or not prior.amount or prior.amount <= price.amount:
        return ""
    percent = int((prior.amount - price.amount) * 100 / prior.amount)
    return f"−{percent} %" if percent else ""


def _net(shop: Shop, price: Money, rate: Decimal) -> str:
    """The amount without tax, for the brand whose customers count that way."""
    if not shop.market.features.get("shows_net_prices"):
        return ""
    net = gross_to_net(gross=price, rate=rate).net
    return _("%(amount)s excl. VAT") % {"amount": words.money(shop=shop, amount=net)}


def card_stock(*, availability: int) -> StockView:
    """Stock as published, for lists."""
    return {
        Availability.IN_STOCK: StockView(code="in", text=_("In stock")),
        Availability.LOW: StockView(code="low", text=_("Only a few left")),
        Availability.STORE_ONLY: StockView(code="stores", text=_("In stores only")),
        Availability.COMING: StockView(code="coming", text=_("On its way to us")),
        Availability.SOLD_OUT: StockView(code="out", text=_("Sold out")),
    }[Availability(availability)]


def live_stock(*, left: int, coming: int, availability: int, promise: str) -> StockView:
    """Stock as it is now, for the product page; the delivery promise beside it while it can be ordered."""
    if left > FEW:
        return StockView(code="in", text=_("In stock"), detail=promise)
    if left > 0:
        text = ngettext("Only %(count)s left", "Only %(count)s left", left) % {"count": left}
        return StockView(code="low", text=text, detail=promise)
    if coming > 0:
        return StockView(code="coming", text=_("On its way to us: order it now"), detail=promise)
    if availability == Availability.STORE_ONLY:
        return StockView(code="stores", text=_("In stores only"))
    return StockView(code="out", text=_("Sold out"))
