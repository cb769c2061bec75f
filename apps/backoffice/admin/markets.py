"""Brands, markets with their locales and tax rates, ways of delivery, and the editorial content of the storefront."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display

from apps.backoffice import operations
from apps.backoffice.admin.shared import AuditedAdmin, actor_of, chip, money_minor
from apps.backoffice.changes import changes_of
from apps.catalog import publication
from apps.catalog.models import ProductBrand
from apps.core import clock
from apps.markets import queries
from apps.markets.enums import LaunchState
from apps.markets.models import Brand, LegalIdentity, Market, MarketLocale, TaxRate
from apps.orders import delivery
from apps.orders.models import DeliveryHoliday, DeliveryMethod

# The storefront stands beside the back office, so its tables are taken from the registry, not imported.
ContentBlock = apps.get_model("storefront", "ContentBlock")
StaticPage = apps.get_model("storefront", "StaticPage")
LAUNCH_TONES = {LaunchState.DRAFT: "wait", LaunchState.LIVE: "good", LaunchState.CLOSED: "bad"}


class TrailAdmin(AuditedAdmin):
    """Rows whose edits leave an audit line and are seen by this process at once."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Save, write the audit line, forget what this process kept."""
        super().save_related(request, form, formsets, change)
        changes = changes_of(form=form, formsets=formsets, is_new=not change)
        if changes:
            model = self.model._meta.label_lower
            operations.record_edit(
                model=model, pk=form.instance.pk, changes=changes, by=actor_of(request), at=clock.now()
            )
            self.after_edit(form.instance)

    def after_edit(self, row: Any) -> None:
        """Forget what this process keeps of markets and delivery."""
        queries.forget_snapshot()
        delivery.forget_methods()


@admin.register(Brand)
class BrandAdmin(TrailAdmin):
    """The faces of the group."""

    list_display = ("name", "code", "hosts", "is_default", "mail_from")
    search_fields = ("name", "code")
    ordering = ("code",)


class LocaleInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """The languages of a market."""

    model = MarketLocale
    tab = True
    extra = 0
    ordering = ("position", "id")
    verbose_name_plural = _("Languages")


class IdentityInline(StackedInline):  # type: ignore[misc] # unfold is not typed
    """Who sells in a market: what its legal notice, mails and terms say."""

    model = LegalIdentity
    tab = True
    extra = 1
    max_num = 1


class TaxRateInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """The tax rates of a market, with their days."""

    model = TaxRate
    tab = True
    extra = 0
    ordering = ("tax_class", "valid_from")
    verbose_name_plural = _("Tax rates")


@admin.register(Market)
class MarketAdmin(TrailAdmin):
    """Brands in countries."""

    list_display = ("code", "brand", "country", "currency", "launch", "languages", "prices_include_tax", "position")
    list_filter = ("brand", "launch_state", "country")
    search_fields = ("code",)
    ordering = ("position", "id")
    list_select_related = ("brand",)
    inlines = (IdentityInline, LocaleInline, TaxRateInline)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return markets with their languages."""
        return super().get_queryset(request).prefetch_related("locales")

    @display(description=_("launch state"), ordering="launch_state")
    def launch(self, market: Market) -> str:
        return chip(market.get_launch_state_display(), LAUNCH_TONES[LaunchState(market.launch_state)])

    @display(description=_("languages"))
    def languages(self, market: Market) -> str:
        return ", ".join(locale.language for locale in market.locales.all()) or "–"

    def after_edit(self, row: Market) -> None:
        """Have the market's products published anew: currency, tax, languages and rounding are in their pages."""
        super().after_edit(row)
        ids = ProductBrand.objects.filter(brand_id=row.brand_id).values_list("product_id", flat=True)
        publication.mark_due(product_ids=ids, reason="market", at=clock.now())


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(TrailAdmin):
    """Ways of delivery per market."""

    list_display = ("code", "market", "kind", "price", "free_from", "days", "carrier", "is_active", "position")
    list_filter = ("market", "is_active")
    search_fields = ("code", "carrier")
    ordering = ("market_id", "position", "id")
    list_select_related = ("market",)

    @display(description=_("price"), ordering="price_minor")
    def price(self, method: DeliveryMethod) -> str:
        return money_minor(method.price_minor, method.market.currency, country=method.market.country)

    @display(description=_("free from"), ordering="free_from_minor")
    def free_from(self, method: DeliveryMethod) -> str:
        return money_minor(method.free_from_minor, method.market.currency, country=method.market.country)

    @display(description=_("working days"))
    def days(self, method: DeliveryMethod) -> str:
        return f"{method.min_days}–{method.max_days}"


@admin.register(DeliveryHoliday)
class DeliveryHolidayAdmin(TrailAdmin):
    """Days without deliveries."""

    list_display = ("day", "country", "name")
    list_filter = ("country",)
    ordering = ("-day", "country")


@admin.register(ContentBlock)
class ContentBlockAdmin(TrailAdmin):
    """Blocks of the home pages."""

    list_display = ("title", "kind", "brand", "market", "language", "position", "is_active")
    list_filter = ("brand", "language", "kind", "is_active")
    search_fields = ("title", "text")
    ordering = ("brand_id", "language", "position", "id")
    list_select_related = ("brand", "market")
    raw_id_fields = ("asset",)


@admin.register(StaticPage)
class StaticPageAdmin(TrailAdmin):
    """Terms, legal notice, privacy."""

    list_display = ("title", "code", "brand", "market", "language", "version", "updated_at")
    list_filter = ("brand", "language", "code")
    search_fields = ("title", "slug")
    ordering = ("brand_id", "code", "language", "id")
    list_select_related = ("brand", "market")
    exclude = ("updated_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Save with the time of the edit."""
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)
