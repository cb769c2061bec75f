"""What one location does for one order."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import FulfilmentState


class Fulfilment(models.Model):
    """The lines of an order that one location picks, packs and ships."""

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="fulfilments", verbose_name=_("order"))
    location = models.ForeignKey("partner.Location", models.PROTECT, related_name="+", verbose_name=_("location"))
    state = models.CharField(_("state"), max_length=10, choices=FulfilmentState.choices, default=FulfilmentState.NEW)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=80, blank=True)
    tracking_url = models.URLField(_("tracking page"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("to be shipped by"))
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "location"], name="fulfilment_one_per_order_and_location"),
            models.CheckConstraint(
                condition=~Q(state="shipped") | Q(shipped_at__isnull=False), name="fulfilment_shipped_has_time"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="fulfilment_by_state_and_due")]

    def __str__(self) -> str:
        return f"{self.order_id} @ {self.location_id}"


class FulfilmentLine(models.Model):
    """How many units of an order line a fulfilment carries."""

    fulfilment = models.ForeignKey(Fulfilment, models.CASCADE, related_name="lines", verbose_name=_("fulfilment"))
    line = models.ForeignKey("order.Line", models.PROTECT, related_name="+", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("line of a fulfilment")
        verbose_name_plural = _("lines of fulfilments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fulfilment", "line"], name="fulfilment_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="fulfilment_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"
