"""Rules that say from where goods are sent, the decisions they led to, and where a postcode lies."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.inventory.enums import PLACES, DecisionCause, RuleAction, SourcingSort


class SourcingRule(models.Model):
    """
    One step of deciding which locations give the goods of an order; the steps of a market are asked in their order.

    A rule looks at the market's locations that pass its filters, sorts them and does its action. Empty filters let
    every location pass. Amounts in minor units of the market's currency, tax as its prices show it.
    """

    market = models.ForeignKey(
        "markets.Market", models.CASCADE, related_name="sourcing_rules", verbose_name=_("market")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)
    delivery_code = models.SlugField(
        _("delivery method"), max_length=40, blank=True, help_text=_("Its code; empty for every method.")
    )
    kinds = ArrayField(
        models.CharField(max_length=10, choices=PLACES),
        verbose_name=_("kinds of location"),
        default=list,
        blank=True,
    )
    groups = ArrayField(models.SlugField(max_length=40), verbose_name=_("groups"), default=list, blank=True)
    max_distance_km = models.PositiveIntegerField(
        _("at most so far from the delivery address, km"), null=True, blank=True
    )
    max_wait_days = models.PositiveSmallIntegerField(
        _("leaves within days"), null=True, blank=True, help_text=_("Calendar days; 0 is today.")
    )
    sorts = ArrayField(
        models.CharField(max_length=12, choices=SourcingSort.choices),
        verbose_name=_("prefer"),
        default=list,
        blank=True,
        help_text=_("First wish first. Empty: the order in which the market lists its locations."),
    )
    max_parcels = models.PositiveSmallIntegerField(_("at most so many parcels"), null=True, blank=True)
    min_parcel_minor = models.BigIntegerField(_("goods in a parcel worth at least (minor units)"), default=0)
    action = models.CharField(_("action"), max_length=10, choices=RuleAction.choices, default=RuleAction.ALLOCATE)
    wait_days = models.PositiveSmallIntegerField(
        _("wait so many days"), null=True, blank=True, help_text=_("For “Wait for stock” only.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("sourcing rule")
        verbose_name_plural = _("sourcing rules")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["market", "position"],
                name="sourcing_rule_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(action__in=RuleAction.values), name="sourcing_rule_action_known"),
            models.CheckConstraint(
                condition=Q(max_parcels__isnull=True) | Q(max_parcels__gte=1), name="sourcing_rule_parcels_positive"
            ),
            models.CheckConstraint(condition=Q(min_parcel_minor__gte=0), name="sourcing_rule_value_not_negative"),
            models.CheckConstraint(
                condition=(Q(action=RuleAction.WAIT) & Q(wait_days__isnull=False))
                | (~Q(action=RuleAction.WAIT) & Q(wait_days__isnull=True)),
                name="sourcing_rule_waits_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SourcingDecision(models.Model):
    """
    Append-only: why the goods of a reference come from where they come.

    need: what was asked and how the stock was, enough to decide again. rules: the rules as they were. trace: what each
    rule saw and did. plan: the parcels it came to.
    """

    reference = models.CharField(_("reference"), max_length=80, db_index=True)
    cause = models.CharField(_("cause"), max_length=10, choices=DecisionCause.choices)
    market = models.CharField(_("market"), max_length=40)
    need = models.JSONField(_("asked"))
    rules = models.JSONField(_("rules"))
    trace = models.JSONField(_("steps"))
    plan = models.JSONField(_("parcels"))
    actor = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sourcing decision")
        verbose_name_plural = _("sourcing decisions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(cause__in=DecisionCause.values), name="sourcing_decision_cause_known")
        ]
        indexes: ClassVar = [models.Index(fields=["market", "-at"], name="sourcing_decision_by_market")]

    def __str__(self) -> str:
        return f"{self.reference} {self.cause}"


class PostcodeArea(models.Model):
    """About where the postcodes that begin with a prefix lie. The longest prefix that fits a postcode counts."""

    country = models.CharField(_("country"), max_length=2)
    prefix = models.CharField(_("postcodes that begin with"), max_length=12)
    name = models.CharField(_("name"), max_length=80, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5)

    class Meta:
        verbose_name = _("postcode area")
        verbose_name_plural = _("postcode areas")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "prefix"], name="postcode_area_unique"),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="postcode_area_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.prefix}"
