"""What staff type about goods that come back. Rules are the operations'; these only read values."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import Location
from apps.orders.models import Order, ReturnLine
from apps.orders.returns.operations import Found
from apps.orders.returns.queries import Right

_KINDS = (("sellable", _("as good as new")), ("damaged", _("accepted, not to be sold")), ("refused", _("refused")))


class InspectForm(forms.Form):
    """For each line three numbers, where the goods are, and what was found."""

    def __init__(self, data: QueryDict | None, *, lines: Sequence[ReturnLine]) -> None:
        super().__init__(data)
        self._lines = lines
        for line in lines:
            for kind, label in _KINDS:
                self.fields[f"{kind}-{line.pk}"] = forms.IntegerField(
                    label=f"{line.line.title}: {label}",
                    min_value=0,
                    max_value=line.quantity,
                    initial=line.quantity if kind == "sellable" else 0,
                )
        self.fields["location"] = forms.ModelChoiceField(
            label=_("Where the goods are now"),
            queryset=Location.objects.filter(is_active=True).order_by("name"),
        )
        self.fields["note"] = forms.CharField(
            label=_("What was found"),
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Required when something is refused; the shopper reads it."),
        )

    @property
    def found(self) -> dict[int, Found]:
        """Return line id → what was found; of a valid form."""
        said = self.cleaned_data
        return {line.pk: Found(**{kind: said[f"{kind}-{line.pk}"] for kind, _label in _KINDS}) for line in self._lines}


class WithdrawalForm(forms.Form):
    """A withdrawal that came another way: who, where the receipt goes, how many of what."""

    name = forms.CharField(label=_("First and last name"), max_length=120)
    email = forms.EmailField(label=_("E-mail for the receipt"), max_length=254)

    def __init__(self, data: QueryDict | None, *, order: Order, right: Right) -> None:
        super().__init__(data)
        self._right = right
        self.fields["email"].initial = order.email
        for choice in right.choices:
            if choice.left:
                self.fields[f"units-{choice.line.pk}"] = forms.IntegerField(
                    label=choice.line.title, min_value=0, max_value=choice.left, initial=choice.left
                )

    @property
    def units(self) -> dict[int, int]:
        """Return line id → units; of a valid form."""
        return {
            choice.line.pk: self.cleaned_data[f"units-{choice.line.pk}"]
            for choice in self._right.choices
            if choice.left
        }
