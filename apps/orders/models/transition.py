"""The history of every state machine of an order."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Transition(models.Model):
    """Append-only: one move of an order, a payment or a fulfilment: from, to, who, why, when."""

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="transitions", verbose_name=_("order"))
    machine = models.CharField(
        _("of"),
        max_length=10,
        choices=[
            ("order", _("Order")),
            ("payment", _("Payment")),
            ("fulfilment", _("Fulfilment")),
            ("return", _("Return")),
        ],
    )
    subject_id = models.BigIntegerField(_("row"))
    old = models.CharField(_("from"), max_length=14, blank=True)
    new = models.CharField(_("to"), max_length=14)
    actor = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of an order")
        verbose_name_plural = _("steps of orders")
        indexes: ClassVar = [models.Index(fields=["order", "at", "id"], name="transition_by_order")]

    def __str__(self) -> str:
        return f"{self.machine}: {self.old} → {self.new}"
