"""The rest of the catalogue: categories, families with their attributes, price lists, what waits for publication."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from apps.backoffice import operations
from apps.backoffice.admin.product_inlines import FewChoices
from apps.backoffice.admin.shared import AuditedAdmin, ReadOnlyAdmin, actor_of, chip
from apps.backoffice.changes import Changes, changes_of
from apps.backoffice.scoping import ChangedByAll
from apps.catalog.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    CategoryContent,
    CategoryMedia,
    PriceList,
    ProductAttribute,
    ProductClass,
    PublicationDue,
)
from apps.catalog.operations import add_category
from apps.core import clock


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg] # one model, given below
    """A node of the tree and the node above it."""

    above = forms.ModelChoiceField(
        Category.objects.order_by("path"),
        label=_("below"),
        required=False,
        empty_label=_("top of the tree"),
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Category
        fields = ("name", "slug", "is_public", "promoted_facets", "withdrawal_days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            above = Category.objects.get_parent(self.instance)
            self.initial["above"] = above.pk if above else None

    def clean_above(self) -> Category | None:
        """Refuse to hang a node below itself."""
        above = self.cleaned_data["above"]
        if above and self.instance.pk and above.path.startswith(self.instance.path):
            raise forms.ValidationError(_("A category cannot be below itself."))
        return above  # type: ignore[no-any-return] # a category


class CategoryContentInline(FewChoices, StackedInline):  # type: ignore[misc] # unfold is not typed
    """A category's texts per language."""

    model = CategoryContent
    tab = True
    extra = 0
    verbose_name_plural = _("Texts")
    fields = (("language", "market"), ("name", "slug"), "description", ("meta_title", "meta_description"))
    ordering = ("language", "market_id")


class CategoryMediaInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """The picture of a category's tile."""

    model = CategoryMedia
    tab = True
    extra = 0
    raw_id_fields = ("asset",)
    verbose_name_plural = _("Picture")


@admin.register(Category)
class CategoryAdmin(AuditedAdmin):
    """The tree all markets share, in its order."""

    form = CategoryForm
    list_display = ("indented", "slug", "products", "languages", "is_public")
    list_filter = ("is_public", "depth")
    search_fields = ("name", "contents__name")
    ordering = ("path",)
    fields = ("above", "name", "slug", "is_public", "promoted_facets", "withdrawal_days")
    inlines = (CategoryContentInline, CategoryMediaInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        """Return categories with their texts and number of products."""
        rows = super().get_queryset(request).annotate(product_count=Count("product", distinct=True))
        return rows.prefetch_related("contents")  # type: ignore[no-any-return] # untyped base

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only leaves without products, one at a time."""
        is_empty = obj is not None and obj.numchild == 0 and not obj.product_set.exists()
        return bool(super().has_delete_permission(request, obj) and is_empty)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        """Delete a leaf and take it out of the menus."""
        pk, changes = obj.pk, Changes({"name": obj.name, "slug": obj.slug}, {"name": None, "slug": None})
        obj.delete()
        operations.record_category_edit(category_id=pk, changes=changes, by=actor_of(request), at=clock.now())

    @display(description=_("category"), ordering="path")
    def indented(self, category: Category) -> str:
        return format_html("{}{}", "\u2003" * (category.depth - 1), category.name)

    @display(description=_("products"))
    def products(self, category: Any) -> int:
        return int(category.product_count)

    @display(description=_("languages"))
    def languages(self, category: Category) -> str:
        return ", ".join(sorted({text.language for text in category.contents.all()})) or "–"

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Hang the node where the form says."""
        above = form.cleaned_data["above"]
        if not change:
            add_category(node=obj, parent=above)
            return
        obj.save()
        if "above" in form.changed_data:
            Category.objects.move(
                obj, above or Category.objects.get_last_root_node(), "last-child" if above else "last-sibling"
            )
            obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Save the texts, publish the tree, mark the products below."""
        super().save_related(request, form, formsets, change)
        changes = changes_of(form=form, formsets=formsets, is_new=not change)
        if changes:
            operations.record_category_edit(
                category_id=form.instance.pk, changes=changes, by=actor_of(request), at=clock.now()
            )


class AttributeInline(FewChoices, StackedInline):  # type: ignore[misc] # unfold is not typed
    """What products of a family are described by."""

    model = ProductAttribute
    extra = 0
    fields = (
        ("name", "code"),
        ("type", "option_group"),
        ("unit", "position"),
        ("required", "is_facet", "is_variant_axis"),
        "labels",
    )
    ordering = ("position", "id")


@admin.register(ProductClass)
class ProductClassAdmin(AuditedAdmin):
    """Families of products."""

    list_display = ("name", "code", "attributes_count", "requires_shipping")
    search_fields = ("name", "code")
    ordering = ("name",)
    fields = (("name", "code"), "labels", ("requires_shipping", "track_stock"))
    inlines = (AttributeInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductClass]:
        """Return families with the number of their attributes."""
        return super().get_queryset(request).annotate(many=Count("attributes"))  # type: ignore[no-any-return] # untyped base

    @display(description=_("attributes"))
    def attributes_count(self, family: Any) -> int:
        return int(family.many)


class OptionInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """The values of a list."""

    model = AttributeOption
    extra = 0
    fields = ("option", "swatch", "position", "labels")
    ordering = ("position", "id")


@admin.register(AttributeOptionGroup)
class AttributeOptionGroupAdmin(AuditedAdmin):
    """Lists of values that attributes choose from."""

    list_display = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (OptionInline,)


@admin.register(PriceList)
class PriceListAdmin(ChangedByAll, AuditedAdmin):
    """Price lists; single prices are edited with their products."""

    list_display = (
        "name",
        "code",
        "kind",
        "currency",
        "market_codes",
        "precedence",
        "valid_from",
        "valid_to",
        "is_active",
    )
    list_filter = ("kind", "currency", "markets", "is_active")
    search_fields = ("name", "code")
    ordering = ("-precedence", "code")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Markets are few: boxes to tick are read at a glance, and fit a tablet."""
        if db_field.name == "markets":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceList]:
        """Return lists with their markets."""
        return super().get_queryset(request).prefetch_related("markets")  # type: ignore[no-any-return] # untyped base

    @display(description=_("markets"))
    def market_codes(self, price_list: PriceList) -> str:
        return ", ".join(market.code for market in price_list.markets.all()) or "–"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Save, and mark every product of the list."""
        super().save_related(request, form, formsets, change)
        if changes := changes_of(form=form, is_new=not change):
            operations.record_price_list_edit(
                price_list_id=form.instance.pk, changes=changes, by=actor_of(request), at=clock.now()
            )


@admin.register(PublicationDue)
class PublicationDueAdmin(ReadOnlyAdmin):
    """Products whose pages are older than their truth, longest waiting first."""

    list_display = ("product_link", "reason", "due_since", "age")
    list_filter = ("reason",)
    ordering = ("due_since", "id")
    list_select_related = ("product",)
    fields = ("product_link", "reason", "due_since", "age")

    @display(description=_("product"))
    def product_link(self, due: PublicationDue) -> str:
        url = reverse("admin:catalogue_product_change", args=[due.product_id])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, due.product.get_title())

    @display(description=_("waiting"))
    def age(self, due: PublicationDue) -> str:
        return chip(timesince(due.due_since, clock.now()), "wait")
