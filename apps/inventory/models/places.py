"""Where stock lies and goods leave from: warehouses, stores, logistics partners; their days and what they can do."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.inventory.enums import LocationKind

WORKING_WEEK = (0, 1, 2, 3, 4)


def working_week() -> list[int]:
    """Monday to Friday."""
    return list(WORKING_WEEK)


class Location(models.Model):
    """
    A place that holds stock, or goods on their way to one.

    Goods on their way (kind `inbound`) are a place of their own until they arrive: what is expected is on hand there,
    what is sold of it is reserved there, and so no unit that is to come is promised twice. arrives_at, expected_on:
    where and on which day they are expected; others have neither. sells_online and share_percent are the consent of
    who runs it: without, nothing of it is sold on the web; with, that share of each SKU at most. Empty cut-off: the
    delivery method's. Empty capacity: as much as comes.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=LocationKind.choices)
    group = models.SlugField(
        _("group"), max_length=40, blank=True, db_default="", help_text=_("Sourcing rules can name it.")
    )
    country = models.CharField(_("country"), max_length=2)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    street = models.CharField(_("street"), max_length=160, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    opening_hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    takes_returns = models.BooleanField(
        _("takes returns at its counter"),
        default=False,
        db_default=False,
        help_text=_("Shoppers may bring back here what they ordered on the web."),
    )
    offers_collection = models.BooleanField(
        _("orders can be collected here"),
        default=False,
        db_default=False,
        help_text=_("Shoppers may choose it at checkout while it serves the web shop."),
    )
    sells_online = models.BooleanField(_("serves the web shop"), default=True)
    share_percent = models.PositiveSmallIntegerField(
        _("share for the web, percent"),
        default=100,
        db_default=100,
        help_text=_("Of each SKU on hand, what the web may be promised at most."),
    )
    ships_on = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("hands over on"),
        default=working_week,
        db_default=working_week(),
        help_text=_("Days of the week, 0 is Monday."),
    )
    cutoff = models.TimeField(_("ordered until, handed over the same day"), null=True, blank=True)
    handling_days = models.PositiveSmallIntegerField(_("working days to prepare"), default=0, db_default=0)
    daily_capacity = models.PositiveIntegerField(_("orders a day"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    partner = models.SlugField(
        _("logistics partner"),
        max_length=40,
        blank=True,
        db_default="",
        help_text=_("The name of the outside system that picks and ships here, as in OUTBOUND_SYSTEMS."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    arrives_at = models.ForeignKey(
        "self", models.PROTECT, related_name="inbound", null=True, blank=True, verbose_name=_("arrives at")
    )
    expected_on = models.DateField(_("expected on"), null=True, blank=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(share_percent__lte=100), name="location_share_is_a_share"),
            models.CheckConstraint(condition=Q(kind__in=LocationKind.values), name="location_kind_known"),
            models.CheckConstraint(
                condition=Q(daily_capacity__isnull=True) | Q(daily_capacity__gte=1), name="location_capacity_positive"
            ),
            models.CheckConstraint(
                condition=Q(partner="") | Q(kind=LocationKind.PARTNER), name="location_partner_is_one"
            ),
            models.CheckConstraint(
                condition=Q(kind=LocationKind.INBOUND, arrives_at__isnull=False, expected_on__isnull=False)
                | ~Q(kind=LocationKind.INBOUND) & Q(arrives_at__isnull=True, expected_on__isnull=True),
                name="location_inbound_has_place_and_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> tuple[float, float] | None:
        """Where it lies, in degrees north and east; None where nobody said."""
        if self.latitude is None or self.longitude is None:
            return None
        return float(self.latitude), float(self.longitude)


class InboundManager(models.Manager["Inbound"]):
    """Goods on their way only."""

    def get_queryset(self) -> models.QuerySet["Inbound"]:
        """Return the places of that kind."""
        return super().get_queryset().filter(kind=LocationKind.INBOUND)


class Inbound(Location):
    """Goods on their way to a location, from a supplier or from another location."""

    objects: ClassVar[InboundManager] = InboundManager()

    class Meta:
        proxy = True
        verbose_name = _("goods on their way")
        verbose_name_plural = _("goods on their way")


class LocationClosure(models.Model):
    """Days on which a location hands nothing over, both included, besides the holidays of its country."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="closures", verbose_name=_("location"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="closure_days_forward")
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class LocationDay(models.Model):
    """How many orders a location with a capacity has taken for a day. The database refuses one more than it can do."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("location"))
    day = models.DateField(_("day"))
    capacity = models.PositiveIntegerField(_("orders it can do"))
    taken = models.PositiveIntegerField(_("orders taken"))

    class Meta:
        verbose_name = _("day of a location")
        verbose_name_plural = _("days of locations")
        constraints: ClassVar = [models.UniqueConstraint(fields=["location", "day"], name="location_day_unique")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day}: {self.taken}/{self.capacity}"


class CapacityUse(models.Model):
    """The place an order has among the orders a location does on a day."""

    reference = models.CharField(_("reference"), max_length=80)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("location"))
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("use of a capacity")
        verbose_name_plural = _("uses of capacities")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference", "location"], name="capacity_use_once_per_order")
        ]

    def __str__(self) -> str:
        return f"{self.reference} @ {self.location_id} {self.day}"
