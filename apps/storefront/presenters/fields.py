"""Fields that several forms share, and what is wrong with what was typed into them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.storefront.contexts import FieldView

LONGEST_NAME = 120
LONGEST_EMAIL = 254


def name_field(*, value: str, error: str = "") -> FieldView:
    """First and last name in one field: splitting names is guessing."""
    return FieldView(
        id="id_name",
        name="name",
        label=_("First and last name"),
        value=value,
        autocomplete="name",
        error=error,
        max_length=LONGEST_NAME,
    )


def email_field(*, value: str, label: str = "", error: str = "") -> FieldView:
    """A mail address; `label` where the plain word does not say what for."""
    return FieldView(
        id="id_email",
        name="email",
        label=label or _("E-mail"),
        value=value,
        kind="email",
        autocomplete="email",
        inputmode="email",
        error=error,
        max_length=LONGEST_EMAIL,
    )


def name_error(value: str) -> str:
    """What is wrong with a name, "" when nothing is."""
    return "" if 0 < len(value) <= LONGEST_NAME else _("Please enter your first and last name.")


def email_error(value: str) -> str:
    """What is wrong with a mail address, "" when nothing is."""
    try:
        validate_email(value)
    except ValidationError:
        return _("Please check the e-mail address; it should look like name@example.com.")
    return ""
