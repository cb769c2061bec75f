"""What staff type about goods that come back. Rules are the operations'; these only read values."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.core.money import Money
from apps.inventory.models import Location
from apps.inventory.queries import workplaces
from apps.orders.models import Order, ReturnLine
from apps.orders.returns.operations import Found
from apps.orders.returns.queries import Right

_KINDS = (
    ("sellable", _("as good as new")),
    ("refurbish", _("accepted, to be made good")),
    ("damaged", _("accepted, not to be sold")),
    ("refused", _("refused")),
)


class InspectForm(forms.Form):
    """For each line how many of each kind and what is deducted, where the goods are, and what was found."""

    def __init__(
        self, data: QueryDict | None, *, lines: Sequence[ReturnLine], currency: str, place_id: int | None
    ) -> None:
        super().__init__(data)
        self._lines = lines
        self._currency = currency
        for line in lines:
            for kind, label in _KINDS:
                self.fields[f"{kind}-{line.pk}"] = forms.IntegerField(
                    label=f"{line.line.title}: {label}",
                    min_value=0,
                    max_value=line.quantity,
                    initial=line.quantity if kind == "sellable" else 0,
                )
            self.fields[f"deduct-{line.pk}"] = forms.DecimalField(
                label=f"{line.line.title}: {_('deducted for use')}",
                min_value=0,
                max_digits=10,
                decimal_places=2,
                initial=0,
                required=False,
                help_text=_("Only for use beyond what trying it out needs."),
            )
        self.fields["location"] = forms.ModelChoiceField(
            label=_("Where the goods are now"),
            queryset=workplaces(),
            initial=place_id,
        )
        self.fields["note"] = forms.CharField(
            label=_("What was found"),
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Required when something is refused or deducted; the shopper reads it."),
        )

    @property
    def found(self) -> dict[int, Found]:
        """Return line id → what was found; of a valid form."""
        said = self.cleaned_data
        return {
            line.pk: Found(
                **{kind: said[f"{kind}-{line.pk}"] for kind, _label in _KINDS},
                deduct_minor=Money(said[f"deduct-{line.pk}"] or Decimal(0), self._currency).minor,
            )
            for line in self._lines
        }


class WithdrawalForm(forms.Form):
    """A withdrawal that came another way: who, where the receipt goes, how many of what."""

    name = forms.CharField(label=_("First and last name"), max_length=120)
    email = forms.EmailField(label=_("E-mail for the receipt"), max_length=254)

    def __init__(self, data: QueryDict | None, *, order: Order, right: Right, places: QuerySet[Location]) -> None:
        super().__init__(data)
        self._right = right
        self.fields["email"].initial = order.email
        self.fields["place"] = forms.ModelChoiceField(
            label=_("Brought back to"),
            queryset=places,
            required=False,
            help_text=_("Empty: the goods are sent."),
        )
        for choice in right.choices:
            if choice.left:
                self.fields[f"units-{choice.line.pk}"] = forms.IntegerField(
                    label=choice.line.title,
                    min_value=0,
                    max_value=choice.left,
                    initial=0 if choice.exception else choice.left,
                    help_text=choice.exception,
                )

    @property
    def units(self) -> dict[int, int]:
        """Return line id → units; of a valid form."""
        return {
            choice.line.pk: self.cleaned_data[f"units-{choice.line.pk}"]
            for choice in self._right.choices
            if choice.left
        }
