"""
What a shopper has answered so far in the checkout of a market, kept in their session between the steps.

Nothing here is believed at the end: placement prices the basket anew and compares it with the total that was confirmed.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from apps.storefront.forms.address import LONGEST, Details

SESSION_KEY = "checkout"


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """
    Answers so far. attempt: the idempotency key of the order to come; the same until that order is placed.

    credits: gift cards whose code was typed and store credit that was chosen, as account ids in the order they pay.
    ordered_attempt, ordered_basket: of the last order, so that its form sent again finds the basket it was made of.
    """

    details: Details
    delivery_code: str = ""
    payment_method: str = ""
    credits: tuple[int, ...] = ()
    attempt: str = ""
    ordered_attempt: str = ""
    ordered_basket: int = 0

    @property
    def has_details(self) -> bool:
        """Whether the first step was answered."""
        return bool(self.details.email)


def load(*, request: HttpRequest) -> CheckoutState:
    """The answers so far; an empty state for the market's country when there are none."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    kept: dict[str, Any] = request.session.get(SESSION_KEY, {}).get(shop.market.code, {})
    told = kept.get("details", {})
    details = Details(country=shop.market.country, **{name: str(told.get(name, "")) for name in LONGEST})
    return CheckoutState(
        details=details,
        delivery_code=kept.get("delivery", ""),
        payment_method=kept.get("payment", ""),
        credits=tuple(kept.get("credits", ())),
        attempt=kept.get("attempt", ""),
        ordered_attempt=kept.get("ordered_attempt", ""),
        ordered_basket=kept.get("ordered_basket", 0),
    )


def save(*, request: HttpRequest, state: CheckoutState) -> CheckoutState:
    """Keep the answers; the first time, give the order to come its key."""
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    kept = replace(state, attempt=state.attempt or secrets.token_urlsafe(24))
    everything = dict(request.session.get(SESSION_KEY, {}))
    everything[shop.market.code] = {
        "details": kept.details.as_dict(),
        "delivery": kept.delivery_code,
        "payment": kept.payment_method,
        "credits": list(kept.credits),
        "attempt": kept.attempt,
        "ordered_attempt": kept.ordered_attempt,
        "ordered_basket": kept.ordered_basket,
    }
    request.session[SESSION_KEY] = everything
    return kept


def finish(*, request: HttpRequest, state: CheckoutState, attempt: str, basket_id: int) -> None:
    """The order is placed: keep the person's details for the next one, and its key only to know a repeat by."""
    done = replace(state, attempt="", credits=(), ordered_attempt=attempt, ordered_basket=basket_id)
    save(request=request, state=done)
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    request.session[SESSION_KEY][shop.market.code]["attempt"] = ""
    request.session.modified = True
