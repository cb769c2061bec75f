"""The tabs of a product's page: texts, variants, attributes, prices, pictures, categories, brands."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.forms.models import ModelChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from apps.backoffice.attribute_text import read_value, value_text, write_value
from apps.backoffice.scoping import ChangedByAll, ScopedRows
from apps.catalog.models import (
    Price,
    Product,
    ProductAttributeValue,
    ProductBrand,
    ProductCategory,
    ProductContent,
    ProductMedia,
)
from apps.core.money import from_minor, minor_digits


class FewChoices(ScopedRows):
    """Reads the choices of a list's drop-downs once, not once per row."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the formset with its choices frozen."""
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc] # an inline follows
        for field in formset.form.base_fields.values():
            if isinstance(field, ModelChoiceField):
                field.choices = list(field.iterator(field))
        return formset


class ContentInline(FewChoices, StackedInline):  # type: ignore[misc] # unfold is not typed
    """What shoppers read, per language; with a market, only there."""

    model = ProductContent
    tab = True
    extra = 0
    verbose_name = _("text")
    verbose_name_plural = _("Texts")
    fields = (
        ("language", "market"),
        ("name", "slug"),
        "tagline",
        "description",
        "bullets",
        ("meta_title", "meta_description"),
        "keywords",
    )
    ordering = ("language", "market_id")


class VariantInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """The variants of a product; each has a page of its own."""

    model = Product
    fk_name = "parent"
    tab = True
    extra = 0
    verbose_name = _("variant")
    verbose_name_plural = _("Variants")
    fields = ("link", "title", "status", "is_public", "variant_position", "gtin", "weight_g")
    readonly_fields = ("link",)
    ordering = ("variant_position", "id")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Variants come from imports or from the form of a product."""
        return False

    @display(description=_("SKU"))
    def link(self, product: Product) -> str:
        url = reverse("admin:catalogue_product_change", args=[product.pk])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, product.upc or product.pk)


class AttributeValueForm(forms.ModelForm):  # type: ignore[type-arg] # one model, given below
    """One fact: its attribute and its value as text, read by the attribute's type."""

    value = forms.CharField(
        label=_("value"), widget=UnfoldAdminTextInputWidget, help_text=_("Several options: with commas.")
    )

    class Meta:
        model = ProductAttributeValue
        fields = ("attribute",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["value"] = value_text(self.instance)

    def clean(self) -> dict[str, Any]:
        """Read the text as the attribute's type says."""
        cleaned = super().clean() or {}
        attribute, text = cleaned.get("attribute"), cleaned.get("value")
        if attribute is not None and text is not None:
            try:
                self.parsed = read_value(attribute=attribute, text=text)
            except ValueError as error:
                self.add_error("value", str(error))
        return cleaned

    def save(self, commit: bool = True) -> ProductAttributeValue:  # noqa: FBT001, FBT002 -- Django's signature
        """Write the value into the attribute's column."""
        row = super().save(commit=False)
        many = write_value(row=row, value=self.parsed)
        if commit:
            row.save()
            if many is not None:
                row.value_multi_option.set(many)
        else:
            self.save_m2m = lambda: row.value_multi_option.set(many) if many is not None else None  # type: ignore[method-assign] # as Django does itself
        return row


class AttributeInline(FewChoices, TabularInline):  # type: ignore[misc] # unfold is not typed
    """The facts of a product."""

    model = ProductAttributeValue
    form = AttributeValueForm
    tab = True
    extra = 0
    verbose_name = _("attribute")
    verbose_name_plural = _("Attributes")
    fields = ("attribute", "value")
    ordering = ("attribute__position", "attribute_id")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ProductAttributeValue]:
        """Return values with their options."""
        rows = super().get_queryset(request).select_related("attribute", "value_option", "product")
        return rows.prefetch_related("value_multi_option")  # type: ignore[no-any-return] # untyped base

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the attributes of the product's family."""
        product_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "attribute" and product_id:
            family = (
                Product.objects.filter(pk=product_id).values("product_class_id", "parent__product_class_id").first()
            )
            found = (family or {}).get("product_class_id") or (family or {}).get("parent__product_class_id")
            kwargs["queryset"] = db_field.remote_field.model.objects.filter(product_class_id=found).order_by(
                "position", "id"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PriceForm(forms.ModelForm):  # type: ignore[type-arg] # one model, given below
    """A price, typed in the list's currency."""

    amount = forms.DecimalField(
        label=_("amount"), min_value=0, max_digits=12, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )

    class Meta:
        model = Price
        fields = ("price_list", "min_quantity", "valid_from", "valid_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["amount"] = from_minor(self.instance.amount_minor, self.instance.price_list.currency).amount

    def save(self, commit: bool = True) -> Price:  # noqa: FBT001, FBT002 -- Django's signature
        """Keep the amount in minor units."""
        digits = minor_digits(self.cleaned_data["price_list"].currency)
        self.instance.amount_minor = int(self.cleaned_data["amount"] * Decimal(10) ** digits)
        return super().save(commit)


class PriceInline(ChangedByAll, FewChoices, TabularInline):  # type: ignore[misc] # unfold is not typed
    """Prices per list and quantity."""

    model = Price
    form = PriceForm
    tab = True
    extra = 0
    verbose_name = _("price")
    verbose_name_plural = _("Prices")
    fields = ("price_list", "min_quantity", "amount", "valid_from", "valid_to")
    ordering = ("price_list_id", "min_quantity", "id")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Price]:
        """Return prices with their lists."""
        return super().get_queryset(request).select_related("price_list")  # type: ignore[no-any-return] # untyped base


class MediaInline(TabularInline):  # type: ignore[misc] # unfold is not typed
    """Pictures in their order; new ones by the button “Add pictures”."""

    model = ProductMedia
    tab = True
    extra = 0
    verbose_name = _("picture")
    verbose_name_plural = _("Pictures")
    fields = ("thumbnail", "position")
    readonly_fields = ("thumbnail",)
    ordering = ("position", "id")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ProductMedia]:
        """Return links with their pictures' small files and alt texts."""
        rows = super().get_queryset(request).select_related("asset")
        return rows.prefetch_related("asset__renditions", "asset__texts")  # type: ignore[no-any-return] # untyped base

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Pictures are added by uploading them."""
        return False

    @display(description=_("picture"))
    def thumbnail(self, link: ProductMedia) -> str:
        from apps.backoffice.admin.media import picture_cell

        return picture_cell(link.asset)


class CategoryInline(FewChoices, TabularInline):  # type: ignore[misc] # unfold is not typed
    """Where shoppers find a product."""

    model = ProductCategory
    tab = True
    extra = 0
    fields = ("category",)
    verbose_name = _("category")
    verbose_name_plural = _("Categories")


class BrandInline(FewChoices, TabularInline):  # type: ignore[misc] # unfold is not typed
    """Which brands sell a product."""

    model = ProductBrand
    tab = True
    extra = 0
    fields = ("brand",)
    verbose_name = _("brand")
    verbose_name_plural = _("Brands")
