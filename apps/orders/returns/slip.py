"""The slip a shopper puts into the parcel or shows at the counter: which return it is, what is in it, where to."""

from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.pdf import Column, Sheet
from apps.markets.queries import market_by_code
from apps.orders.addresses import address_of
from apps.orders.invoices.paper import address_lines
from apps.orders.models import Return


def draw(*, row: Return, at: datetime) -> bytes:
    """Return the PDF of a return's slip in its order's language, without prices, with the number as a barcode."""
    order = row.order
    with translation.override(order.language):
        market = market_by_code(code=order.market.code)
        title = _("Return %(number)s") % {"number": row.number}
        by = date_format(row.send_back_by.astimezone(market.time_zone), "DATE_FORMAT")
        sheet = Sheet(title=title, language=order.language, at=at)
        sheet.title(title, under=_("Please send or bring the goods by %(day)s.") % {"day": by})
        sheet.barcode(row.number)
        to = [market.seller.name, *market.seller.address.splitlines()]
        if row.drop_off is not None:
            place = row.drop_off
            to = [place.name, place.street, f"{place.postcode} {place.city}".strip()]
        sender = address_lines(address_of(order.shipping_address), language=order.language)
        sheet.blocks((_("To"), [line for line in to if line]), (_("From"), sender))
        columns = [Column(_("SKU"), 24), Column(_("Product"), 60), Column(_("Units"), 12, is_figure=True)]
        lines = sorted(row.lines.all(), key=lambda line: (line.line.position, line.pk))
        sheet.table(columns, [[each.line.partner_sku, each.line.title, str(each.quantity)] for each in lines])
        return sheet.content()
