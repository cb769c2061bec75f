"""Invoices and credit notes: read only, since the law allows nothing else; and the papers that go with goods."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from apps.backoffice.admin.shared import (
    ReadOnlyAdmin,
    chip,
    demand,
    moment,
    money_minor,
    order_link,
    row_or_404,
    scoped,
)
from apps.core import clock
from apps.orders.enums import InvoiceKind
from apps.orders.invoices import operations, slips
from apps.orders.models import Fulfilment, Invoice
from apps.orders.views import pdf_response


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Documents of account, newest first."""

    list_display = ("number_link", "kind_chip", "order_number", "issued", "net", "tax", "gross")
    list_display_links = None
    list_filter = ("kind", "order__market", "series__prefix")
    search_fields = ("=number", "=order__number", "order__email")
    search_help_text = gettext_lazy("Number of the document or the order, or e-mail address")
    ordering = ("-issued_at", "-id")
    date_hierarchy = "issued_at"
    list_select_related = ("order__market",)

    @display(description=gettext_lazy("number"), ordering="number")
    def number_link(self, row: Invoice) -> str:
        url = reverse("admin:order_invoice_file", args=[row.pk])
        return format_html('<a class="bo-link" href="{}">{} (PDF)</a>', url, row.number)

    @display(description=gettext_lazy("kind"), ordering="kind")
    def kind_chip(self, row: Invoice) -> str:
        return chip(row.get_kind_display(), "busy" if row.kind == InvoiceKind.CREDIT_NOTE else "good")

    @display(description=gettext_lazy("order"), ordering="order__number")
    def order_number(self, row: Invoice) -> str:
        return order_link(row.order_id, row.order.number)

    @display(description=gettext_lazy("issued"), ordering="issued_at")
    def issued(self, row: Invoice) -> str:
        return moment(row.issued_at)

    @display(description=gettext_lazy("without tax"), ordering="net_minor")
    def net(self, row: Invoice) -> str:
        return money_minor(row.net_minor, row.currency, country=row.order.market.country)

    @display(description=gettext_lazy("tax"), ordering="tax_minor")
    def tax(self, row: Invoice) -> str:
        return money_minor(row.tax_minor, row.currency, country=row.order.market.country)

    @display(description=gettext_lazy("with tax"), ordering="gross_minor")
    def gross(self, row: Invoice) -> str:
        return money_minor(row.gross_minor, row.currency, country=row.order.market.country)

    def get_urls(self) -> list[URLPattern]:
        """Add the file of a document."""
        view = self.admin_site.admin_view
        own = [path("<int:invoice_id>/file/", view(self.file), name="order_invoice_file")]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the order, where the document stands with all the rest."""
        demand(request, "order.view_invoice")
        return redirect("admin:order_order_change", row_or_404(request, Invoice.objects.all(), object_id).order_id)

    def file(self, request: HttpRequest, invoice_id: int) -> HttpResponse:
        """Hand out the one file of a document."""
        demand(request, "order.view_invoice")
        row = get_object_or_404(scoped(request, Invoice.objects.all()), pk=invoice_id)
        return pdf_response(content=operations.file_of(invoice_id=row.pk, at=clock.now()), name=row.number)


class SlipPages:
    """Pick lists and packing slips of the fulfilments that are chosen in a list, or of one."""

    actions = ("pick_list", "packing_slips")

    def get_urls(self) -> list[URLPattern]:
        """Add the packing slip of one parcel."""
        view = self.admin_site.admin_view  # type: ignore[attr-defined] # an admin's mixin
        own = [path("<int:fulfilment_id>/slip/", view(self.slip), name="order_fulfilment_slip")]
        return own + super().get_urls()  # type: ignore[no-any-return,misc] # as above

    @action(description=gettext_lazy("Pick list (PDF)"), permissions=["view"])
    def pick_list(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> HttpResponse:
        """Print what to take from the shelves for the chosen parcels."""
        return _paper(slips.pick_list, queryset, name="pick-list")

    @action(description=gettext_lazy("Packing slips (PDF)"), permissions=["view"])
    def packing_slips(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> HttpResponse:
        """Print what goes into each of the chosen parcels."""
        return _paper(slips.packing_slips, queryset, name="packing-slips")

    def slip(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Print the packing slip of one parcel."""
        demand(request, "order.view_fulfilment")
        row = get_object_or_404(scoped(request, Fulfilment.objects.all()), pk=fulfilment_id)
        return _paper(slips.packing_slips, Fulfilment.objects.filter(pk=row.pk), name=f"packing-slip-{row.pk}")


def _paper(draw: Callable[..., bytes], rows: QuerySet[Fulfilment], *, name: str) -> HttpResponse:
    at: datetime = clock.now()
    chosen: Sequence[int] = list(rows.values_list("pk", flat=True))
    return pdf_response(content=draw(fulfilment_ids=chosen, at=at), name=name)
