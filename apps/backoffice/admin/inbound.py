"""Goods on their way: what comes when, what of it is sold, and the buttons that receive, put off and call off."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, chip, demand, row_or_404
from apps.backoffice.forms import ReasonForm
from apps.backoffice.inbound_forms import AnnounceForm, ArriveForm, DayForm, SendForm
from apps.backoffice.scoping import scoped
from apps.catalog.models import Product
from apps.core import clock
from apps.inventory import inbound as operations
from apps.inventory import operations as stock
from apps.inventory.enums import ReservationState
from apps.inventory.models import Inbound, Reservation, StockLevel
from apps.inventory.sourcing import queries as sourcing

Do = Callable[[Mapping[str, Any]], str]


class OpenFilter(admin.SimpleListFilter):
    """What still comes, what should have come."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("On its way")), ("late", gettext_lazy("Late")), ("done", gettext_lazy("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inbound]) -> QuerySet[Inbound]:
        wanted = self.value()
        if wanted == "late":
            return queryset.filter(is_active=True, expected_on__lt=timezone.localdate(clock.now()))
        return queryset.filter(is_active=wanted == "open") if wanted in {"open", "done"} else queryset


@admin.register(Inbound)
class InboundAdmin(ReadOnlyAdmin):
    """What comes, soonest first."""

    list_display = ("paper", "arrives_at", "expected", "skus", "units", "promised", "state_chip")
    list_display_links = None
    list_filter = (OpenFilter, "arrives_at")
    search_fields = ("name", "=levels__product__upc")
    search_help_text = gettext_lazy("Reference, or exact SKU")
    ordering = ("-is_active", "expected_on", "id")
    list_select_related = ("arrives_at",)
    actions_list = ("announce", "send")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inbound]:
        """Count what each carries."""
        rows: QuerySet[Inbound] = super().get_queryset(request)
        return rows.annotate(
            product_count=Count("levels"), unit_count=Sum("levels__on_hand"), promised_count=Sum("levels__reserved")
        )

    @display(description=gettext_lazy("reference"), ordering="name")
    def paper(self, row: Inbound) -> str:
        url = reverse("admin:partner_inbound_change", args=[row.pk])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, row.name)

    @display(description=gettext_lazy("expected on"), ordering="expected_on")
    def expected(self, row: Inbound) -> str:
        return date_format(row.expected_on, "SHORT_DATE_FORMAT") if row.expected_on else "–"

    @display(description=gettext_lazy("SKUs"))
    def skus(self, row: Any) -> int:
        return int(row.product_count)

    @display(description=gettext_lazy("still to come"))
    def units(self, row: Any) -> int:
        return int(row.unit_count or 0)

    @display(description=gettext_lazy("promised"))
    def promised(self, row: Any) -> int:
        return int(row.promised_count or 0)

    @display(description=gettext_lazy("state"))
    def state_chip(self, row: Inbound) -> str:
        return _state_chip(row)

    def has_announce_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Tell whether this person may say what comes."""
        return bool(request.user.has_perm("partner.add_inbound"))

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        handlers = {"receive": self.receive, "day": self.set_day, "call-off": self.call_off}
        own = [
            path(f"<path:object_id>/{name}/", view(handler), name=f"partner_inbound_{name.replace('-', '_')}")
            for name, handler in handlers.items()
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    @action(description=gettext_lazy("Announce a delivery"), permissions=["announce"], icon="local_shipping")
    def announce(self, request: HttpRequest) -> HttpResponse:
        """Say that goods come from a supplier."""
        form = AnnounceForm(request.POST or None, products=scoped(request, Product.objects.all()))

        def do(said: Mapping[str, Any]) -> str:
            now = clock.now()
            operations.announce(
                location_id=said["location"].pk,
                quantities=said["goods"],
                expected_on=said["expected_on"],
                reference=said["reference"],
                sells_online=said["sells_online"],
                percent=said["percent"],
                today=timezone.localdate(now),
                at=now,
                by=actor_of(request),
            )
            return _("Announced: shoppers see the day within seconds.")

        return self._list_page(request, title=_("Announce a delivery"), form=form, do=do)

    @action(description=gettext_lazy("Send to another location"), permissions=["announce"], icon="move_up")
    def send(self, request: HttpRequest) -> HttpResponse:
        """Let goods go from one location to another."""
        form = SendForm(request.POST or None, products=scoped(request, Product.objects.all()))

        def do(said: Mapping[str, Any]) -> str:
            now = clock.now()
            known = {"quantities": said["goods"], "reference": said["reference"], "at": now, "by": actor_of(request)}
            pair = {"from_id": said["from_location"].pk, "to_id": said["to_location"].pk}
            if said["expected_on"] is None:
                stock.transfer(**pair, **known)
                return _("Moved: the goods are at the other location.")
            operations.send(**pair, **known, expected_on=said["expected_on"], today=timezone.localdate(now))
            return _("On their way: receive them here when they arrive.")

        return self._list_page(request, title=_("Send to another location"), form=form, do=do)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Say what comes, what of it is sold and to whom."""
        demand(request, "partner.view_inbound")
        row = row_or_404(request, Inbound.objects.select_related("arrives_at"), object_id)
        promises = Reservation.objects.filter(level__location_id=row.pk, state=ReservationState.HELD)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": row.name,
            "original": row.name,
            "row": row,
            "state_chip": _state_chip(row),
            "levels": _levels(row),
            "promises": promises.select_related("level__product").order_by("created_at", "id"),
            "may_change": row.is_active and request.user.has_perm("partner.change_inbound"),
        }
        return TemplateResponse(request, "backoffice/inbound.html", context)

    def receive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Goods arrived."""
        row = self._row(request, object_id)
        form = ArriveForm(request.POST or None, levels=[level for level in _levels(row) if level.on_hand])

        def do(said: Mapping[str, Any]) -> str:
            came = operations.receive(
                inbound_id=row.pk,
                quantities=form.units(said),
                seen=form.seen(said),
                at=clock.now(),
                by=actor_of(request),
            )
            return _("%(units)s units are on the shelf, %(promised)s of them for orders that waited.") % {
                "units": came.units,
                "promised": came.promised,
            }

        return self._ask(request, row, title=_("Receive goods"), form=form, do=do)

    def set_day(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """They come on another day."""
        row = self._row(request, object_id)

        def do(said: Mapping[str, Any]) -> str:
            now = clock.now()
            moved = operations.expect_on(
                inbound_id=row.pk,
                day=said["day"],
                sells_online=said["sells_online"],
                reason=said["reason"],
                today=timezone.localdate(now),
                at=now,
                by=actor_of(request),
            )
            return _("The day is changed; whoever waits and gets theirs later is told.") if moved else _("Saved.")

        form = DayForm(request.POST or None, inbound=row)
        return self._ask(request, row, title=_("Change the day"), form=form, do=do)

    def call_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """They do not come."""
        row = self._row(request, object_id)

        def do(said: Mapping[str, Any]) -> str:
            promised = operations.call_off(
                inbound_id=row.pk, reason=said["reason"], at=clock.now(), by=actor_of(request)
            )
            return _("Called off. Other goods are looked for in place of %(units)s that orders wait for.") % {
                "units": promised
            }

        question = _(
            "What is still to come is taken off. Orders that wait for it are given other goods by the rules; where"
            " there are none they wait for your decision, and the shopper is told."
        )
        form = ReasonForm(request.POST or None)
        return self._ask(request, row, title=_("Call off"), form=form, do=do, question=question, danger=True)

    def _row(self, request: HttpRequest, object_id: str) -> Inbound:
        demand(request, "partner.change_inbound")
        row: Inbound = row_or_404(request, Inbound.objects.select_related("arrives_at"), object_id)
        return row

    def _list_page(self, request: HttpRequest, *, title: str, form: Any, do: Do) -> HttpResponse:
        back = reverse("admin:partner_inbound_changelist")
        return ask(
            request, admin=self, title=title, question="", form=form, do=_forgetting(do), back=back, button=title
        )

    def _ask(
        self,
        request: HttpRequest,
        row: Inbound,
        *,
        title: str,
        form: Any,
        do: Do,
        question: str = "",
        danger: bool = False,
    ) -> HttpResponse:
        back = reverse("admin:partner_inbound_change", args=[row.pk])
        if not row.is_active:
            return redirect(back)
        return ask(
            request,
            admin=self,
            title=title,
            question=question,
            form=form,
            do=_forgetting(do),
            back=back,
            button=title,
            danger=danger,
            facts={_("Reference"): row.name, _("Arrive at"): str(row.arrives_at), _("Expected on"): row.expected_on},
        )


def _forgetting(do: Do) -> Do:
    """Have this process look at the places anew; others do within seconds."""

    def both(said: Mapping[str, Any]) -> str:
        told = do(said)
        sourcing.forget()
        return told

    return both


def _levels(row: Inbound) -> list[StockLevel]:
    rows = StockLevel.objects.filter(location_id=row.pk).select_related("product__parent")
    return list(rows.order_by("product__upc", "id"))


def _state_chip(row: Inbound) -> str:
    if not row.is_active:
        return chip(_("Ended"), "quiet")
    if row.expected_on is not None and row.expected_on < timezone.localdate(clock.now()):
        return chip(_("Late"), "bad")
    return chip(_("On its way"), "busy") if row.sells_online else chip(_("On its way, not for the web"), "quiet")
