"""Orders and their lines: Oscar's rows with a market, a language, a declared state and a price trace."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.abstract_models import AbstractLine, AbstractOrder

from apps.catalog.enums import WithdrawalException
from apps.markets.enums import LEGAL_WITHDRAWAL_DAYS
from apps.orders.enums import OrderState


class Order(AbstractOrder):
    """
    What a shopper agreed to pay for. The row exists before any money moves.

    `status` is Oscar's column and mirrors `state` for its reports; `state` alone is read by the shop. collect_at: the
    store the shopper collects it from; empty for what is sent.
    """

    market = models.ForeignKey("markets.Market", models.PROTECT, related_name="+", verbose_name=_("market"))
    language = models.CharField(_("language"), max_length=2)
    state = models.CharField(_("state"), max_length=14, choices=OrderState.choices, default=OrderState.PLACED)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    discount_incl_tax = models.DecimalField(_("discount with tax"), max_digits=12, decimal_places=2, default=0)
    tax_lines = models.JSONField(_("tax per rate"), default=list)
    offers_lost = models.JSONField(_("offers set aside"), default=list, db_default=[])
    delivery_promise = models.JSONField(_("delivery promise"), default=dict)
    collect_at = models.ForeignKey(
        "partner.Location", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("collected at")
    )
    expires_at = models.DateTimeField(_("expires unpaid at"), null=True, blank=True)
    is_extended = models.BooleanField(_("given more time to pay"), default=False, db_default=False)
    payment_method = models.CharField(_("payment method"), max_length=20)
    terms = models.ForeignKey(
        "order.TermsVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("placed under these terms"),
    )
    confirmed_age = models.PositiveSmallIntegerField(
        _("age the shopper confirmed (years)"),
        null=True,
        blank=True,
        help_text=_("Where goods of the order are sold from an age on."),
    )
    placed_by = models.CharField(_("placed by"), max_length=120, blank=True)

    class Meta(AbstractOrder.Meta):
        abstract = False
        ordering: ClassVar[list[str]] = []
        indexes: ClassVar = [
            models.Index(fields=["state", "expires_at"], name="order_by_state_and_expiry"),
            models.Index(fields=["-date_placed", "-id"], name="order_newest_first"),
            models.Index(fields=["email"], name="order_by_email"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(total_incl_tax__gte=0, total_excl_tax__gte=0, discount_incl_tax__gte=0),
                name="order_totals_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(total_incl_tax__gte=models.F("total_excl_tax")), name="order_tax_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(state__in=OrderState.values), name="order_state_known"),
        ]


class OrderKit(models.Model):  # type: ignore[django-manager-missing] # `lines`: of Oscar's untyped row
    """
    A kit of an order, as the shopper chose it. Its components are lines of the order, which sum to it to the cent.

    quantity: kits. Amounts are the sums of its lines, on both sides of tax.
    """

    order = models.ForeignKey("order.Order", models.CASCADE, related_name="kits", verbose_name=_("order"))
    product = models.ForeignKey(
        "catalogue.Product", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    sku = models.CharField(_("SKU"), max_length=64)
    title = models.CharField(_("name"), max_length=255)
    quantity = models.PositiveIntegerField(_("kits"))
    unit_shown = models.DecimalField(_("price of one, as the market shows it"), max_digits=12, decimal_places=2)
    price_trace = models.JSONField(_("how the price came about"), default=dict)
    picture = models.JSONField(_("picture at the time"), default=dict, blank=True)
    url_path = models.CharField(_("product page at the time"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("kit of an order")
        verbose_name_plural = _("kits of orders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="order_kit_position_unique"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="order_kit_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


class Line(AbstractLine):
    """
    One SKU of an order, with the trace of its price: which list, which quantity break, which tax, which offers.

    kit: the kit it is a component of, where it was not bought by itself; its amounts are its share of the kit's.
    """

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    tax_percent = models.DecimalField(_("tax percent"), max_digits=6, decimal_places=3, default=0)
    price_trace = models.JSONField(_("how the price came about"), default=dict)
    picture = models.JSONField(_("picture at the time"), default=dict, blank=True)
    url_path = models.CharField(_("product page at the time"), max_length=300, blank=True)
    withdrawal_exception = models.CharField(
        _("exception from the right to withdraw"),
        max_length=16,
        choices=WithdrawalException.choices,
        blank=True,
        db_default="",
    )
    withdrawal_days = models.PositiveSmallIntegerField(
        _("may be given back for (days)"),
        default=LEGAL_WITHDRAWAL_DAYS,
        db_default=LEGAL_WITHDRAWAL_DAYS,
        help_text=_("From the last parcel, as promised when it was bought."),
    )
    kit = models.ForeignKey(
        "order.OrderKit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("sold in this kit"),
    )

    class Meta(AbstractLine.Meta):
        abstract = False
        ordering: ClassVar[list[str]] = []
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(line_price_incl_tax__gte=0)
                & models.Q(line_price_incl_tax__lte=models.F("line_price_before_discounts_incl_tax")),
                name="order_line_price_in_range",
            ),
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_unique"),
        ]
