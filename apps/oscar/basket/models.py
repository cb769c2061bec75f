"""Oscar's basket, bound to a market."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.basket.abstract_models import AbstractBasket


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


from oscar.apps.basket.models import *  # noqa: E402, F403 -- Oscar skips what is registered above
