"""The words of the inventory: kinds of location, kinds of movement, states of a reservation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    """What a location is."""

    WAREHOUSE = "warehouse", _("Warehouse")
    STORE = "store", _("Store")


class MovementKind(models.TextChoices):
    """Why a stock figure changed."""

    RECEIVE = "receive", _("Received")
    RESERVE = "reserve", _("Reserved for an order")
    RELEASE = "release", _("Reservation given back")
    SHIP = "ship", _("Shipped")
    RETURN = "return", _("Returned")
    COUNT = "count", _("Counted")
    CORRECT = "correct", _("Corrected")
    TRANSFER_OUT = "transfer_out", _("Sent to another location")
    TRANSFER_IN = "transfer_in", _("Received from another location")


class ReservationState(models.TextChoices):
    """Where reserved units are."""

    HELD = "held", _("Held")
    SHIPPED = "shipped", _("Shipped")
    RELEASED = "released", _("Given back")
