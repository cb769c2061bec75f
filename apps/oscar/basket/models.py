"""Oscar's basket, bound to a market."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.basket.abstract_models import AbstractBasket, AbstractLine


class Basket(AbstractBasket):
    """A basket belongs to one market; a visitor without an account holds its token in a signed cookie."""

    market = models.ForeignKey("markets.Market", models.PROTECT, related_name="+", verbose_name=_("market"), null=True)

    class Meta(AbstractBasket.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "market"],
                condition=models.Q(status="Open", owner__isnull=False),
                name="basket_one_open_per_owner_and_market",
            ),
        ]


class Line(AbstractLine):
    """One product of a basket. Its price columns remember what the shopper saw, to say so when it changes."""

    class Meta(AbstractLine.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["basket", "product"], name="basket_line_product_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=999), name="basket_line_quantity_in_range"
            ),
        ]


from oscar.apps.basket.models import *  # noqa: E402, F403 -- Oscar skips what is registered above
