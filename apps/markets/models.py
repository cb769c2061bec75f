"""Brands, the markets they sell in, the locales of a market and its tax rates."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.markets.enums import (
    CAPTURE_CHOICES,
    LEGAL_WITHDRAWAL_DAYS,
    CapturePolicy,
    LaunchState,
    RoundingLevel,
    RoundingMode,
    TaxClass,
)


class Brand(models.Model):
    """A face of the group: its own hosts, template set, sender and assortment."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    hosts = ArrayField(
        models.CharField(max_length=253),
        verbose_name=_("hosts"),
        help_text=_("Host names without port, lower case."),
    )
    is_default = models.BooleanField(_("answers for unknown hosts"), default=False)
    mail_from = models.EmailField(_("sender of mails"))
    legal_name = models.CharField(_("legal name"), max_length=120)
    legal_address = models.TextField(_("legal address"))

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="brand_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


class Market(models.Model):
    """A brand in a country: one currency, one way of showing tax, its languages and its launch state."""

    code = models.SlugField(_("code"), max_length=30, unique=True, help_text=_("Brand and country, as in halles-fr."))
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="markets", verbose_name=_("brand"))
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166, two capitals."))
    currency = models.CharField(_("currency"), max_length=3)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    rounding_level = models.CharField(
        _("tax is rounded at"), max_length=8, choices=RoundingLevel.choices, default=RoundingLevel.LINE
    )
    rounding_mode = models.CharField(
        _("half a cent goes"), max_length=10, choices=RoundingMode.choices, default=RoundingMode.HALF_UP
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Paris")
    template_set = models.SlugField(
        _("template set"), max_length=20, blank=True, help_text=_("Folder under templates/markets; empty for none.")
    )
    features = models.JSONField(_("features"), default=dict, blank=True)
    launch_state = models.CharField(
        _("launch state"), max_length=8, choices=LaunchState.choices, default=LaunchState.DRAFT
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    payment_methods = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("payment methods"),
        default=list,
        help_text=_("Codes in the order shown: card, bank_transfer, demo."),
    )
    capture = models.CharField(
        _("cards are charged"),
        max_length=20,
        choices=CAPTURE_CHOICES,
        default=CapturePolicy.AT_ONCE,
        db_default=CapturePolicy.AT_ONCE,
        help_text=_("Holds for new orders and for providers that can set an amount aside; transfers are paid at once."),
    )
    unpaid_order_ttl_minutes = models.PositiveIntegerField(_("unpaid orders expire after (minutes)"), default=60)
    checkout_hold_minutes = models.PositiveSmallIntegerField(
        _("goods are kept in the checkout for (minutes)"),
        default=15,
        validators=[MaxValueValidator(120)],
        help_text=_("From its first step; 0 keeps nothing before the order."),
    )
    order_min_minor = models.PositiveBigIntegerField(
        _("least an order is taken for"),
        null=True,
        blank=True,
        help_text=_("Goods after discounts, in the currency's smallest unit: 2000 is 20.00 EUR. Empty: any amount."),
    )
    order_max_minor = models.PositiveBigIntegerField(
        _("most an order is taken for"),
        null=True,
        blank=True,
        help_text=_("Goods after discounts, in the currency's smallest unit. Empty: any amount."),
    )
    withdrawal_days = models.PositiveSmallIntegerField(
        _("goods may be given back for (days)"),
        default=LEGAL_WITHDRAWAL_DAYS,
        db_default=LEGAL_WITHDRAWAL_DAYS,
        validators=[MinValueValidator(LEGAL_WITHDRAWAL_DAYS), MaxValueValidator(365)],
        help_text=_(
            "From the last parcel; the law asks for 14. Categories may give more. Orders keep what was promised."
        ),
    )
    stock_location_codes = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("stock locations"),
        default=list,
        help_text=_("Codes of the locations that may serve this market, first choice first."),
    )

    class Meta:
        verbose_name = _("market")
        verbose_name_plural = _("markets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "country"], name="market_brand_country_unique"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="market_country_two_capitals"),
            models.CheckConstraint(
                condition=Q(order_min_minor__isnull=True)
                | Q(order_max_minor__isnull=True)
                | Q(order_min_minor__lte=F("order_max_minor")),
                name="market_order_limits_fit",
                violation_error_message=_("The least an order is taken for is more than the most."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawal_days__gte=LEGAL_WITHDRAWAL_DAYS), name="market_withdrawal_as_the_law_asks"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="market_currency_three_capitals"),
        ]

    def __str__(self) -> str:
        return self.code


