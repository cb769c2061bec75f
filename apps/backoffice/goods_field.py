"""Goods as people write them down: one SKU and its units on each line."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.catalog.operations import Component

MOST_LINES = 2000
_LINE = re.compile(r"^(?P<sku>\S+)[\s;,]+(?P<units>\d{1,7})$")
_OF_A_KIT = re.compile(r"^(?P<sku>[^\s;,]+)[\s;,]+(?P<units>\d{1,3})(?:[\s;,]+(?P<share>\d{1,5}))?$")
_TOLD = 5


class GoodsField(forms.CharField):
    """
    A text of lines such as `KETTLE-2 12` or `KETTLE-2;12`, as copied from a sheet; becomes product id → units.

    products: what may be named. An empty text, where it is allowed, is no goods. lowest: the fewest units of a line.
    The same SKU twice is refused: a list that names it twice was put together wrongly.
    """

    pattern = _LINE
    wrong = _("Each line is one SKU and its units, each SKU once. Please look at: %(lines)s")

    def __init__(self, *, lowest: int = 1, **options: Any) -> None:  # noqa: ANN401 -- a field's own
        super().__init__(widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}), **options)
        self.lowest = lowest
        self.products: QuerySet[Product] = Product.objects.none()

    def clean(self, value: Any) -> Any:  # noqa: ANN401 -- as Django's own
        """Read the lines; raise ValidationError naming those that cannot be read."""
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(most)s lines.") % {"most": MOST_LINES})
        units: dict[str, Any] = {}
        wrong = []
        for line in lines:
            found = self.pattern.match(line)
            if found is None or int(found["units"]) < self.lowest or found["sku"] in units:
                wrong.append(line[:60])
            else:
                units[found["sku"]] = self.told(found)
        if wrong:
            raise ValidationError(self.wrong % {"lines": ", ".join(wrong[:_TOLD])})
        sold = self.products.exclude(structure="parent").filter(upc__in=units)
        ids = dict(sold.values_list("upc", "pk"))
        unknown = [sku for sku in units if sku not in ids]
        if unknown:
            raise ValidationError(_("No such SKU: %(skus)s") % {"skus": ", ".join(unknown[:_TOLD])})
        return {ids[sku]: count for sku, count in units.items()}

    def told(self, found: re.Match[str]) -> Any:  # noqa: ANN401 -- of subclasses something else
        """What a line says of its SKU."""
        return int(found["units"])


class KitField(GoodsField):
    """What a kit is made of, such as `LID-2 4` or `LID-2 4 30`: units, and a share of the price; becomes components."""

    pattern = _OF_A_KIT
    wrong = _(
        "Each line is one SKU, its units and, if you like, its share of the price; each SKU once. Please look at:"
        " %(lines)s"
    )

    def clean(self, value: Any) -> Any:  # noqa: ANN401 -- as Django's own
        """Read the lines as `GoodsField` does, into components in their order."""
        return [
            Component(product_id=product_id, quantity=units, share=share)
            for product_id, (units, share) in super().clean(value).items()
        ]

    def told(self, found: re.Match[str]) -> tuple[int, int | None]:
        """Units and share."""
        return int(found["units"]), int(found["share"]) if found["share"] else None
