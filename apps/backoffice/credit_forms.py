"""What staff type about gift cards and store credit. Rules are the operations'; these only read values."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.forms import OnceForm, ReasonForm
from apps.core.money import Money
from apps.core.money.amount import TooManyDecimals
from apps.markets.context import MarketInfo

MOST = Decimal(1_000_000)


class AmountForm(OnceForm, ReasonForm):
    """An amount of one currency, and why."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=12, decimal_places=2, max_value=MOST)
    field_order: list[str] | None = ["amount", "reason"]

    def __init__(self, data: Any, *, currency: str = "") -> None:  # noqa: ANN401 -- a QueryDict or nothing
        super().__init__(data)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        """Read the amount with as many decimals as its currency has."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("amount") is not None and self.currency:
            try:
                said["money"] = Money(said["amount"], self.currency)
            except TooManyDecimals:
                self.add_error("amount", _("%(currency)s has fewer decimals.") % {"currency": self.currency})
        return said


class ShopForm(AmountForm):
    """An amount for a brand in one of its currencies."""

    shop = forms.ChoiceField(label=gettext_lazy("For"))
    field_order: list[str] | None = ["shop", "email", "amount", "expires_on", "reason"]

    def __init__(self, data: Any, *, markets: Iterable[MarketInfo]) -> None:  # noqa: ANN401 -- a QueryDict or nothing
        super().__init__(data)
        self._pairs = {f"{each.brand.code}:{each.currency}": each for each in markets}
        names = [(key, f"{each.brand.name} · {each.currency}") for key, each in self._pairs.items()]
        self.fields["shop"].choices = names  # type: ignore[attr-defined] # a choice field

    @property
    def brand_id(self) -> int:
        """The brand that was chosen; of a valid form."""
        return self._pairs[self.cleaned_data["shop"]].brand.id

    def clean(self) -> dict[str, Any]:
        """Read the amount in the currency that was chosen."""
        chosen = self._pairs.get(self.cleaned_data.get("shop", ""))
        self.currency = chosen.currency if chosen else ""
        return super().clean()


class GiftCardForm(ShopForm):
    """A new gift card."""

    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Its last day; empty for a card without end."),
    )


class StoreCreditForm(ShopForm):
    """Money for a customer's account."""

    email = forms.EmailField(label=gettext_lazy("Customer's e-mail address"), max_length=254)


def _days_field() -> forms.IntegerField:
    """How long a customer who buys on account has to pay."""
    return forms.IntegerField(
        label=gettext_lazy("To be paid within days"),
        min_value=1,
        max_value=60,
        initial=30,
        help_text=gettext_lazy("Of each invoice; the law allows 60 at most."),
    )


class LimitForm(AmountForm):
    """What a customer may owe, and for how long."""

    terms_days = _days_field()
    field_order: list[str] | None = ["amount", "terms_days", "reason"]


class AccountForm(ShopForm):
    """Buying on account for a customer."""

    email = forms.EmailField(label=gettext_lazy("Customer's e-mail address"), max_length=254)
    terms_days = _days_field()
    field_order: list[str] | None = ["shop", "email", "amount", "terms_days", "reason"]


class PaidForm(AmountForm):
    """A transfer for what is owed on account; the reason is the bank's reference."""

    def __init__(self, data: Any, *, currency: str = "") -> None:  # noqa: ANN401 -- a QueryDict or nothing
        super().__init__(data, currency=currency)
        self.fields["reason"].label = _("The bank's reference")
        self.fields["reason"].help_text = _("As on the statement; one entry counts once.")


class TermsForm(ReasonForm):
    """Whether an account may be used, and until when."""

    is_blocked = forms.BooleanField(label=gettext_lazy("Blocked"), required=False)
    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Its last day; empty for a card without end."),
    )
    field_order: list[str] | None = ["is_blocked", "expires_on", "reason"]