class LegalIdentity(models.Model):
    """
    The entity that sells in a market, as its law has it told on the legal notice, in mails and in the terms.

    LCEN art. 1-1 (France), DDG § 5 (Germany), CEL XII.6 (Belgium), Electronic Commerce Regulations 2002 reg. 6 (UK).
    """

    market = models.OneToOneField(Market, models.CASCADE, related_name="identity", verbose_name=_("market"))
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Empty for the brand's legal name."))
    address = models.TextField(_("address"), blank=True, help_text=_("Empty for the brand's legal address."))
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Empty for the brand's sender of mails."))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=80, blank=True)
    registration = models.CharField(
        _("register and number"), max_length=120, blank=True, help_text=_("As in: RCS Lyon 123 456 789.")
    )
    capital = models.CharField(_("share capital"), max_length=60, blank=True)
    vat_id = models.CharField(_("VAT number"), max_length=20, blank=True)
    invoice_prefix = models.CharField(
        _("start of invoice numbers"),
        max_length=12,
        blank=True,
        help_text=_("Capitals, digits, hyphens. Markets of one company share it. Empty for the market's code."),
    )
    invoice_note = models.TextField(_("note on invoices"), blank=True, help_text=_("Printed under the sums."))
    representative = models.CharField(_("represented by"), max_length=120, blank=True)
    publication_director = models.CharField(_("responsible for publication"), max_length=120, blank=True)
    host = models.TextField(_("host"), blank=True, help_text=_("Name, address and telephone."))
    mediator = models.TextField(
        _("mediator"), blank=True, help_text=_("Name, address and site of the body for disputes with consumers.")
    )
    authority = models.TextField(_("supervisory authority"), blank=True)

    class Meta:
        verbose_name = _("legal identity")
        verbose_name_plural = _("legal identities")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(invoice_prefix__regex=r"^[A-Z0-9-]*$"), name="legal_identity_prefix_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.market.code


class MarketLocale(models.Model):
    """A language spoken in a market and where its missing texts come from."""

    market = models.ForeignKey(Market, models.CASCADE, related_name="locales", verbose_name=_("market"))
    language = models.CharField(_("language"), max_length=2, help_text=_("ISO 639, two letters."))
    fallbacks = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("fallback languages"),
        default=list,
        blank=True,
        help_text=_("Asked in this order when a text is missing in the language."),
    )
    is_default = models.BooleanField(_("default of the market"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("locale of a market")
        verbose_name_plural = _("locales of markets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["market", "language"], name="market_locale_unique"),
            models.UniqueConstraint(fields=["market"], condition=Q(is_default=True), name="market_locale_one_default"),
        ]

    def __str__(self) -> str:
        return f"{self.language}-{self.market.country.lower()} ({self.market.code})"


class TaxRate(models.Model):
    """The rate of a tax class in a market from a day on."""

    market = models.ForeignKey(Market, models.CASCADE, related_name="tax_rates", verbose_name=_("market"))
    tax_class = models.CharField(_("tax class"), max_length=10, choices=TaxClass.choices)
    percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=3)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to (excluded)"), null=True, blank=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lt=100), name="tax_rate_percent_in_range"),
            ExclusionConstraint(
                name="tax_rate_periods_do_not_overlap",
                expressions=[
                    ("market", RangeOperators.EQUAL),
                    ("tax_class", RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market.code} {self.tax_class} {self.percent} %"
