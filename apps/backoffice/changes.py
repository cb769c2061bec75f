"""What an edit changed, field by field, as audit lines keep it: short, JSON-ready, without secrets or personal data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db.models import Model, QuerySet
from django.forms import BaseForm, ModelChoiceField

LONGEST = 200
MOST_ROWS = 20
MASK = "•••"
# Audit lines outlive accounts, so what identifies a person or opens a door is never copied into them.
SECRET_WORDS = ("password", "secret", "token", "api_key", "private_key")
PERSONAL = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "phone",
        "phone_number",
        "date_of_birth",
        "recipient",
        "line1",
        "line2",
        "line3",
        "line4",
        "postcode",
        "notes",
    }
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Old and new values by field. A field that is new has None before, one that is gone None after."""

    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


def short(value: object) -> object:
    """Return a value as a JSON value: numbers and truths as they are, rows and files by name, cut texts."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): short(each) for key, each in list(value.items())[:MOST_ROWS]}
    if isinstance(value, list | tuple | set | frozenset | QuerySet):
        rows = list(value)
        return [short(row) for row in rows[:MOST_ROWS]] + ([f"+{len(rows) - MOST_ROWS}"] if rows[MOST_ROWS:] else [])
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, File):
        value = value.name
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def kept(name: str, value: object) -> object:
    """The same under a field's name: a mask instead of a secret or of personal data; None stays None."""
    last = name.rpartition(".")[2]
    is_hidden = last in PERSONAL or any(word in last for word in SECRET_WORDS)
    return MASK if is_hidden and value not in (None, "") else short(value)


def changes_of(*, form: BaseForm, formsets: Sequence[Any] = (), is_new: bool = False) -> Changes:
    """
    Return what a saved form and its formsets changed.

    Rows of formsets are named "prefix.id.field". is_new: the form made the row, so nothing stood there before.
    Call after saving, so that new rows have ids. One statement for each changed choice of a row.
    """
    before, after = _of_form(form, form.changed_data, "", is_new=is_new)
    for formset in formsets:
        gone = set(getattr(formset, "deleted_forms", ()))
        fresh = set(formset.extra_forms)
        for row in formset.forms:
            if row in gone:
                if row not in fresh:
                    before[f"{formset.prefix}.{row.initial.get('id', row.instance.pk)}"] = short(row.instance)
                    after[f"{formset.prefix}.{row.initial.get('id', row.instance.pk)}"] = None
            elif row.has_changed():
                names = [name for name in row.changed_data if name not in {"id", "DELETE"}]
                old, new = _of_form(row, names, f"{formset.prefix}.{row.instance.pk}.", is_new=row in fresh)
                before |= old
                after |= new
    return Changes(before, after)


def _of_form(
    form: Any,  # noqa: ANN401 -- a form
    names: Iterable[str],
    prefix: str,
    *,
    is_new: bool,
) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = {}, {}
    for name in names:
        if name not in form.cleaned_data:
            continue
        old = None if is_new else _named(form.fields[name], form.get_initial_for_field(form.fields[name], name))
        before[prefix + name] = kept(name, old)
        after[prefix + name] = kept(name, form.cleaned_data[name])
    return before, after


def _named(form_field: Any, value: object) -> object:  # noqa: ANN401 -- a form's field
    """Return the row an initial value names: forms start from ids and end with rows."""
    if not isinstance(form_field, ModelChoiceField) or value in (None, "") or isinstance(value, Model | list | tuple):
        return value
    key = form_field.to_field_name or "pk"
    rows = form_field.queryset
    return (rows.filter(**{key: value}).first() if rows is not None else None) or value
