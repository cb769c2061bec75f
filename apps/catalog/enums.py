"""The words of the catalogue: availability codes, publication states, price sources."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Availability(models.IntegerChoices):
    """What a shopper may be told about stock; kept on the publication row as a small number."""

    SOLD_OUT = 0, _("Sold out")
    LOW = 1, _("Only a few left")
    IN_STOCK = 2, _("In stock")
    STORE_ONLY = 3, _("In stores only")


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
