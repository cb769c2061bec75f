"""The inventory's tables. Carries Oscar's label `partner`: its unused rows are kept as they are."""

from apps.inventory.models.places import CapacityUse, Inbound, Location, LocationClosure, LocationDay
from apps.inventory.models.sourcing import PostcodeArea, SourcingDecision, SourcingRule
from apps.inventory.models.stock import Reservation, StockLevel, StockMovement

# isort: split
# Last: Oscar skips what is registered above.
from oscar.apps.partner.models import *  # noqa: F403

__all__ = [
    "CapacityUse",
    "Inbound",
    "Location",
    "LocationClosure",
    "LocationDay",
    "PostcodeArea",
    "Reservation",
    "SourcingDecision",
    "SourcingRule",
    "StockLevel",
    "StockMovement",
]
