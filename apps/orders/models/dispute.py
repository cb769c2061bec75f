"""Payments a shopper's bank has taken back or may take back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import DisputeState


class PaymentDispute(models.Model):
    """
    A shopper told their bank that a charge is not right. Minor units.

    reference: the provider's. While it is open or lost, its amount is not with us, so nothing of it is sent back.
    respond_by: until when the provider takes our answer; it is given there.
    """

    payment = models.ForeignKey("order.Payment", models.PROTECT, related_name="disputes", verbose_name=_("payment"))
    reference = models.CharField(_("provider's reference"), max_length=200, unique=True)
    state = models.CharField(_("state"), max_length=4, choices=DisputeState.choices, default=DisputeState.OPEN)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    respond_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["won", "lost"], closed_at__isnull=False),
                name="dispute_closed_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["respond_by"], condition=Q(state="open"), name="dispute_to_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"
