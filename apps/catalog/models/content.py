"""What shoppers read about a product, per language and, where needed, per market; and every slug that ever was."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductContent(models.Model):
    """
    A product's texts in one language, for all markets or, with a market, as an override of single fields.

    An empty field means "not said here": the reader walks the locale's fallback chain field by field.
    """

    # The unique index below begins with the product, and nobody asks for texts by their slug.
    product = models.ForeignKey(
        "catalogue.Product", models.CASCADE, related_name="contents", verbose_name=_("product"), db_index=False
    )
    language = models.CharField(_("language"), max_length=2)
    market = models.ForeignKey(
        "markets.Market", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only in market")
    )
    name = models.CharField(_("name"), max_length=255, blank=True)
    slug = models.SlugField(_("slug"), max_length=255, blank=True, db_index=False)
    tagline = models.CharField(_("line of charm"), max_length=255, blank=True)
    description = models.TextField(_("description"), blank=True)
    bullets = models.JSONField(_("points"), default=list, blank=True)
    meta_title = models.CharField(_("title for search engines"), max_length=255, blank=True)
    meta_description = models.CharField(_("description for search engines"), max_length=320, blank=True)
    keywords = models.TextField(_("words it is also found by"), blank=True)
    updated_at = models.DateTimeField(_("updated"), null=True, blank=True)

    class Meta:
        verbose_name = _("text of a product")
        verbose_name_plural = _("texts of products")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "language", "market"], name="product_content_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} [{self.language}]"


class SlugRecord(models.Model):
    """Every slug a product or category ever had in a market's language; old ones answer with a 301 to the current."""

    market = models.ForeignKey("markets.Market", models.CASCADE, related_name="+", verbose_name=_("market"))
    language = models.CharField(_("language"), max_length=2)
    kind = models.CharField(_("kind"), max_length=8, choices=[("product", _("Product")), ("category", _("Category"))])
    slug = models.SlugField(_("slug"), max_length=255)
    object_id = models.BigIntegerField(_("object"))
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("slug")
        verbose_name_plural = _("slugs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["market", "language", "kind", "slug"], name="slug_record_unique"),
        ]

    def __str__(self) -> str:
        return self.slug
