"""Orders that follow from others: goods added to one, goods given for what comes back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import FollowUpKind


class FollowUp(models.Model):
    """
    Says which order another follows from.

    order: the new one. given_back: of an exchange, the return whose refund pays for it. reason: why, as staff said.
    """

    order = models.OneToOneField(
        "order.Order", models.PROTECT, related_name="follows_from", verbose_name=_("order that follows")
    )
    parent = models.ForeignKey("order.Order", models.PROTECT, related_name="follow_ups", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=8, choices=FollowUpKind.choices)
    given_back = models.OneToOneField(
        "order.Return", models.PROTECT, null=True, blank=True, related_name="exchange", verbose_name=_("return")
    )
    reason = models.CharField(_("reason"), max_length=200)
    created_by = models.CharField(_("by"), max_length=120)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("order that follows from another")
        verbose_name_plural = _("orders that follow from others")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=FollowUpKind.values), name="follow_up_kind_known"),
            models.CheckConstraint(condition=~Q(order=models.F("parent")), name="follow_up_of_another_order"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.parent_id}"
