"""What people type into the back office's own pages. Rules are the operations'; these only read values."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

MOST_UNITS = 1_000_000


class ConfirmForm(forms.Form):
    """Nothing but the button."""


class OnceForm(forms.Form):
    """A button that works once per page it was shown on, however often it is pressed."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: uuid4().hex)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class TransferForm(forms.Form):
    """A bank transfer that arrived."""

    amount = forms.DecimalField(label=_("Amount received"), max_digits=12, decimal_places=2, min_value=0)
    reference = forms.CharField(
        label=_("The bank's reference"), max_length=120, help_text=_("As on the statement; one entry counts once.")
    )


class RefundForm(forms.Form):
    """Money that was sent back by hand."""

    reference = forms.CharField(label=_("The bank's reference"), max_length=120)


class ShipForm(forms.Form):
    """A parcel handed to a carrier."""

    carrier = forms.CharField(label=_("Carrier"), max_length=60)
    tracking_code = forms.CharField(label=_("Tracking code"), max_length=80)


class ReceiveForm(forms.Form):
    """Goods that came in."""

    quantity = forms.IntegerField(label=_("Units received"), min_value=1, max_value=MOST_UNITS)
    reference = forms.CharField(label=_("Delivery note"), max_length=80)


class CountForm(forms.Form):
    """What was found on the shelf."""

    quantity = forms.IntegerField(label=_("Units found"), min_value=0, max_value=MOST_UNITS)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class CorrectForm(forms.Form):
    """Units to add or take away, with a reason."""

    delta = forms.IntegerField(
        label=_("Units to add (or, with a minus, to take away)"), min_value=-MOST_UNITS, max_value=MOST_UNITS
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SafetyForm(forms.Form):
    """Units kept from being sold online."""

    safety = forms.IntegerField(label=_("Safety stock"), min_value=0, max_value=MOST_UNITS)


class FocalPointForm(forms.Form):
    """What part of a picture matters, in percent."""

    x = forms.DecimalField(
        label=_("From the left, in %"),
        max_digits=5,
        decimal_places=1,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    y = forms.DecimalField(
        label=_("From the top, in %"),
        max_digits=5,
        decimal_places=1,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; the cleaned value is their list."""

    widget = _ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Clean each file."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and not self.required:
            return []
        if not files:
            raise forms.ValidationError(self.error_messages["required"])
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    """Pictures to take in."""

    pictures = FilesField(
        label=_("Pictures"),
        help_text=_("JPEG, PNG, WebP, AVIF or GIF, several at once. Each is checked and re-encoded."),
    )


class PriceQuestionForm(forms.Form):
    """Which price is asked about."""

    market = forms.ChoiceField(label=_("Market"))
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=100_000, initial=1)
    at = forms.DateTimeField(
        label=_("At"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )
    customer_group = forms.SlugField(label=_("Customer group"), required=False, max_length=40)

    def __init__(self, *args: Any, markets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["market"].choices = markets  # type: ignore[attr-defined] # the field is a choice field


class ImportForm(forms.Form):
    """The files of an import and where they go."""

    products = forms.FileField(label=_("Products"), help_text=_("One CSV file in UTF-8, a row per product or variant."))
    texts = forms.FileField(
        label=_("Translations"), required=False, help_text=_("A second CSV file with texts per language.")
    )
    pictures = FilesField(
        label=_("Pictures"), required=False, help_text=_("The pictures the rows name, or one ZIP archive of them.")
    )
    brand = forms.ChoiceField(label=_("Brand"))
    location = forms.ChoiceField(label=_("Stock goes to"), required=False)

    def __init__(
        self, *args: Any, brands: list[tuple[str, str]], locations: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brand"].choices = brands  # type: ignore[attr-defined] # a choice field
        self.fields["location"].choices = [("", _("the first location of the market")), *locations]  # type: ignore[attr-defined]
