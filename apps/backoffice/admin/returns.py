"""Goods that come back: what is due first, and the buttons that inspect, close and pay."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.backoffice.admin.shared import (
    ReadOnlyAdmin,
    actor_of,
    ask,
    chip,
    demand,
    moment,
    order_link,
    row_or_404,
    scoped,
)
from apps.backoffice.forms import ReasonForm, RefundForm
from apps.backoffice.return_forms import InspectForm, WithdrawalForm
from apps.backoffice.return_page import NEXT
from apps.backoffice.tones import RETURN_TONES
from apps.core import clock
from apps.orders.enums import ReturnState
from apps.orders.models import Order, Refund, Return
from apps.orders.returns import operations, photos, queries

BREAK = mark_safe("<br>")


class DueFilter(admin.SimpleListFilter):
    """What must be paid back soon, as the first page counts it."""

    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("soon", gettext_lazy("Within two days, or overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Return]) -> QuerySet[Return]:
        return queryset.filter(pk__in=queries.due(at=clock.now()).values("pk")) if self.value() else queryset


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    """Returns, the most urgent first."""

    list_display = ("number_link", "state_chip", "due", "goods", "name", "next_step")
    list_display_links = None
    list_filter = (DueFilter, "state", "drop_off", "location")
    search_fields = ("number", "order__email", "=email", "name")
    search_help_text = gettext_lazy("Return or order number, name or e-mail address")
    ordering = ("refund_due_at", "id")
    list_select_related = ("order", "refund")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Return]:
        """Return returns with their goods."""
        return super().get_queryset(request).prefetch_related("lines__line")  # type: ignore[no-any-return] # untyped base

    @display(description=gettext_lazy("return"), ordering="number")
    def number_link(self, row: Return) -> str:
        return order_link(row.order_id, row.number)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, row: Return) -> str:
        return chip(row.get_state_display(), RETURN_TONES[ReturnState(row.state)])

    @display(description=gettext_lazy("to be refunded by"), ordering="refund_due_at")
    def due(self, row: Return) -> str:
        waits = row.state in {ReturnState.DECLARED, ReturnState.REFUND_DUE}
        if waits and row.refund_due_at < clock.now():
            return format_html("{} {}", moment(row.refund_due_at), chip(_("overdue"), "bad"))
        return moment(row.refund_due_at) if waits else "–"

    @display(description=gettext_lazy("goods"))
    def goods(self, row: Return) -> str:
        return format_html_join(BREAK, "{} × {}", ((line.quantity, line.line.title) for line in row.lines.all()))

    @display(description=gettext_lazy("next step"))
    def next_step(self, row: Return) -> str:
        links = (
            (reverse(f"admin:order_return_{name}", args=[row.pk]), label)
            for name, label in NEXT.get(ReturnState(row.state), [])
        )
        return format_html_join(" · ", '<a class="bo-link" href="{}">{}</a>', links) or "–"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        own = [
            path("<int:return_id>/inspect/", view(self.inspect), name="order_return_inspect"),
            path("<int:return_id>/close/", view(self.close), name="order_return_close"),
            path("<int:return_id>/sent/", view(self.sent), name="order_return_sent"),
            path("<int:return_id>/photos/<int:position>.jpg", view(self.photo), name="order_return_photo"),
            path("for-order/<int:order_id>/", view(self.declare), name="order_return_declare"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the order, where the return stands with all the rest."""
        demand(request, "order.view_return")
        return redirect("admin:order_order_change", row_or_404(request, Return.objects.all(), object_id).order_id)

    def photo(self, request: HttpRequest, return_id: int, position: int) -> HttpResponse:
        """Show a photo the shopper added."""
        demand(request, "order.view_return")
        row = get_object_or_404(scoped(request, Return.objects.all()), pk=return_id)
        content = photos.photo_of(return_id=row.pk, position=position)
        if content is None:
            raise Http404
        response = HttpResponse(content, content_type="image/jpeg")
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def inspect(self, request: HttpRequest, return_id: int) -> HttpResponse:
        """Say what came back."""
        row = self._row(request, return_id)
        form = InspectForm(
            request.POST or None,
            lines=list(row.lines.all()),
            currency=row.order.currency,
            place_id=row.drop_off_id,
        )

        def do(said: Mapping[str, Any]) -> str:
            done = operations.inspect_return(
                return_id=return_id,
                found=form.found,
                location_id=said["location"].pk,
                note=said["note"],
                by=actor_of(request),
                at=clock.now(),
            )
            return _("Return %(number)s: %(state)s") % {"number": done.number, "state": done.get_state_display()}

        return self._ask(request, row, title=_("Inspect"), form=form, do=do)

    def close(self, request: HttpRequest, return_id: int) -> HttpResponse:
        """Close a return whose goods never came."""
        row = self._row(request, return_id)

        def do(said: Mapping[str, Any]) -> str:
            operations.close_return(return_id=return_id, by=actor_of(request), at=clock.now(), reason=said["reason"])
            return _("The return is closed; the shopper keeps the goods.")

        return self._ask(
            request, row, title=_("Close without goods"), form=ReasonForm(request.POST or None), do=do, danger=True
        )

    def sent(self, request: HttpRequest, return_id: int) -> HttpResponse:
        """Record a refund that a person sent."""
        row = self._row(request, return_id)
        refund = get_object_or_404(Refund, parent_id=return_id)

        def do(said: Mapping[str, Any]) -> str:
            operations.record_sent(
                refund_id=refund.pk, reference=said["reference"], by=actor_of(request), at=clock.now()
            )
            return _("The refund is recorded.")

        return self._ask(request, row, title=_("Record the refund"), form=RefundForm(request.POST or None), do=do)

    def declare(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Write down a withdrawal that came by letter or phone."""
        demand(request, "order.change_return")
        order = get_object_or_404(scoped(request, Order.objects.select_related("market")), pk=order_id)
        right, places = queries.right_of(order=order), queries.drop_offs(order=order)
        form = WithdrawalForm(request.POST or None, order=order, right=right, places=places)

        def do(said: Mapping[str, Any]) -> str:
            made = operations.declare_withdrawal(
                order_id=order_id,
                units=form.units,
                name=said["name"],
                email=said["email"],
                by=actor_of(request),
                at=clock.now(),
                drop_off_id=said["place"].pk if said["place"] else None,
            )
            return _("Withdrawal %(number)s is recorded; its receipt is on its way.") % {"number": made.number}

        return ask(
            request,
            admin=self,
            title=_("Record a withdrawal"),
            question=_("For a withdrawal that came by letter, mail or phone. The shopper gets the receipt by e-mail."),
            form=form,
            do=do,
            button=_("Record a withdrawal"),
            back=reverse("admin:order_order_change", args=[order_id]),
            facts={_("Order"): order.number, _("State"): order.get_state_display()},
        )

    def _row(self, request: HttpRequest, return_id: int) -> Return:
        demand(request, "order.change_return")
        rows = Return.objects.select_related("order").prefetch_related("lines__line")
        found: Return = get_object_or_404(scoped(request, rows), pk=return_id)
        return found

    def _ask(
        self,
        request: HttpRequest,
        row: Return,
        *,
        title: str,
        form: forms.Form,
        do: Callable[[Mapping[str, Any]], str],
        danger: bool = False,
    ) -> HttpResponse:
        return ask(
            request,
            admin=self,
            title=title,
            question="",
            form=form,
            do=do,
            button=title,
            danger=danger,
            back=reverse("admin:order_order_change", args=[row.order_id]),
            facts={
                _("Return"): row.number,
                _("State"): row.get_state_display(),
                _("Goods"): ", ".join(f"{line.quantity} × {line.line.title}" for line in row.lines.all()),
            },
        )
