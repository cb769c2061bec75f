"""Goods kept for a shopper while they are in the checkout."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StockHold(models.Model):
    """
    What a basket's checkout keeps of the stock: promises under the reference `hold:<basket id>` until a time.

    expires_at: until when; None while it keeps nothing. starts: how often the time began. signature: what is kept and
    for where, so that a changed basket or address is kept anew.
    """

    basket_id = models.BigIntegerField(_("basket"), primary_key=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    starts = models.PositiveSmallIntegerField(_("times kept"), default=1)
    signature = models.CharField(_("what is kept"), max_length=64)

    class Meta:
        verbose_name = _("hold of a checkout")
        verbose_name_plural = _("holds of checkouts")
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="stock_hold_by_end"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The name under which it stands in the stock ledger."""
        return reference_of(basket_id=self.basket_id)


def reference_of(*, basket_id: int) -> str:
    """The name under which a basket's hold stands in the stock ledger."""
    return f"hold:{basket_id}"
