"""What logistics partners told us."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import PartnerOutcome


class PartnerNotice(models.Model):
    """A message from a logistics partner, kept as received; the same event id is worked on once."""

    system = models.CharField(_("partner"), max_length=40)
    event_id = models.CharField(_("event id"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20)
    fulfilment = models.ForeignKey(
        "order.Fulfilment", models.PROTECT, null=True, related_name="notices", verbose_name=_("fulfilment")
    )
    body = models.JSONField(_("body"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=16, choices=PartnerOutcome.choices)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("logistics partner's message")
        verbose_name_plural = _("logistics partners' messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "event_id"], name="partner_notice_unique"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=PartnerOutcome.values), name="partner_notice_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.event_id}"
