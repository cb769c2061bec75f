"""What staff type about sourcing and fulfilment. Rules are the operations'; these only read values."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.inventory.enums import PLACES, RuleAction, SourcingSort
from apps.inventory.models import SourcingRule
from apps.orders.enums import RejectReason
from apps.orders.models import FulfilmentLine

LOCAL = "%Y-%m-%dT%H:%M"


class PauseForm(forms.Form):
    """Until when a location gets no new orders; nothing ends a pause."""

    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        input_formats=[LOCAL],
        help_text=_("Empty: serve the web again now."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ShareForm(forms.Form):
    """What part of each SKU the web may be promised."""

    percent = forms.IntegerField(label=_("Share for the web, percent"), min_value=0, max_value=100)


class UnitsForm(forms.Form):
    """For each line of a fulfilment how many units are meant."""

    def __init__(self, data: QueryDict | None, *, lines: Sequence[FulfilmentLine], all_of_them: bool) -> None:
        super().__init__(data)
        self._lines = lines
        for line in lines:
            self.fields[f"units-{line.line_id}"] = forms.IntegerField(
                label=f"{line.line.title} ({line.line.partner_sku})",
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity if all_of_them else 0,
                help_text=_("of %(count)s") % {"count": line.quantity},
            )
        self.order_fields([f"units-{line.line_id}" for line in lines])

    def units(self, said: Mapping[str, Any]) -> dict[int, int]:
        """Return line id → units."""
        return {line.line_id: said[f"units-{line.line_id}"] for line in self._lines if said[f"units-{line.line_id}"]}


class RejectForm(UnitsForm):
    """What a location does not send, and why."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(reason.value, reason.label) for reason in RejectReason if reason != RejectReason.NOT_COMING],
        help_text=_("“Not found” and “sold” empty the shelf of what is not promised; “damaged” takes these units off."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class HandOverForm(UnitsForm):
    """The code the shopper shows, and what they take."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Six digits, in the shopper's mail and on the order's page."),
    )

    def __init__(self, data: QueryDict | None, *, lines: Sequence[FulfilmentLine], all_of_them: bool) -> None:
        super().__init__(data, lines=lines, all_of_them=all_of_them)
        self.order_fields(["code"])


class WhyForm(forms.Form):
    """A reason that stays in the history."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


WISHES = ("first_wish", "second_wish", "third_wish")


class RuleForm(forms.ModelForm):  # type: ignore[type-arg] # one model
    """A sourcing rule as people fill it in; what it prefers in the order of the wishes."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds of location"), choices=PLACES, required=False, widget=forms.CheckboxSelectMultiple
    )
    first_wish = forms.ChoiceField(label=_("Prefer first"), required=False)
    second_wish = forms.ChoiceField(label=_("then"), required=False)
    third_wish = forms.ChoiceField(label=_("then"), required=False)

    class Meta:
        model = SourcingRule
        fields = (
            "market",
            "position",
            "name",
            "is_active",
            "delivery_code",
            "kinds",
            "groups",
            "max_distance_km",
            "max_wait_days",
            "max_parcels",
            "min_parcel_minor",
            "action",
            "wait_days",
        )
        widgets: ClassVar = {"groups": forms.TextInput}
        help_texts: ClassVar = {"groups": _("Separated by commas.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's own
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WISHES):
            field = self.fields.get(name)
            if field is not None:  # absent for those who only read
                field.choices = [("", "–"), *SourcingSort.choices]  # type: ignore[attr-defined] # a choice field
                field.initial = self.instance.sorts[number] if number < len(self.instance.sorts) else ""

    def clean(self) -> dict[str, Any]:
        """Put the wishes in their order, each once; waiting needs a time, and only waiting has one."""
        said: dict[str, Any] = super().clean() or {}
        self.instance.sorts = list(dict.fromkeys(wish for name in WISHES if (wish := said.get(name))))
        if (said.get("action") == RuleAction.WAIT) != (said.get("wait_days") is not None):
            self.add_error("wait_days", _("Say for “Wait for stock” how many days, and for nothing else."))
        return said


class ReplayForm(forms.Form):
    """Which rules to try on how many past orders."""

    count = forms.IntegerField(label=_("Past orders"), min_value=1, max_value=1000, initial=200)
    rules = forms.ModelMultipleChoiceField(
        label=_("Rules to try, in their order"),
        queryset=SourcingRule.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: what holds in a market without rules."),
    )

    def __init__(self, data: QueryDict | None, *, rules: QuerySet[SourcingRule]) -> None:
        super().__init__(data)
        self.fields["rules"].queryset = rules  # type: ignore[attr-defined] # a model choice field
        self.fields["rules"].initial = [rule.pk for rule in rules if rule.is_active]
