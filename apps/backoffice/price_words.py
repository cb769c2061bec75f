"""Say in words why a price is what it is, from the trace an order line keeps or the resolver gives."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.catalog.enums import PriceListKind
from apps.catalog.pricing import Lost

WHY = {
    "won": _("This is the price"),
    Lost.INACTIVE: _("The list is switched off"),
    Lost.OTHER_GROUP: _("For another customer group"),
    Lost.CURRENCY: _("In another currency"),
    Lost.NOT_YET: _("Not yet valid"),
    Lost.OVER: _("No longer valid"),
    Lost.QUANTITY: _("For a larger quantity"),
    Lost.TAX: _("The market has no tax rate for this product"),
    Lost.SMALLER_BREAK: _("A larger quantity break of the same list applies"),
    Lost.REPLACED: _("A later entry of the same list applies"),
    Lost.PRECEDENCE: _("Another list comes first"),
    Lost.AMOUNT: _("Another list of the same rank is cheaper"),
    Lost.ID: _("The same amount stands in an older list"),
}


def candidate_rows(candidates: Iterable[Mapping[str, Any]], write: Callable[[int, str], str]) -> list[dict[str, Any]]:
    """Return the entries a price was chosen from, with the verdict in words. write: minor units, currency → text."""
    kinds = dict(PriceListKind.choices)
    return [
        {
            "price_list": row["price_list"],
            "kind": kinds.get(row["kind"], row["kind"]),
            "precedence": row["precedence"],
            "min_quantity": row["min_quantity"],
            "amount": write(row["amount_minor"], row["currency"]),
            "shown": write(row["shown_minor"], row["currency"]) if row["shown_minor"] is not None else "–",
            "includes_tax": row["includes_tax"],
            "won": row["verdict"] == "won",
            "why": WHY.get(row["verdict"], row["verdict"]),
        }
        for row in candidates
    ]
