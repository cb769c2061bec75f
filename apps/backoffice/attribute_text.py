"""Attribute values as one line of text: how they are shown in a form, and how what is typed is read."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import sanitize_separators
from django.utils.translation import gettext as _

from apps.catalog.models import AttributeOption, ProductAttribute, ProductAttributeValue

_YES = {"yes", "true", "1", "oui", "ja", "x"}
_NO = {"no", "false", "0", "non", "nein", "nee"}
_TEXT_KINDS = {"text", "richtext"}


def value_text(row: ProductAttributeValue) -> str:
    """Return a value as text. No statement when options are loaded."""
    kind = row.attribute.type
    if kind == "option":
        return str(row.value_option.option) if row.value_option else ""
    if kind == "multi_option":
        return ", ".join(option.option for option in row.value_multi_option.all())
    if kind == "boolean":
        return _("yes") if row.value_boolean else _("no")
    value = getattr(row, f"value_{kind}", "")
    return "" if value is None else str(value)


def read_value(*, attribute: ProductAttribute, text: str) -> Any:  # noqa: ANN401, PLR0911 -- one answer per kind
    """Read typed text as an attribute's type says. Raises ValueError with a sentence for the person at the form."""
    kind, text = attribute.type, text.strip()
    if kind in _TEXT_KINDS:
        return text
    if kind in {"option", "multi_option"}:
        return _options(attribute, text, several=kind == "multi_option")
    if kind == "boolean":
        if text.lower() in _YES | {_("yes")}:
            return True
        if text.lower() in _NO | {_("no")}:
            return False
        raise ValueError(_("Please write yes or no."))
    try:
        if kind == "integer":
            return int(text)
        if kind == "float":
            return float(Decimal(str(sanitize_separators(text))))
        if kind == "date":
            return date.fromisoformat(text)
    except (ValueError, InvalidOperation):
        raise ValueError(_("“%(text)s” is not a value of this kind.") % {"text": text}) from None
    raise ValueError(_("Attributes of this kind cannot be edited here."))


def write_value(*, row: ProductAttributeValue, value: Any) -> list[AttributeOption] | None:  # noqa: ANN401 -- as read
    """Put a value into its column; return the options to set after saving, for attributes with several."""
    kind = row.attribute.type
    if kind == "multi_option":
        return list(value)
    setattr(row, f"value_{kind}", value)
    return None


def _options(attribute: ProductAttribute, text: str, *, several: bool) -> Any:  # noqa: ANN401 -- one option or a list
    known = {option.option.lower(): option for option in attribute.option_group.options.all()}
    wanted = [part.strip() for part in text.split(",") if part.strip()] if several else [text]
    unknown = [part for part in wanted if part.lower() not in known]
    if unknown or not wanted:
        names = ", ".join(option.option for option in known.values())
        raise ValueError(_("%(text)s: not among %(options)s.") % {"text": ", ".join(unknown) or "–", "options": names})
    found = [known[part.lower()] for part in wanted]
    return found if several else found[0]
