"""Stock levels, the movements that explain them, and the promises made on them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from apps.inventory.enums import MovementKind, ReservationState
from apps.inventory.models.places import Location


class StockLevel(models.Model):
    """
    How many units of a SKU a location has, and how many of them are promised.

    free: what web orders may still be promised, counted by the database alone: of the units on hand the location keeps
    its safety stock and shares `share_percent` with the web; what is promised already is taken off. The database
    refuses reserved > on_hand, so a unit cannot be promised twice even by code that forgets to ask.
    """

    location = models.ForeignKey(Location, models.PROTECT, related_name="levels", verbose_name=_("location"))
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="levels", verbose_name=_("product"))
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    safety = models.IntegerField(_("safety stock"), default=0)
    share_percent = models.PositiveSmallIntegerField(_("share for the web, percent"), default=100, db_default=100)
    free = models.GeneratedField(
        expression=Greatest(
            Least(F("on_hand") - F("safety"), F("on_hand") * F("share_percent") / 100) - F("reserved"), 0
        ),
        output_field=models.IntegerField(_("free")),
        db_persist=True,
        verbose_name=_("free"),
    )

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "location"], name="stock_level_unique"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_level_reserved_not_negative"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="stock_level_reserved_within_on_hand"),
            models.CheckConstraint(condition=Q(safety__gte=0), name="stock_level_safety_not_negative"),
            models.CheckConstraint(condition=Q(share_percent__lte=100), name="stock_level_share_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} @ {self.location_id}"


class StockMovement(models.Model):
    """Append-only: a change of a level, with its cause. A level is the sum of its movements."""

    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="movements", verbose_name=_("stock level"))
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind.choices)
    on_hand_delta = models.IntegerField(_("change on hand"), default=0)
    reserved_delta = models.IntegerField(_("change reserved"), default=0)
    reference = models.CharField(_("reference"), max_length=80, blank=True, db_index=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(on_hand_delta=0) | ~Q(reserved_delta=0), name="stock_movement_moves_something"
            ),
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="stock_movement_kind_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["level", "id"], name="stock_movement_by_level")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on_hand_delta:+d}/{self.reserved_delta:+d}"


class Reservation(models.Model):
    """
    Units of one level promised to one order; the level names the product, so this is one line at one location.

    What leaves or is given back in parts is a row of its own: a reference holds at most one promise on a level.
    ships_on: the day the location plans to hand the goods over.
    """

    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="reservations", verbose_name=_("stock level"))
    reference = models.CharField(
        _("reference"), max_length=80, help_text=_("Whom the units are promised to, as in order:<number>.")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=8, choices=ReservationState.choices, default=ReservationState.HELD)
    ships_on = models.DateField(_("leaves on"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        indexes: ClassVar = [
            models.Index(fields=["level"], name="reservation_held_by_level", condition=Q(state="held")),
            models.Index(fields=["reference"], name="reservation_by_reference"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reference", "level"], condition=Q(state="held"), name="reservation_held_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="reservation_quantity_positive"),
            models.CheckConstraint(condition=Q(state__in=ReservationState.values), name="reservation_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity}"
