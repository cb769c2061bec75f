"""What Oscar's offers and vouchers lack: uses nobody takes twice, markets, and what goes together."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import StackingPolicy


class VoucherSlot(models.Model):
    """
    One use of a voucher, taken by an order. The unique pair is what makes a limit hold when many try at once.

    `slot` is "1" for a voucher that may be used once, "customer:<id>" for one use per customer and "order:<number>"
    for a voucher without a limit.
    """

    voucher = models.ForeignKey("voucher.Voucher", models.PROTECT, related_name="slots", verbose_name=_("voucher"))
    slot = models.CharField(_("use"), max_length=60)
    order = models.ForeignKey("order.Order", models.PROTECT, related_name="voucher_slots", verbose_name=_("order"))
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("use of a voucher")
        verbose_name_plural = _("uses of vouchers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["voucher", "slot"], name="voucher_slot_unique"),
            models.CheckConstraint(condition=~models.Q(slot=""), name="voucher_slot_named"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id}/{self.slot}"


class OfferMarket(models.Model):
    """
    A market an offer is for. An offer without any is for every market.

    An offer that holds an amount of money and has no market is only for markets of the default currency.
    """

    offer = models.ForeignKey(
        "offer.ConditionalOffer", models.CASCADE, related_name="market_links", verbose_name=_("offer")
    )
    market = models.ForeignKey("markets.Market", models.CASCADE, related_name="+", verbose_name=_("market"))

    class Meta:
        verbose_name = _("market of an offer")
        verbose_name_plural = _("markets of offers")
        constraints: ClassVar = [models.UniqueConstraint(fields=["offer", "market"], name="offer_market_unique")]

    def __str__(self) -> str:
        return f"{self.offer_id} / {self.market_id}"


class OfferGroup(models.Model):
    """Offers that compete or add up. An offer without a group adds up with all that Oscar lets it combine with."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    policy = models.CharField(
        _("given together"), max_length=10, choices=StackingPolicy.choices, default=StackingPolicy.BEST
    )
    bars = models.ManyToManyField(
        "self",
        blank=True,
        verbose_name=_("never together with"),
        help_text=_("Once one of their offers is given, those of this group are not, and the other way round."),
    )

    class Meta:
        verbose_name = _("group of offers")
        verbose_name_plural = _("groups of offers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(policy__in=StackingPolicy.values), name="offer_group_policy_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfferStacking(models.Model):
    """The group an offer is in."""

    offer = models.OneToOneField(
        "offer.ConditionalOffer", models.CASCADE, related_name="stacking", verbose_name=_("offer")
    )
    group = models.ForeignKey(OfferGroup, models.PROTECT, related_name="members", verbose_name=_("group"))

    class Meta:
        verbose_name = _("group of an offer")
        verbose_name_plural = _("groups of offers' members")

    def __str__(self) -> str:
        return f"{self.offer_id} / {self.group_id}"
