"""Changes to orders that were placed: drafts, and the versions of an order they became."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import EditState


class OrderEdit(models.Model):
    """
    A change to an order: a draft until somebody confirms or discards it. Confirmed ones are the order's versions.

    version: of the order once this was confirmed; an order is version 1 as it was placed. based_on: the version it was
    drafted on. units: what is taken out, order line id → units. adds: goods that are added, as SKU, units and whether
    the order's price is kept; they become follow_up, an order of their own. address: where the rest goes, empty for
    where it went before. expected: what confirming was said to do, in minor units. outcome: the order's figures after
    it.
    """

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="edits", verbose_name=_("order"))
    state = models.CharField(_("state"), max_length=9, choices=EditState.choices, default=EditState.DRAFT)
    version = models.PositiveSmallIntegerField(_("version"), null=True, blank=True)
    based_on = models.PositiveSmallIntegerField(_("drafted on version"))
    units = models.JSONField(_("units taken out"), default=dict)
    adds = models.JSONField(_("goods added"), default=list, db_default=[])
    follow_up = models.OneToOneField(
        "order.Order", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order of what is added")
    )
    address = models.JSONField(_("new delivery address"), default=dict)
    reason = models.CharField(_("reason"), max_length=200)
    expected = models.JSONField(_("what it was said to do"), default=dict)
    outcome = models.JSONField(_("the order after it"), default=dict)
    given_back = models.OneToOneField(
        "order.Return", models.PROTECT, null=True, blank=True, related_name="edit", verbose_name=_("pays back")
    )
    created_by = models.CharField(_("drafted by"), max_length=120)
    created_at = models.DateTimeField(_("drafted"))
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of an order")
        verbose_name_plural = _("changes of orders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="draft"), name="order_edit_one_draft"),
            models.UniqueConstraint(fields=["order", "version"], name="order_edit_version_once"),
            models.CheckConstraint(
                condition=Q(state="confirmed", version__gte=2, decided_at__isnull=False)
                | Q(state="discarded", version__isnull=True, decided_at__isnull=False)
                | Q(state="draft", version__isnull=True, decided_at__isnull=True),
                name="order_edit_decided_or_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version or self.based_on}"
