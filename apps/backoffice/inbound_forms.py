"""What staff type about goods on their way, transfers and counts. Rules are the operations'; these only read values."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import MOST_UNITS
from apps.backoffice.goods_field import GoodsField
from apps.catalog.models import Product
from apps.inventory.models import Inbound, StockLevel
from apps.inventory.queries import workplaces

_GOODS_HELP = _("One SKU and its units on each line, as copied from a sheet.")


def _day(**options: Any) -> forms.DateField:  # noqa: ANN401 -- a field's own
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class _GoodsForm(forms.Form):
    """A form with a list of goods out of those a person may name."""

    def __init__(self, data: QueryDict | None, *, products: QuerySet[Product]) -> None:
        super().__init__(data)
        goods = self.fields["goods"]
        if isinstance(goods, GoodsField):
            goods.products = products


class AnnounceForm(_GoodsForm):
    """Goods a supplier sends."""

    location = forms.ModelChoiceField(label=_("Arrive at"), queryset=workplaces())
    expected_on = _day(label=_("Expected on"))
    reference = forms.CharField(label=_("Purchase order or delivery note"), max_length=80)
    sells_online = forms.BooleanField(
        label=_("The web may sell them before they are here"), required=False, initial=True
    )
    percent = forms.IntegerField(
        label=_("Share for the web, percent"),
        min_value=0,
        max_value=100,
        initial=100,
        help_text=_("Less than 100 keeps some back against a delivery that falls short."),
    )
    goods = GoodsField(label=_("Goods"), help_text=_GOODS_HELP)


class SendForm(_GoodsForm):
    """Goods that go from one location to another."""

    from_location = forms.ModelChoiceField(label=_("From"), queryset=workplaces())
    to_location = forms.ModelChoiceField(label=_("To"), queryset=workplaces())
    expected_on = _day(label=_("Arrive on"), required=False, help_text=_("Empty: they are there already."))
    reference = forms.CharField(label=_("Reference"), max_length=80)
    goods = GoodsField(label=_("Goods"), help_text=_GOODS_HELP)


class CountSheetForm(_GoodsForm):
    """What was counted at a location. SKUs that are not named stay as they are."""

    location = forms.ModelChoiceField(label=_("Location"), queryset=workplaces())
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    goods = GoodsField(
        label=_("Counted"), lowest=0, help_text=_("One SKU and the units found on each line; others stay as they are.")
    )


class DayForm(forms.Form):
    """When goods come now."""

    day = _day(label=_("Expected on"))
    sells_online = forms.BooleanField(label=_("The web may sell them before they are here"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, data: QueryDict | None, *, inbound: Inbound) -> None:
        super().__init__(data, initial={"day": inbound.expected_on, "sells_online": inbound.sells_online})


class ArriveForm(forms.Form):
    """For each product on its way how many units came, and how many were still expected when the page was shown."""

    def __init__(self, data: QueryDict | None, *, levels: Sequence[StockLevel]) -> None:
        super().__init__(data)
        self._levels = levels
        for level in levels:
            self.fields[f"units-{level.product_id}"] = forms.IntegerField(
                label=f"{level.product.get_title()} ({level.product.upc})",
                min_value=0,
                max_value=MOST_UNITS,
                initial=level.on_hand,
                help_text=_("of %(count)s") % {"count": level.on_hand},
            )
            self.fields[f"seen-{level.product_id}"] = forms.IntegerField(
                min_value=0, max_value=MOST_UNITS, initial=level.on_hand, widget=forms.HiddenInput
            )

    def units(self, said: Mapping[str, Any]) -> dict[int, int]:
        """Return product id → units that came."""
        return {level.product_id: said[f"units-{level.product_id}"] for level in self._levels}

    def seen(self, said: Mapping[str, Any]) -> dict[int, int]:
        """Return product id → units that were expected when the page was shown."""
        return {level.product_id: said[f"seen-{level.product_id}"] for level in self._levels}
