"""Where goods leave from: what a location shares, on which days and how much it can do, and its pause."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.backoffice.admin.markets import TrailAdmin
from apps.backoffice.admin.shared import actor_of, ask, chip, demand, moment
from apps.backoffice.sourcing_forms import PauseForm, ShareForm
from apps.core import clock
from apps.inventory import operations
from apps.inventory.enums import PLACES, LocationKind
from apps.inventory.models import Location, LocationClosure
from apps.inventory.sourcing import queries as sourcing
from apps.orders import delivery


class ClosureInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """Days on which nothing is handed over."""

    model = LocationClosure
    extra = 0
    tab = True
    ordering = ("first_day", "id")
    verbose_name_plural = gettext_lazy("Closures")


@admin.register(Location)
class LocationAdmin(TrailAdmin):
    """Warehouses, stores, logistics partners."""

    list_display = ("code", "name", "kind", "country", "share", "capacity", "serving", "buttons")
    list_filter = ("kind", "country", "sells_online", "is_active")
    search_fields = ("code", "name", "city", "group")
    ordering = ("code",)
    readonly_fields = ("share_percent", "paused_until")
    exclude = ("arrives_at", "expected_on")
    inlines = (ClosureInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        """Leave out goods on their way, which have a page of their own."""
        rows: QuerySet[Location] = super().get_queryset(request)
        return rows.exclude(kind=LocationKind.INBOUND)

    def after_edit(self, row: Any) -> None:
        """Forget the places this process keeps."""
        super().after_edit(row)
        sourcing.forget()
        delivery.forget_methods()

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer the kinds of place people work in."""
        if db_field.name == "kind":
            options["choices"] = PLACES
        return super().formfield_for_choice_field(db_field, request, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: movements refer to it. A closed location is not active."""
        return False

    @display(description=gettext_lazy("share for the web"), ordering="share_percent")
    def share(self, location: Location) -> str:
        return f"{location.share_percent} %"

    @display(description=gettext_lazy("orders a day"), ordering="daily_capacity")
    def capacity(self, location: Location) -> str:
        return "–" if location.daily_capacity is None else str(location.daily_capacity)

    @display(description=gettext_lazy("state"))
    def serving(self, location: Location) -> str:
        if not location.is_active:
            return chip(_("Closed"), "quiet")
        if not location.sells_online:
            return chip(_("Not for the web"), "quiet")
        if location.paused_until is not None and location.paused_until > clock.now():
            return chip(_("Paused until %(moment)s") % {"moment": moment(location.paused_until)}, "wait")
        return chip(_("Serves the web"), "good")

    @display(description="")
    def buttons(self, location: Location) -> str:
        return format_html(
            '<a class="bo-link" href="{}">{}</a><br><a class="bo-link" href="{}">{}</a>',
            reverse("admin:partner_location_pause", args=[location.pk]),
            _("Pause"),
            reverse("admin:partner_location_share", args=[location.pk]),
            _("Set share"),
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        own = [
            path("<int:location_id>/pause/", view(self.pause), name="partner_location_pause"),
            path("<int:location_id>/share/", view(self.set_share), name="partner_location_share"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def pause(self, request: HttpRequest, location_id: int) -> HttpResponse:
        """Give a location no new orders for a while, or let it serve again."""
        location = self._location(request, location_id)

        def do(said: Mapping[str, Any]) -> str:
            operations.pause(
                location_id=location.pk,
                until=said["until"],
                reason=said["reason"],
                at=clock.now(),
                by=actor_of(request),
            )
            if said["until"] is None:
                return _("The location serves the web again.")
            return _("The location gets no new orders until %(moment)s.") % {"moment": moment(said["until"])}

        return self._ask(request, location, title=_("Pause"), form=PauseForm(request.POST or None), do=do)

    def set_share(self, request: HttpRequest, location_id: int) -> HttpResponse:
        """Say what part of each SKU the web may be promised."""
        location = self._location(request, location_id)

        def do(said: Mapping[str, Any]) -> str:
            changed = operations.set_share(
                location_id=location.pk, percent=said["percent"], at=clock.now(), by=actor_of(request)
            )
            return _("The share is now %(percent)s %%; it changed %(count)s stock levels.") % {
                "percent": said["percent"],
                "count": changed,
            }

        form = ShareForm(request.POST or None, initial={"percent": location.share_percent})
        return self._ask(request, location, title=_("Set share"), form=form, do=do)

    def _location(self, request: HttpRequest, location_id: int) -> Location:
        demand(request, "partner.change_location")
        return get_object_or_404(Location, pk=location_id)

    def _ask(self, request: HttpRequest, location: Location, *, title: str, form: Any, do: Any) -> HttpResponse:
        return ask(
            request,
            admin=self,
            title=title,
            question="",
            form=form,
            do=do,
            button=title,
            back=reverse("admin:partner_location_changelist"),
            facts={
                _("Location"): location.name,
                _("Share for the web"): f"{location.share_percent} %",
                _("Paused until"): moment(location.paused_until),
            },
        )
