"""The books of the pretended bank: what the demo gateway's provider knows. Filled in demo mode only."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import DemoBankDecision


class DemoBankPayment(models.Model):
    """
    A payment as the pretended bank sees it.

    Holds no key to our own rows: the shop asks for it by reference, as it would ask a real provider.
    """

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    payment_key = models.CharField(_("shop's key"), max_length=80, unique=True)
    order_number = models.CharField(_("order number"), max_length=128)
    merchant = models.CharField(_("merchant"), max_length=120)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    return_url = models.CharField(_("back to the shop"), max_length=500)
    language = models.CharField(_("language"), max_length=2)
    decision = models.CharField(
        _("decision"), max_length=10, choices=DemoBankDecision.choices, default=DemoBankDecision.OPEN
    )
    is_silent = models.BooleanField(_("the notice is lost"), default=False)
    is_captured_later = models.BooleanField(_("authorised only"), default=False, db_default=False)
    captured_minor = models.BigIntegerField(_("charged in minor units"), default=0, db_default=0)
    captures = models.JSONField(
        _("charged, by the shop's key"), default=dict, db_default=models.Value({}, models.JSONField())
    )
    is_released = models.BooleanField(_("the rest was let go"), default=False, db_default=False)
    refunded_minor = models.BigIntegerField(_("paid back in minor units"), default=0)
    refunds = models.JSONField(
        _("paid back, by the shop's key"), default=dict, db_default=models.Value({}, models.JSONField())
    )
    created_at = models.DateTimeField(_("created"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    settles_at = models.DateTimeField(_("settles at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment at the demo bank")
        verbose_name_plural = _("payments at the demo bank")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=models.F("amount_minor")),
                name="demo_bank_refunds_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(captured_minor__gte=0) & Q(captured_minor__lte=models.F("amount_minor")),
                name="demo_bank_captures_within_amount",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["settles_at"], name="demo_bank_delayed", condition=Q(decision="delayed")),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.decision}"
