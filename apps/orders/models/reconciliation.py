"""What reconciliations found and did."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reconciliation(models.Model):
    """
    Append-only: a run of the payments' reconciliation that closed a difference, or met a provider that was away.

    Runs that found everything as it was leave no row. differences: order, gateway, states and outcome of each.
    unreachable: gateway → the last reason.
    """

    at = models.DateTimeField(_("at"))
    asked = models.PositiveIntegerField(_("payments asked about"))
    differences = models.JSONField(_("differences closed"), default=list)
    unreachable = models.JSONField(_("did not answer"), default=dict)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="reconciliation_newest_first")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {len(self.differences)}"
