"""How goods reach a shopper, per market."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import DeliveryKind


class DeliveryMethod(models.Model):
    """
    A way of delivery a market offers, with its price (tax as the market shows it) and its transit days.

    kind: `collect` offers every store of the market that lets orders be collected. keep_days: how many days such an
    order is kept ready before it is given up, the last one whole.
    """

    market = models.ForeignKey("markets.Market", models.CASCADE, related_name="+", verbose_name=_("market"))
    code = models.SlugField(_("code"), max_length=40)
    kind = models.CharField(
        _("kind"), max_length=8, choices=DeliveryKind.choices, default=DeliveryKind.HOME, db_default=DeliveryKind.HOME
    )
    labels = models.JSONField(_("names per language"), default=dict)
    price_minor = models.BigIntegerField(_("price in minor units"))
    free_from_minor = models.BigIntegerField(_("free from (minor units)"), null=True, blank=True)
    min_days = models.PositiveSmallIntegerField(_("at the earliest after working days"))
    max_days = models.PositiveSmallIntegerField(_("at the latest after working days"))
    cutoff = models.TimeField(_("ordered until, shipped the same day"), null=True, blank=True)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_url_template = models.CharField(
        _("tracking page"), max_length=300, blank=True, help_text=_("With {code} where the tracking code goes.")
    )
    keep_days = models.PositiveSmallIntegerField(
        _("kept ready for days"), default=7, db_default=7, help_text=_("For collection only; then it is given up.")
    )
    not_to = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("not to postcodes beginning with"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("With commas, as in: 20, 971, 972. For what is sent; collecting in a store is open to all."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["market", "code"], name="delivery_method_unique"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="delivery_method_price_not_negative"),
            models.CheckConstraint(condition=Q(max_days__gte=F("min_days")), name="delivery_method_days_forward"),
            models.CheckConstraint(condition=Q(kind__in=DeliveryKind.values), name="delivery_method_kind_known"),
            models.CheckConstraint(condition=Q(keep_days__gte=1), name="delivery_method_keeps_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.market_id} {self.code}"


class DeliveryHoliday(models.Model):
    """A day on which nothing is shipped from and delivered in a country, besides its weekends."""

    country = models.CharField(_("country"), max_length=2)
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints: ClassVar = [models.UniqueConstraint(fields=["country", "day"], name="delivery_holiday_unique")]

    def __str__(self) -> str:
        return f"{self.country} {self.day}"
