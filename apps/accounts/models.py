"""People who sign in. Carries Oscar's label `customer`; the e-mail address is the login."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer.abstract_models import AbstractUser


class User(AbstractUser):
    """A person with a login: shopper or staff."""

    def __str__(self) -> str:
        return self.email


class StaffScope(models.Model):
    """A limit: the person sees this brand, or this market, and nothing beyond their limits. None: the whole group."""

    user = models.ForeignKey(User, models.CASCADE, related_name="scopes", verbose_name=_("person"))
    brand = models.ForeignKey(
        "markets.Brand", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("whole brand")
    )
    market = models.ForeignKey(
        "markets.Market", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("single market")
    )

    class Meta:
        verbose_name = _("limit of a member of staff")
        verbose_name_plural = _("limits of staff")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(brand=None, market__isnull=False) | Q(brand__isnull=False, market=None),
                name="staff_scope_brand_or_market",
            ),
            models.UniqueConstraint(fields=["user", "brand"], name="staff_scope_brand_once"),
            models.UniqueConstraint(fields=["user", "market"], name="staff_scope_market_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: brand {self.brand_id}, market {self.market_id}"


from oscar.apps.customer.models import *  # noqa: E402, F403 -- Oscar skips what is registered above
