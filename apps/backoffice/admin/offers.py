"""Vouchers and offers: Oscar's rows, as far as the shop's basket applies them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.backoffice.admin.markets import TrailAdmin
from apps.backoffice.scoping import ChangedByAll, ScopedRows
from apps.orders.basket import known_offers
from apps.orders.models import OfferGroup, OfferMarket, OfferStacking

Benefit = get_model("offer", "Benefit")
Condition = get_model("offer", "Condition")
ConditionalOffer = get_model("offer", "ConditionalOffer")
Range = get_model("offer", "Range")
RangeProduct = get_model("offer", "RangeProduct")
Voucher = get_model("voucher", "Voucher")


class OfferTrailAdmin(ChangedByAll, TrailAdmin):
    """Offers are kept in memory for a few seconds; an edit is seen at once."""

    def after_edit(self, row: Any) -> None:
        """Forget the offers this process keeps."""
        super().after_edit(row)
        known_offers.forget_offers()


class TypedForm(forms.ModelForm):  # type: ignore[type-arg] # two models
    """Asks for the type, and leaves a refused row as it was: Oscar cannot name a half-filled one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "type" in self.fields:
            self.fields["type"].required = True

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc] # Django's own hook
        if self.errors and self.instance.pk:
            self.instance.refresh_from_db()


class OfferMarketInline(ChangedByAll, ScopedRows, TabularInline):  # type: ignore[misc] # unfold is not typed
    """The markets an offer is for; none means all."""

    model = OfferMarket
    extra = 0
    verbose_name_plural = _("Markets (none: every market)")


class OfferStackingInline(ChangedByAll, TabularInline):  # type: ignore[misc] # unfold is not typed
    """The group an offer is in; none means it adds up with others."""

    model = OfferStacking
    extra = 1
    max_num = 1
    verbose_name_plural = _("Group (none: adds up with other offers)")


@admin.register(OfferGroup)
class OfferGroupAdmin(OfferTrailAdmin):
    """Which offers compete, and which never come together."""

    list_display = ("name", "policy", "members_of", "barred")
    list_filter = ("policy",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "policy", "bars")
    autocomplete_fields = ("bars",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return groups with their offers and the groups they bar."""
        return super().get_queryset(request).prefetch_related("members__offer", "bars")  # type: ignore[no-any-return] # untyped base

    @display(description=_("offers"))
    def members_of(self, group: OfferGroup) -> str:
        return ", ".join(sorted(member.offer.name for member in group.members.all())) or "–"

    @display(description=_("never together with"))
    def barred(self, group: OfferGroup) -> str:
        return ", ".join(sorted(other.name for other in group.bars.all())) or "–"


@admin.register(ConditionalOffer)
class OfferAdmin(OfferTrailAdmin):
    """What is given when a condition is met."""

    list_display = (
        "name",
        "offer_type",
        "status",
        "condition",
        "benefit",
        "start_datetime",
        "end_datetime",
        "num_applications",
    )
    list_filter = ("offer_type", "status")
    search_fields = ("name",)
    ordering = ("-priority", "name")
    list_select_related = ("condition__range", "benefit__range")
    fields = (
        "name",
        ("offer_type", "exclusive"),
        "status",
        ("condition", "benefit"),
        "priority",
        ("start_datetime", "end_datetime"),
        ("max_global_applications", "max_user_applications"),
        ("max_basket_applications", "max_discount"),
    )
    inlines = (OfferMarketInline, OfferStackingInline)


@admin.register(Benefit)
class BenefitAdmin(OfferTrailAdmin):
    """What an offer gives."""

    form = TypedForm
    list_display = ("__str__", "type", "value", "max_affected_items", "range")
    list_filter = ("type",)
    ordering = ("id",)
    list_select_related = ("range",)
    fields = ("range", "type", "value", "max_affected_items")


@admin.register(Condition)
class ConditionAdmin(OfferTrailAdmin):
    """When an offer is given."""

    form = TypedForm
    list_display = ("__str__", "type", "value", "range")
    list_filter = ("type",)
    ordering = ("id",)
    list_select_related = ("range",)
    fields = ("range", "type", "value")


class RangeProductInline(ChangedByAll, TabularInline):  # type: ignore[misc] # unfold is not typed
    """Single products of a range."""

    model = RangeProduct
    extra = 0
    raw_id_fields = ("product",)


@admin.register(Range)
class RangeAdmin(OfferTrailAdmin):
    """Which products an offer is about."""

    list_display = ("name", "includes_all_products", "members")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "includes_all_products", "included_categories", "excluded_categories", "classes")
    inlines = (RangeProductInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return ranges with the number of their products."""
        return super().get_queryset(request).annotate(many=Count("rangeproduct"))  # type: ignore[no-any-return] # untyped base

    @display(description=_("single products"))
    def members(self, row: Any) -> int:
        return int(row.many)


@admin.register(Voucher)
class VoucherAdmin(OfferTrailAdmin):
    """Codes shoppers type in, and how often they were used."""

    list_display = ("code", "name", "usage", "start_datetime", "end_datetime", "uses")
    list_filter = ("usage",)
    search_fields = ("code", "name")
    ordering = ("-start_datetime", "code")
    fields = (("name", "code"), "usage", ("start_datetime", "end_datetime"), "offers")
    autocomplete_fields = ("offers",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return vouchers with the number of their uses."""
        return super().get_queryset(request).annotate(many=Count("slots"))  # type: ignore[no-any-return] # untyped base

    @display(description=_("used"))
    def uses(self, voucher: Any) -> int:
        return int(voucher.many)
