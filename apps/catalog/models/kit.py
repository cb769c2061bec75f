"""Kits: products that are sold together at one price, and stay goods of their own in stock."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.product import Product

MOST_UNITS = 99
"""So many units of one product a kit holds at most."""


class KitComponent(models.Model):
    """
    Units of a product that one kit holds. A product with components is a kit: it is sold, its components are sent.

    share: of the kit's price, against the shares of the others; without shares the components' own prices say it.
    """

    kit = models.ForeignKey(
        Product, models.CASCADE, related_name="components", verbose_name=_("kit"), db_index=False
    )  # its unique constraint begins with the kit
    product = models.ForeignKey(Product, models.PROTECT, related_name="in_kits", verbose_name=_("product"))
    quantity = models.PositiveSmallIntegerField(_("units in one kit"), default=1)
    share = models.PositiveSmallIntegerField(
        _("share of the price"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_000)],
        help_text=_("A number for each component, or for none: then their own prices say it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("component of a kit")
        verbose_name_plural = _("components of kits")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kit", "product"], name="kit_component_unique"),
            models.CheckConstraint(condition=~Q(kit=F("product")), name="kit_component_not_itself"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_UNITS), name="kit_component_quantity_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kit_id} / {self.product_id} × {self.quantity}"
