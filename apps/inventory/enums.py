"""The words of the inventory: kinds of location and movement, states of a reservation, parts of a sourcing rule."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    """What a location is."""

    WAREHOUSE = "warehouse", _("Warehouse")
    STORE = "store", _("Store")
    PARTNER = "partner", _("Logistics partner")
    INBOUND = "inbound", _("Goods on their way")


PLACES = tuple((kind.value, kind.label) for kind in LocationKind if kind != LocationKind.INBOUND)
"""The kinds of place people work in, for forms."""


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
    ANNOUNCE = "announce", _("Announced")
    ARRIVE = "arrive", _("Arrived")


class ReservationState(models.TextChoices):
    """Where reserved units are."""

    HELD = "held", _("Held")
    SHIPPED = "shipped", _("Shipped")
    RELEASED = "released", _("Given back")


class SourcingSort(models.TextChoices):
    """What a sourcing rule prefers among the locations that pass."""

    LISTED = "listed", _("As the market lists them")
    NEAREST = "nearest", _("Nearest to the delivery address")
    SOONEST = "soonest", _("Leaves soonest")
    MOST_STOCK = "most_stock", _("Most units of the goods")
    LEAST_BUSY = "least_busy", _("Most free capacity that day")


class RuleAction(models.TextChoices):
    """What a sourcing rule does."""

    ALLOCATE = "allocate", _("Take everything here, or ask the next rule")
    PART = "part", _("Take what is here, ask the next rule for the rest")
    QUEUE = "queue", _("Leave it for a person to decide")
    WAIT = "wait", _("Wait for stock")


class DecisionCause(models.TextChoices):
    """Why goods were sourced."""

    PLACED = "placed", _("Order placed")
    REJECTED = "rejected", _("Rejected by a location")
    AGAIN = "again", _("Tried again")
    HELD = "held", _("Kept for a checkout")
