"""Stock: levels nobody types into, the page that explains a figure, and the buttons that move goods."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from apps.backoffice import forms as asked
from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, chip, demand
from apps.backoffice.inbound_forms import CountSheetForm
from apps.backoffice.queries.order_story import actor_names
from apps.backoffice.scoping import scoped
from apps.catalog.models import Product
from apps.catalog.publication.build import LOW_STOCK
from apps.core import clock
from apps.inventory import operations, queries
from apps.inventory.enums import LocationKind, MovementKind
from apps.inventory.models import StockLevel, StockMovement


class AvailableFilter(admin.SimpleListFilter):
    """What runs out."""

    title = gettext_lazy("available")
    parameter_name = "available"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", gettext_lazy("Sold out")), ("low", gettext_lazy("Only a few left"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
        if self.value() == "none":
            return queryset.filter(free=0)
        return queryset.filter(free__gt=0, free__lte=LOW_STOCK) if self.value() == "low" else queryset


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    """Every SKU at every location; a figure leads to its explanation."""

    list_display = ("sku", "product_name", "location", "on_hand", "reserved", "safety", "free_chip", "why")
    list_filter = (AvailableFilter, "location", "location__kind")
    search_fields = ("=product__upc", "product__title", "product__parent__title")
    search_help_text = gettext_lazy("Exact SKU or name")
    ordering = ("product__upc", "location_id")
    list_select_related = ("product__parent", "location")
    actions_list = ("count_sheet",)

    @display(description=gettext_lazy("SKU"), ordering="product__upc")
    def sku(self, level: StockLevel) -> str:
        return level.product.upc or "–"

    @display(description=gettext_lazy("product"))
    def product_name(self, level: StockLevel) -> str:
        return level.product.title or (level.product.parent.title if level.product.parent else "")

    @display(description=gettext_lazy("available"), ordering="free")
    def free_chip(self, level: StockLevel) -> str:
        units = level.free
        return chip(units, "bad" if units == 0 else "wait" if units <= LOW_STOCK else "good")

    @display(description="")
    def why(self, level: StockLevel) -> str:
        url = reverse("admin:partner_stocklevel_change", args=[level.pk])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, _("Explain"))

    def has_count_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Tell whether this person may say what lies on shelves."""
        return bool(request.user.has_perm("partner.change_stocklevel"))

    @action(description=gettext_lazy("Record a count"), permissions=["count"], icon="fact_check")
    def count_sheet(self, request: HttpRequest) -> HttpResponse:
        """Many shelves of a location were counted."""
        form = CountSheetForm(request.POST or None, products=scoped(request, Product.objects.all()))

        def do(said: Mapping[str, Any]) -> str:
            place = said["location"].pk
            differed = operations.count_stock(
                counts={(product_id, place): units for product_id, units in said["goods"].items()},
                reference="count",
                reason=said["reason"],
                at=clock.now(),
                by=actor_of(request),
            )
            return _("%(all)s counted, %(differed)s differed.") % {"all": len(said["goods"]), "differed": differed}

        back = reverse("admin:partner_stocklevel_changelist")
        title = _("Record a count")
        return ask(request, admin=self, title=title, question="", form=form, do=do, back=back, button=title)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        handlers = {"receive": self.receive, "count": self.count, "correct": self.correct, "safety": self.set_safety}
        own = [
            path(f"<int:level_id>/{name}/", view(handler), name=f"partner_stocklevel_{name}")
            for name, handler in handlers.items()
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Explain a level by its movements and promises."""
        demand(request, "partner.view_stocklevel")
        try:
            level = scoped(request, StockLevel.objects.all()).only("pk").get(pk=int(object_id))
            found = queries.explain(level_id=level.pk)
        except (ValueError, StockLevel.DoesNotExist):
            raise Http404 from None
        names = actor_names([movement.actor for movement in found.movements])
        kinds = dict(MovementKind.choices)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "original": f"{found.level.product.upc} · {found.level.location}",
            "title": f"{found.level.product.upc} · {found.level.location}",
            "level": found.level,
            "explanation": found,
            "movements": [
                {"row": row, "kind": kinds.get(row.kind, row.kind), "actor": names[row.actor]}
                for row in reversed(found.movements)
            ],
            "is_coming": found.level.location.kind == LocationKind.INBOUND,
            "may_move": found.level.location.kind != LocationKind.INBOUND
            and request.user.has_perm("partner.change_stocklevel"),
        }
        return TemplateResponse(request, "backoffice/stock.html", context)

    def receive(self, request: HttpRequest, level_id: int) -> HttpResponse:
        """Goods came in."""

        def do(level: StockLevel, said: Mapping[str, Any]) -> str:
            operations.receive(
                location_id=level.location_id,
                quantities={level.product_id: said["quantity"]},
                reference=said["reference"],
                at=clock.now(),
                by=actor_of(request),
            )
            return _("%(units)s units received.") % {"units": said["quantity"]}

        return self._ask(request, level_id, title=_("Receive goods"), form=asked.ReceiveForm, do=do)

    def count(self, request: HttpRequest, level_id: int) -> HttpResponse:
        """The shelf was counted."""

        def do(level: StockLevel, said: Mapping[str, Any]) -> str:
            differed = operations.count_stock(
                counts={(level.product_id, level.location_id): said["quantity"]},
                reference="count",
                reason=said["reason"],
                at=clock.now(),
                by=actor_of(request),
            )
            return _("The count is recorded.") if differed else _("The count agrees: nothing changed.")

        return self._ask(request, level_id, title=_("Count"), form=asked.CountForm, do=do)

    def correct(self, request: HttpRequest, level_id: int) -> HttpResponse:
        """Units were lost or found."""

        def do(level: StockLevel, said: Mapping[str, Any]) -> str:
            operations.correct(
                product_id=level.product_id,
                location_id=level.location_id,
                delta=said["delta"],
                reason=said["reason"],
                at=clock.now(),
                by=actor_of(request),
            )
            return _("Corrected by %(delta)s.") % {"delta": f"{said['delta']:+d}"}

        return self._ask(request, level_id, title=_("Correct"), form=asked.CorrectForm, do=do)

    def set_safety(self, request: HttpRequest, level_id: int) -> HttpResponse:
        """Keep units from being sold online."""

        def do(level: StockLevel, said: Mapping[str, Any]) -> str:
            operations.set_safety(
                product_id=level.product_id, location_id=level.location_id, safety=said["safety"], at=clock.now()
            )
            return _("Safety stock is now %(units)s.") % {"units": said["safety"]}

        return self._ask(request, level_id, title=_("Set safety stock"), form=asked.SafetyForm, do=do)

    def _ask(
        self,
        request: HttpRequest,
        level_id: int,
        *,
        title: str,
        form: type[forms.Form],
        do: Callable[[StockLevel, Mapping[str, Any]], str],
    ) -> HttpResponse:
        demand(request, "partner.change_stocklevel")
        # Goods on their way are moved on their own page, with the promises made on them.
        rows = StockLevel.objects.select_related("product", "location").exclude(location__kind=LocationKind.INBOUND)
        level = get_object_or_404(scoped(request, rows), pk=level_id)
        return ask(
            request,
            admin=self,
            title=title,
            question="",
            form=form(request.POST or None),
            button=title,
            do=lambda said: do(level, said),
            back=reverse("admin:partner_stocklevel_change", args=[level_id]),
            facts={
                _("SKU"): level.product.upc,
                _("Location"): level.location.name,
                _("On hand"): level.on_hand,
                _("Reserved"): level.reserved,
                _("Available"): level.free,
            },
        )


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """Every change of stock, newest first."""

    list_display = ("at", "sku", "place", "kind", "on_hand_delta", "reserved_delta", "reference", "reason", "actor")
    list_filter = ("kind", "level__location")
    search_fields = ("=level__product__upc", "=reference")
    ordering = ("-id",)
    list_select_related = ("level__product", "level__location")
    fields = ("at", "sku", "place", "kind", "on_hand_delta", "reserved_delta", "reference", "reason", "actor")

    @display(description=gettext_lazy("SKU"))
    def sku(self, movement: StockMovement) -> str:
        return movement.level.product.upc or "–"

    @display(description=gettext_lazy("location"))
    def place(self, movement: StockMovement) -> str:
        url = reverse("admin:partner_stocklevel_change", args=[movement.level_id])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, movement.level.location.name)
