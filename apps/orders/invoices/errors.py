"""Why no invoice is issued."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class SellerIncomplete(Refusal):
    """An invoice with tax must carry the seller's VAT number (Directive 2006/112 art. 226). Parameters: market."""

    code = "invoice.seller_incomplete"
    message = _(
        "No invoice is issued in market %(market)s, because its seller has no VAT number. Please add it to the market's"
        " legal identity, then have this tried again."
    )


class NotLeft(Refusal):
    """Goods are invoiced when they leave. Parameters: number."""

    code = "invoice.not_left"
    message = _("These goods of order %(number)s have not left, so there is nothing to invoice yet.")
