"""Write a decision down as JSON values, so that it can be kept with an order line and read years later."""

from typing import Any

from apps.catalog.pricing.types import Judged, PriceQuote, PriorPrice


def trace_of(*, quote: PriceQuote) -> dict[str, Any]:
    """Return every candidate with its verdict, the winner, tax, rounding and the prior price."""
    context = quote.context
    return {
        "market": context["market"],
        "at": quote.at.isoformat() if quote.at else None,
        "quantity": quote.quantity,
        "customer_group": context["customer_group"],
        "unit": str(quote.unit.amount),
        "currency": quote.unit.currency,
        "price_list": quote.price_list,
        "min_quantity": quote.min_quantity,
        "is_promotion": quote.is_promotion,
        "tax": {
            "class": quote.judged[0].candidate.tax_class,
            "percent": str(quote.tax_percent),
            "included": context["prices_include_tax"],
        },
        "rounding": {"level": context["rounding_level"], "mode": context["rounding_mode"]},
        "prior": _prior(quote.prior_found, struck=quote.prior is not None),
        "candidates": [candidate_of(judged=judged) for judged in quote.judged],
        # Why the unit is not the winner's: it was agreed with the customer.
        **({"agreed": context["agreed"]} if "agreed" in context else {}),
    }


def candidate_of(*, judged: Judged) -> dict[str, Any]:
    """Return one candidate and its verdict as JSON values."""
    entry = judged.candidate
    return {
        "price_list": entry.list_code,
        "kind": entry.kind,
        "precedence": entry.precedence,
        "price_id": entry.price_id,
        "min_quantity": entry.min_quantity,
        "amount_minor": entry.amount_minor,
        "currency": entry.currency,
        "includes_tax": entry.includes_tax,
        "shown_minor": judged.shown_minor,
        "verdict": "won" if judged.lost is None else str(judged.lost),
    }


def _prior(found: PriorPrice | None, *, struck: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "amount_minor": found.amount_minor,
        "struck": struck,
        "reduction_began": found.reduction_began.isoformat(),
        "window_from": found.window_from.isoformat(),
        "seen": [[moment.isoformat(), amount, reduced] for moment, amount, reduced in found.seen],
    }
