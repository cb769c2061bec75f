"""The words of the markets app: launch states, tax display, rounding."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LEGAL_WITHDRAWAL_DAYS = 14
"""The least in every market (Directive 2011/83 art. 9, C. conso L221-18; UK: Consumer Contracts Regs 2013, reg. 30)."""


class LaunchState(models.TextChoices):
    """Who may see a market's shop."""

    DRAFT = "draft", _("Draft: staff only")
    LIVE = "live", _("Live")
    CLOSED = "closed", _("Closed: pages stay, nothing can be bought")


class RoundingLevel(models.TextChoices):
    """Where a market rounds tax."""

    UNIT = "unit", _("Each unit")
    LINE = "line", _("Each line")
    TOTAL = "total", _("The total per rate")


class RoundingMode(models.TextChoices):
    """How half a cent is rounded."""

    HALF_UP = "half_up", _("Half up")
    HALF_EVEN = "half_even", _("Half to even")


class CapturePolicy(models.TextChoices):
    """When a card that was authorised is charged. The last is a provider's limit, not a market's choice."""

    AT_ONCE = "at_once", _("With the order")
    AT_SHIPMENT = "at_shipment", _("With each parcel that leaves")
    AT_FIRST_SHIPMENT = "at_first_shipment", _("Whole, with the first parcel that leaves")


# What a market may choose.
CAPTURE_CHOICES = [(each.value, each.label) for each in (CapturePolicy.AT_ONCE, CapturePolicy.AT_SHIPMENT)]


class TaxClass(models.TextChoices):
    """What a product is for the tax office; each market gives each class a rate."""

    STANDARD = "standard", _("Standard")
    REDUCED = "reduced", _("Reduced")
    BOOKS = "books", _("Books")
    ZERO = "zero", _("Zero")
