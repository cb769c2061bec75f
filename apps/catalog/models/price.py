"""Price lists, their entries, and the history of what shoppers were asked."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.enums import PriceListKind


class PriceList(models.Model):
    """
    A list of prices in one currency for some markets.

    Precedence is data: of all lists that apply, the highest `precedence` wins, then the lowest amount, then the
    lowest id; the order is total, so the same question always has the same answer.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=PriceListKind.choices, default=PriceListKind.BASE)
    currency = models.CharField(_("currency"), max_length=3)
    includes_tax = models.BooleanField(_("amounts include tax"), default=True)
    markets = models.ManyToManyField("markets.Market", related_name="price_lists", verbose_name=_("markets"))
    customer_group = models.SlugField(_("customer group"), max_length=40, blank=True)
    precedence = models.SmallIntegerField(_("precedence"), default=0)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to (excluded)"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="price_list_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """The unit price of a SKU from a quantity on, in a list's currency, in minor units."""

    # Both are the first column of an index below; indexes of their own would only cost.
    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list"), db_index=False
    )
    product = models.ForeignKey(
        "catalogue.Product", models.CASCADE, related_name="prices", verbose_name=_("product"), db_index=False
    )
    min_quantity = models.PositiveIntegerField(_("from quantity"), default=1)
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to (excluded)"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["price_list", "product", "min_quantity", "valid_from"],
                name="price_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(min_quantity__gte=1), name="price_quantity_at_least_one"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="price_period_forward",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["product", "price_list"], name="price_by_product")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.amount_minor}"


class PriceHistory(models.Model):
    """Append-only: each price a shopper could see, from when on. The prior price (L112-1-1) is read from it."""

    # The unique index starts with the market; one of its own would tempt the planner to read a market's whole past.
    market = models.ForeignKey(
        "markets.Market", models.CASCADE, related_name="+", verbose_name=_("market"), db_index=False
    )
    product = models.ForeignKey("catalogue.Product", models.CASCADE, related_name="+", verbose_name=_("product"))
    amount_minor = models.BigIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    is_reduced = models.BooleanField(_("from a promotional list"), default=False)
    seen_from = models.DateTimeField(_("seen from"))

    class Meta:
        verbose_name = _("price a shopper saw")
        verbose_name_plural = _("prices shoppers saw")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["market", "product", "seen_from"], name="price_history_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.amount_minor} {self.currency}"
