"""The words of the catalogue: availability codes, publication states, price sources."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Availability(models.IntegerChoices):
    """What a shopper may be told about stock; kept on the publication row as a small number."""

    SOLD_OUT = 0, _("Sold out")
    LOW = 1, _("Only a few left")
    IN_STOCK = 2, _("In stock")
    STORE_ONLY = 3, _("In stores only")
    COMING = 4, _("On its way to us")


class ProductStatus(models.TextChoices):
    """Whether a product may be published at all."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class PriceListKind(models.TextChoices):
    """Why a price list exists; base prices are what promotions are measured against."""

    BASE = "base", _("Base prices")
    PROMOTION = "promotion", _("Promotional prices")
    GROUP = "group", _("Prices of a customer group")


class ImportState(models.TextChoices):
    """How far an import has come. Only `ready` may be applied; an interrupted `applying` may be applied again."""

    DRAFT = "draft", _("Draft")
    VALIDATING = "validating", _("Being checked")
    READY = "ready", _("Ready to apply")
    APPLYING = "applying", _("Being applied")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class ImportRowStatus(models.TextChoices):
    """What becomes of a row."""

    STAGED = "staged", _("Received")
    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")


class IssueSeverity(models.TextChoices):
    """An error refuses the import; a warning is told and the row taken."""

    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")


class WithdrawalException(models.TextChoices):
    """
    Why goods cannot be given back, or only while their seal is unbroken (Directive 2011/83 art. 16, C. conso L221-28).

    The first two take the right away, the others end it once the seal is broken.
    """

    MADE_TO_MEASURE = "made_to_measure", _("Made to your wishes")
    PERISHABLE = "perishable", _("Spoils quickly")
    HYGIENE = "hygiene", _("Sealed for hygiene or health")
    RECORDING = "recording", _("Sealed recording or software")


# The right to withdraw does not exist for these.
NO_WITHDRAWAL = frozenset({WithdrawalException.MADE_TO_MEASURE, WithdrawalException.PERISHABLE})
