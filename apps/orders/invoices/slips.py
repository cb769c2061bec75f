"""Papers that go with goods: the pick list of a location and the packing slip of a parcel. Drawn anew each time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.pdf import Column, Sheet
from apps.markets.queries import market_by_code
from apps.orders.addresses import address_of
from apps.orders.enums import TO_SHIP
from apps.orders.invoices.paper import address_lines
from apps.orders.models import Fulfilment


@dataclass(slots=True)
class _Pick:
    """One SKU to take from the shelf: units in all, and how many for which order."""

    title: str
    units: int = 0
    orders: list[str] = field(default_factory=list)


def packing_slips(*, fulfilment_ids: Sequence[int], at: datetime) -> bytes:
    """
    Return a PDF with a page or more for each parcel: whom it goes to and what is in it, in the order's language.

    Without prices, since who receives it may not be who paid. Four statements for any number.
    """
    rows = _rows(fulfilment_ids)
    sheet = Sheet(title=_("Packing slips"), language=translation.get_language() or "en", at=at)
    for index, row in enumerate(rows):
        if index:
            sheet.new_page()
        with translation.override(row.order.language):
            _slip(sheet, row)
    return sheet.content()


def pick_list(*, fulfilment_ids: Sequence[int], at: datetime) -> bytes:
    """
    Return a PDF of what to take from the shelves for parcels that are to be sent, in the active language.

    A page for each location; each SKU once, by title, with the orders it is for. What has left or ended is left out.
    """
    sheet = Sheet(title=_("Pick list"), language=translation.get_language() or "en", at=at)
    by_place: dict[str, list[Fulfilment]] = {}
    for row in _rows(fulfilment_ids):
        if row.state in TO_SHIP and row.location is not None:
            by_place.setdefault(row.location.name, []).append(row)
    for index, (place, rows) in enumerate(sorted(by_place.items())):
        if index:
            sheet.new_page()
        counted = ngettext("%(parcels)s parcel, %(moment)s", "%(parcels)s parcels, %(moment)s", len(rows))
        moment = date_format(at.astimezone(market_by_code(code=rows[0].order.market.code).time_zone), "DATETIME_FORMAT")
        sheet.title(
            _("Pick list %(place)s") % {"place": place}, under=counted % {"parcels": len(rows), "moment": moment}
        )
        columns = [Column(_("SKU"), 22), Column(_("Product"), 46), Column(_("Units"), 10, is_figure=True)]
        picks = [[sku, each.title, str(each.units), ", ".join(each.orders)] for sku, each in _picks(rows)]
        sheet.table([*columns, Column(_("Orders"), 34)], picks)
    if not by_place:
        sheet.title(_("Pick list"), under=_("Nothing of this is to be sent."))
    return sheet.content()


def _rows(fulfilment_ids: Sequence[int]) -> list[Fulfilment]:
    rows = Fulfilment.objects.filter(pk__in=fulfilment_ids).order_by("due_at", "id")
    rows = rows.select_related("order__shipping_address", "order__market", "location")
    return list(rows.prefetch_related("lines__line", "order__lines"))


def _picks(rows: Sequence[Fulfilment]) -> list[tuple[str, _Pick]]:
    found: dict[str, _Pick] = {}
    for row in rows:
        for part in row.lines.all():
            pick = found.setdefault(part.line.partner_sku, _Pick(part.line.title))
            pick.units += part.quantity
            pick.orders.append(f"{row.order.number} × {part.quantity}")
    return sorted(found.items(), key=lambda item: (item[1].title.casefold(), item[0]))


def _slip(sheet: Sheet, row: Fulfilment) -> None:
    order = row.order
    zone = market_by_code(code=order.market.code).time_zone
    placed = date_format(order.date_placed.astimezone(zone), "DATE_FORMAT")
    parts = sorted(row.lines.all(), key=lambda part: (part.line.position, part.pk))
    sheet.title(
        _("Order %(number)s") % {"number": order.number},
        under=_("of %(day)s, parcel %(parcel)s") % {"day": placed, "parcel": row.pk},
    )
    sheet.blocks(
        (_("Delivered to"), address_lines(address_of(order.shipping_address), language=order.language)),
        (_("Sent from"), [row.location.name if row.location else "", order.shipping_method]),
    )
    columns = [Column(_("SKU"), 24), Column(_("Product"), 60), Column(_("Units"), 12, is_figure=True)]
    sheet.table(columns, [[part.line.partner_sku, part.line.title, str(part.quantity)] for part in parts])
    ordered = {line.pk: line.quantity for line in order.lines.all()}
    if {part.line_id: part.quantity for part in parts} != ordered:
        sheet.text(_("The rest of your order comes in another parcel."))
