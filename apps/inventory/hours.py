"""The opening hours of a place, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAYS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


def hours_of(*, opening_hours: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return each day of the week with its spans, in the active language; nothing where no hours are known."""
    if not opening_hours:
        return ()
    return tuple(
        (str(label), ", ".join("–".join(span) for span in opening_hours.get(day, [])) or _("closed"))
        for day, label in DAYS.items()
    )
