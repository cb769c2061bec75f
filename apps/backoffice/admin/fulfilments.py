"""What is to be shipped, most urgent first, and the buttons that move it on."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.backoffice.admin.collection import CollectionPages
from apps.backoffice.admin.invoices import SlipPages
from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, chip, demand, moment, order_link, pretty, scoped
from apps.backoffice.forms import ConfirmForm, ShipForm
from apps.backoffice.sourcing_forms import RejectForm, UnitsForm, WhyForm
from apps.backoffice.tones import FULFILMENT_TONES
from apps.core import clock
from apps.orders.enums import TO_SHIP, FulfilmentState, PartnerOutcome
from apps.orders.fulfilment import operations, rerouting
from apps.orders.models import DeliveryMethod, Fulfilment, FulfilmentLine, PartnerNotice
from apps.orders.returns import unsent

BREAK = mark_safe("<br>")


class WorkFilter(admin.SimpleListFilter):
    """What is to be done comes first; the rest is one click away."""

    title = gettext_lazy("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("To ship")),
            ("late", gettext_lazy("Late")),
            ("waiting", gettext_lazy("Waiting for goods")),
            ("ready", gettext_lazy("Ready to be collected")),
            ("all", gettext_lazy("All")),
        ]

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or "open"
        for value, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": chosen == value, "query_string": query, "display": title}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> QuerySet[Fulfilment]:
        chosen = self.value() or "open"
        if chosen == "all":
            return queryset
        if chosen in {FulfilmentState.WAITING, FulfilmentState.READY}:
            return queryset.filter(state=chosen)
        waiting = queryset.filter(state__in=TO_SHIP)
        return waiting.filter(due_at__lt=clock.now()) if chosen == "late" else waiting


@admin.register(PartnerNotice)
class PartnerNoticeAdmin(ReadOnlyAdmin):
    """What logistics partners told us, newest first."""

    list_display = ("received_at", "system", "kind", "outcome_chip", "parcel", "event_id")
    list_filter = ("outcome", "kind", "system")
    search_fields = ("=event_id", "=fulfilment__order__number")
    ordering = ("-id",)
    list_select_related = ("fulfilment__order",)
    fields = ("received_at", "system", "kind", "outcome", "parcel", "event_id", "message")

    @display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_chip(self, notice: PartnerNotice) -> str:
        is_well = notice.outcome in {PartnerOutcome.APPLIED, PartnerOutcome.KNOWN}
        return chip(notice.get_outcome_display(), "good" if is_well else "bad")

    @display(description=gettext_lazy("order"))
    def parcel(self, notice: PartnerNotice) -> str:
        if notice.fulfilment is None:
            return "–"
        return order_link(notice.fulfilment.order_id, notice.fulfilment.order.number)

    @display(description=gettext_lazy("body"))
    def message(self, notice: PartnerNotice) -> str:
        return pretty(notice.body)


@admin.register(Fulfilment)
class FulfilmentAdmin(CollectionPages, SlipPages, ReadOnlyAdmin):
    """Parcels to pick, ship and follow."""

    list_display = ("order_link", "location", "state_chip", "due", "goods", "parcel", "next_step")
    list_display_links = None
    list_filter = (WorkFilter, "state", "location")
    search_fields = ("order__number", "=tracking_code", "order__email")
    search_help_text = gettext_lazy("Order number, e-mail address or tracking code")
    ordering = ("due_at", "id")
    list_select_related = ("order", "location")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fulfilment]:
        """Return fulfilments with their goods."""
        return super().get_queryset(request).prefetch_related("lines__line")  # type: ignore[no-any-return] # untyped base

    @display(description=gettext_lazy("order"), ordering="order__number")
    def order_link(self, fulfilment: Fulfilment) -> str:
        url = reverse("admin:order_order_change", args=[fulfilment.order_id])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, fulfilment.order.number)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, fulfilment: Fulfilment) -> str:
        return chip(fulfilment.get_state_display(), FULFILMENT_TONES[FulfilmentState(fulfilment.state)])

    @display(description=gettext_lazy("to be shipped by"), ordering="due_at")
    def due(self, fulfilment: Fulfilment) -> str:
        now = clock.now()
        if fulfilment.state in TO_SHIP and fulfilment.due_at < now:
            late = _("%(time)s late") % {"time": timesince(fulfilment.due_at, now, depth=1)}
            return format_html("{} {}", moment(fulfilment.due_at), chip(late, "bad"))
        return moment(fulfilment.due_at)

    @display(description=gettext_lazy("goods"))
    def goods(self, fulfilment: Fulfilment) -> str:
        rows = ((line.quantity, line.line.title) for line in fulfilment.lines.all())
        return format_html_join(BREAK, "{} × {}", rows)

    @display(description=gettext_lazy("parcel"))
    def parcel(self, fulfilment: Fulfilment) -> str:
        return f"{fulfilment.carrier} {fulfilment.tracking_code}".strip() or "–"

    @display(description=gettext_lazy("next step"))
    def next_step(self, fulfilment: Fulfilment) -> str:
        away = ("ship", _("Ship")) if fulfilment.order.collect_at_id is None else ("ready", _("Ready to be collected"))
        name, label = {
            FulfilmentState.WAITING: ("again", _("Look again")),
            **dict.fromkeys(TO_SHIP, away),
            FulfilmentState.READY: ("hand-over", _("Hand over")),
            FulfilmentState.SHIPPED: ("deliver", _("Mark as delivered")),
        }.get(FulfilmentState(fulfilment.state), ("", ""))
        if not name:
            return "–"
        url = reverse(f"admin:order_fulfilment_{name}", args=[fulfilment.pk])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, label)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        own = [
            path(f"<int:fulfilment_id>/{name}/", view(handler), name=f"order_fulfilment_{name}")
            for name, handler in (
                ("pick", self.pick),
                ("pack", self.pack),
                ("split", self.split),
                ("reject", self.reject),
                ("again", self.source_again),
                ("give-up", self.give_up),
                ("ship", self.ship),
                ("deliver", self.deliver),
                ("tracking", self.correct_tracking),
            )
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the order, where the fulfilment stands with all the rest."""
        demand(request, "order.view_fulfilment")
        fulfilment = get_object_or_404(
            scoped(request, Fulfilment.objects.all()), pk=object_id if object_id.isdecimal() else 0
        )
        return redirect("admin:order_order_change", fulfilment.order_id)

    def pick(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Mark as picked."""

        def do(_said: Mapping[str, Any]) -> str:
            operations.pick(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now())
            return _("The goods are picked.")

        return self._ask(request, fulfilment_id, title=_("Mark as picked"), form=_confirm(request), do=do)

    def pack(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Mark as packed."""

        def do(_said: Mapping[str, Any]) -> str:
            operations.pack(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now())
            return _("The goods are packed.")

        return self._ask(request, fulfilment_id, title=_("Mark as packed"), form=_confirm(request), do=do)

    def split(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Send part of the goods in a parcel of their own."""
        form = UnitsForm(request.POST or None, lines=_lines(request, fulfilment_id), all_of_them=False)

        def do(said: Mapping[str, Any]) -> str:
            operations.split(fulfilment_id=fulfilment_id, units=form.units(said), by=actor_of(request), at=clock.now())
            return _("These goods have a parcel of their own now.")

        return self._ask(request, fulfilment_id, title=_("Split the parcel"), form=form, do=do)

    def reject(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Say that the location does not send goods; others take over."""
        form = RejectForm(request.POST or None, lines=_lines(request, fulfilment_id), all_of_them=True)

        def do(said: Mapping[str, Any]) -> str:
            outcome = rerouting.reject(
                fulfilment_id=fulfilment_id,
                units=form.units(said),
                reason=said["reason"],
                note=said["note"],
                by=actor_of(request),
                at=clock.now(),
            )
            return _rerouted(outcome)

        return self._ask(request, fulfilment_id, title=_("Reject goods"), form=form, do=do)

    def source_again(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Look again for goods that wait."""

        def do(_said: Mapping[str, Any]) -> str:
            outcome = rerouting.source_again(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now())
            return _rerouted(outcome)

        return self._ask(request, fulfilment_id, title=_("Look again"), form=_confirm(request), do=do)

    def give_up(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Give goods up and pay them back."""

        def do(said: Mapping[str, Any]) -> str:
            made = unsent.give_up(
                fulfilment_id=fulfilment_id, reason=said["reason"], by=actor_of(request), at=clock.now()
            )
            if made is None:
                return _("Nothing else was left of the order: it is cancelled and paid back whole.")
            return _("The goods are given up; return %(number)s pays them back.") % {"number": made.number}

        form = WhyForm(request.POST or None)
        return self._ask(request, fulfilment_id, title=_("Give up and pay back"), form=form, do=do)

    def ship(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Hand over to a carrier."""

        def do(said: Mapping[str, Any]) -> str:
            operations.ship(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now(), **said)
            return _("Shipped with %(carrier)s %(code)s.") % {"carrier": said["carrier"], "code": said["tracking_code"]}

        form = ShipForm(request.POST or None, initial={"carrier": _carrier_of(request, fulfilment_id)})
        return self._ask(request, fulfilment_id, title=_("Ship"), form=form, do=do)

    def deliver(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Mark as delivered."""

        def do(_said: Mapping[str, Any]) -> str:
            operations.deliver(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now())
            return _("The goods arrived.")

        return self._ask(request, fulfilment_id, title=_("Mark as delivered"), form=_confirm(request), do=do)

    def correct_tracking(self, request: HttpRequest, fulfilment_id: int) -> HttpResponse:
        """Correct a mistyped code."""

        def do(said: Mapping[str, Any]) -> str:
            operations.correct_tracking(fulfilment_id=fulfilment_id, by=actor_of(request), at=clock.now(), **said)
            return _("The tracking code is corrected.")

        return self._ask(
            request, fulfilment_id, title=_("Correct tracking"), form=ShipForm(request.POST or None), do=do
        )

    def _ask(
        self,
        request: HttpRequest,
        fulfilment_id: int,
        *,
        title: str,
        form: forms.Form,
        do: Callable[[Mapping[str, Any]], str],
    ) -> HttpResponse:
        demand(request, "order.change_fulfilment")
        rows = Fulfilment.objects.select_related("order", "location").prefetch_related("lines__line")
        fulfilment = get_object_or_404(scoped(request, rows), pk=fulfilment_id)
        goods = ", ".join(f"{line.quantity} × {line.line.title}" for line in fulfilment.lines.all())
        return ask(
            request,
            admin=self,
            title=title,
            question="",
            form=form,
            do=do,
            button=title,
            back=reverse("admin:order_order_change", args=[fulfilment.order_id]),
            facts={
                _("Order"): fulfilment.order.number,
                _("Location"): fulfilment.location.name if fulfilment.location else _("none yet"),
                _("State"): fulfilment.get_state_display(),
                _("Goods"): goods,
            },
        )


def _confirm(request: HttpRequest) -> ConfirmForm:
    return ConfirmForm(request.POST if request.method == "POST" else None)


def _lines(request: HttpRequest, fulfilment_id: int) -> list[FulfilmentLine]:
    """The lines of a fulfilment within the person's limits."""
    mine = scoped(request, Fulfilment.objects.filter(pk=fulfilment_id))
    rows = FulfilmentLine.objects.filter(fulfilment__in=mine).select_related("line")
    return list(rows.order_by("line__position", "id"))


def _rerouted(outcome: rerouting.Rerouted) -> str:
    """What became of rejected goods, as a sentence."""
    if outcome.waiting and not outcome.made:
        return _("No location can send them within the rules: the goods wait. Look at the parcels that wait for goods.")
    if outcome.waiting:
        return _("Other locations send part of them; the rest waits for goods.")
    if outcome.promise_moved:
        return _("Another location sends them, later than promised: the shopper is told the new day.")
    return _("Another location sends them, and the promise holds.")


def _carrier_of(request: HttpRequest, fulfilment_id: int) -> str:
    """The carrier of the delivery method the shopper chose."""
    fulfilment = scoped(request, Fulfilment.objects.select_related("order")).filter(pk=fulfilment_id).first()
    if fulfilment is None:
        return ""
    methods = DeliveryMethod.objects.filter(market_id=fulfilment.order.market_id, code=fulfilment.order.shipping_code)
    return methods.values_list("carrier", flat=True).first() or ""
