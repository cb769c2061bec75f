"""What one location does for one order."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import FulfilmentState, RejectReason


class Fulfilment(models.Model):
    """
    The lines of an order that one location picks, packs and ships: one parcel.

    Without a location it waits for goods: until a person decides, or until `waits_until`, when it is given up. hop: how
    often its goods were rejected before. origin: the fulfilment it was split from or stands in for. sent_at,
    acknowledged_at, partner_reference: what a logistics partner was told and said. ready_at: since when the shopper may
    collect it; due_at is then until when.
    """

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="fulfilments", verbose_name=_("order"))
    location = models.ForeignKey(
        "partner.Location", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="heirs", verbose_name=_("instead of")
    )
    hop = models.PositiveSmallIntegerField(_("rejected before"), default=0, db_default=0)
    state = models.CharField(_("state"), max_length=10, choices=FulfilmentState.choices, default=FulfilmentState.NEW)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=80, blank=True)
    tracking_url = models.URLField(_("tracking page"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("to be shipped by"))
    waits_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent to the partner"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged by the partner"), null=True, blank=True)
    partner_reference = models.CharField(_("partner's reference"), max_length=80, blank=True, db_default="")
    ready_at = models.DateTimeField(_("ready to be collected"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=FulfilmentState.values), name="fulfilment_state_known"),
            models.CheckConstraint(
                condition=Q(location__isnull=False, waits_until__isnull=True)
                | Q(location__isnull=True, state__in=["waiting", "replaced", "cancelled"]),
                name="fulfilment_has_place_or_waits",
            ),
            models.CheckConstraint(
                condition=~Q(state="shipped") | Q(shipped_at__isnull=False), name="fulfilment_shipped_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(ready_at__isnull=False), name="fulfilment_ready_has_time"
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


class Rejection(models.Model):
    """Append-only: a location's no to units of a line, with its reason and what became of the units."""

    fulfilment = models.ForeignKey(Fulfilment, models.PROTECT, related_name="rejections", verbose_name=_("fulfilment"))
    line = models.ForeignKey("order.Line", models.PROTECT, related_name="+", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=RejectReason.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    stock_delta = models.IntegerField(_("change of stock"), default=0)
    actor = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("rejection")
        verbose_name_plural = _("rejections")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="rejection_quantity_positive"),
            models.CheckConstraint(condition=Q(reason__in=RejectReason.values), name="rejection_reason_known"),
            models.CheckConstraint(condition=Q(stock_delta__lte=0), name="rejection_takes_stock_away"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at"], name="rejection_newest_first")]

    def __str__(self) -> str:
        return f"{self.fulfilment_id}: {self.quantity} × {self.line_id} {self.reason}"
