"""Products, their families and attributes, their brands and pictures."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.abstract_models import (
    AbstractAttributeOption,
    AbstractProduct,
    AbstractProductAttribute,
    AbstractProductAttributeValue,
    AbstractProductClass,
)

from apps.catalog.enums import ProductStatus, WithdrawalException
from apps.markets.enums import TaxClass

MOST_ORDERED = 999
"""Nobody's household needs more of one thing; the basket holds the same limit."""


class ProductClass(AbstractProductClass):
    """A family: what its products are described by, and what tells its variants apart."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    labels = models.JSONField(_("names per language"), default=dict, blank=True)


class ProductAttribute(AbstractProductAttribute):
    """A fact that products of a family have. Names and units are kept per language; options make facets."""

    labels = models.JSONField(_("names per language"), default=dict, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    is_facet = models.BooleanField(_("is a filter in the shop"), default=False)
    is_variant_axis = models.BooleanField(_("tells variants apart"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)


class AttributeOption(AbstractAttributeOption):
    """One of the values an option attribute may have."""

    labels = models.JSONField(_("names per language"), default=dict, blank=True)
    swatch = models.CharField(_("colour shown"), max_length=7, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)


class ProductAttributeValue(AbstractProductAttributeValue):
    """
    A fact of one product. Free texts may be given per language.

    Nobody looks facts up by their value here (filters read publications), so the values have no indexes: with Oscar's
    five of them, and one for each foreign key, a fact cost more to index than to write. Looked up by: (attribute,
    product), product, option.
    """

    attribute = models.ForeignKey(
        "catalogue.ProductAttribute", models.CASCADE, verbose_name=_("Attribute"), db_index=False
    )
    value_integer = models.IntegerField(_("Integer"), blank=True, null=True)
    value_boolean = models.BooleanField(_("Boolean"), blank=True, null=True)
    value_float = models.FloatField(_("Float"), blank=True, null=True)
    value_date = models.DateField(_("Date"), blank=True, null=True)
    value_datetime = models.DateTimeField(_("DateTime"), blank=True, null=True)
    entity_content_type = models.ForeignKey(
        "contenttypes.ContentType", models.CASCADE, blank=True, editable=False, null=True, db_index=False
    )
    texts = models.JSONField(_("text per language"), default=dict, blank=True)


class Product(AbstractProduct):
    """
    A product, a variant (structure `child`) or the parent of variants. `upc` is the SKU.

    Oscar's title, slug and description hold the reference text (English or the import's language);
    what shoppers read is in ProductContent.
    """

    status = models.CharField(_("status"), max_length=10, choices=ProductStatus.choices, default=ProductStatus.DRAFT)
    tax_class = models.CharField(_("tax class"), max_length=10, choices=TaxClass.choices, default=TaxClass.STANDARD)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in grams"), null=True, blank=True)
    withdrawal_exception = models.CharField(
        _("exception from the right to withdraw"),
        max_length=16,
        choices=WithdrawalException.choices,
        blank=True,
        db_default="",
        help_text=_("Read on the product itself, not on its variants; kept with each order it is part of."),
    )
    order_step = models.PositiveSmallIntegerField(
        _("sold in steps of"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ORDERED)],
        help_text=_("6 for bottles by the half dozen. On a product with variants it holds for all of them."),
    )
    order_most = models.PositiveSmallIntegerField(
        _("at most per order"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ORDERED)],
        help_text=_("Of this product or each of its variants. Empty: no limit of its own."),
    )
    minimum_age = models.PositiveSmallIntegerField(
        _("sold only to people of at least (years)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(3), MaxValueValidator(99)],
        help_text=_("The shopper confirms it before ordering; the order keeps it."),
    )
    variant_position = models.PositiveSmallIntegerField(_("position among variants"), default=0)
    content_hash = models.CharField(_("hash of the imported row"), max_length=64, blank=True, editable=False)

    class Meta(AbstractProduct.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(structure="parent") | (Q(upc__isnull=False) & ~Q(upc="")), name="product_sellable_has_sku"
            ),
            models.CheckConstraint(
                condition=(Q(structure="child") & Q(parent__isnull=False))
                | (~Q(structure="child") & Q(parent__isnull=True)),
                name="product_child_has_parent",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal_exception__in=["", *WithdrawalException.values]),
                name="product_withdrawal_exception_known",
            ),
            models.CheckConstraint(
                condition=Q(order_step__gte=1) & (Q(order_most__isnull=True) | Q(order_most__gte=F("order_step"))),
                name="product_order_limits_fit",
                violation_error_message=_("The most per order is less than one step."),
            ),
        ]


class ProductBrand(models.Model):
    """Which brand of the group sells a product; read on the parent or standalone product."""

    # Its unique constraint begins with the product: an index of its own would only cost.
    product = models.ForeignKey(
        Product, models.CASCADE, related_name="brand_links", verbose_name=_("product"), db_index=False
    )
    brand = models.ForeignKey("markets.Brand", models.CASCADE, related_name="+", verbose_name=_("brand"))

    class Meta:
        verbose_name = _("brand of a product")
        verbose_name_plural = _("brands of products")
        constraints: ClassVar = [models.UniqueConstraint(fields=["product", "brand"], name="product_brand_unique")]

    def __str__(self) -> str:
        return f"{self.product_id} / {self.brand_id}"


class ProductMedia(models.Model):
    """A picture of a product or a variant, in order; the first one leads."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="media_links", verbose_name=_("product"))
    asset = models.ForeignKey("media.Asset", models.PROTECT, related_name="+", verbose_name=_("asset"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("picture of a product")
        verbose_name_plural = _("pictures of products")
        constraints: ClassVar = [models.UniqueConstraint(fields=["product", "asset"], name="product_media_unique")]

    def __str__(self) -> str:
        return f"{self.product_id} / {self.asset_id}"
