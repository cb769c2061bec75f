"""The category tree and its texts."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.abstract_models import AbstractCategory

from apps.markets.enums import LEGAL_WITHDRAWAL_DAYS


class Category(AbstractCategory):
    """A node of the tree all markets share; names and slugs per language are in CategoryContent."""

    promoted_facets = models.JSONField(
        _("filters above the list"), default=list, blank=True, help_text=_("Codes of two or three attributes.")
    )
    withdrawal_days = models.PositiveSmallIntegerField(
        _("goods may be given back for (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(LEGAL_WITHDRAWAL_DAYS), MaxValueValidator(365)],
        help_text=_("Where it is more than the market gives; holds for everything below, too."),
    )

    class Meta(AbstractCategory.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(withdrawal_days__isnull=True) | models.Q(withdrawal_days__gte=LEGAL_WITHDRAWAL_DAYS),
                name="category_withdrawal_as_the_law_asks",
            ),
        ]


class CategoryContent(models.Model):
    """A category's texts in one language, for all markets or, with a market, instead of the common ones."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="contents", verbose_name=_("category"))
    language = models.CharField(_("language"), max_length=2)
    market = models.ForeignKey(
        "markets.Market", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only in market")
    )
    name = models.CharField(_("name"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    meta_title = models.CharField(_("title for search engines"), max_length=255, blank=True)
    meta_description = models.CharField(_("description for search engines"), max_length=320, blank=True)

    class Meta:
        verbose_name = _("text of a category")
        verbose_name_plural = _("texts of categories")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["category", "language", "market"], name="category_content_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} [{self.language}]"


class CategoryMedia(models.Model):
    """The picture of a category's tile."""

    category = models.OneToOneField(Category, models.CASCADE, related_name="tile", verbose_name=_("category"))
    asset = models.ForeignKey("media.Asset", models.PROTECT, related_name="+", verbose_name=_("asset"))

    class Meta:
        verbose_name = _("picture of a category")
        verbose_name_plural = _("pictures of categories")

    def __str__(self) -> str:
        return f"{self.category_id} / {self.asset_id}"
