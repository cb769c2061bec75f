"""A sourcing decision in the words of its readers."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.catalog.models import Product
from apps.inventory.models import SourcingDecision
from apps.inventory.sourcing import queries, replay
from apps.markets.context import MarketInfo
from apps.orders import sourcing


def outcomes() -> dict[str, str]:
    """What a rule came to, in words."""
    return {
        "filled": _("Everything found"),
        "filled_in_part": _("Part of it found"),
        "not_enough": _("Not enough at these locations"),
        "too_many_parcels": _("Would take more parcels than allowed"),
        "parcel_too_small": _("A parcel would be worth too little"),
        "other_method": _("For another way of delivery"),
        "waits": _("Left to wait"),
        "not_now": _("Only for goods of a placed order"),
    }


def refusals() -> dict[str, str]:
    """Why a location did not pass a rule's filters, in words."""
    return {
        "": _("passes"),
        "said_no": _("said no before"),
        "kind": _("another kind of location"),
        "group": _("another group"),
        "closed": _("hands nothing over"),
        "too_late": _("leaves too late"),
        "too_far": _("too far"),
        "distance_unknown": _("the way is not known"),
        "no_stock": _("has none of it free"),
    }


def decision_view(row: SourcingDecision, *, market: MarketInfo | None = None) -> dict[str, Any]:
    """
    Return a decision for templates. One statement for the SKUs.

    market: given, it is decided once more under the rules of then; `differs` says what would come out today.
    """
    skus = _skus(row)
    told: dict[str, Any] = {
        "row": row,
        "url": reverse("admin:partner_sourcingdecision_change", args=[row.pk]),
        "cause": row.get_cause_display(),
        "lines": [{"sku": line["sku"], "units": line["quantity"]} for line in row.need["lines"]],
        "steps": [_step(step, skus) for step in row.trace],
        "parcels": [_parcel(parcel, skus) for parcel in row.plan["parcels"]],
        "missing": _goods(row.plan["missing"], skus),
    }
    if market is not None:
        places = queries.network(market=market).places
        calendar = sourcing.calendar_then(market=market)
        need = replay.Need.from_dict(row.need)
        made = replay.again(row=row, places=places, calendar=calendar(need))
        told["same"] = [parcel.as_dict() for parcel in made.parcels] == row.plan["parcels"]
        told["again"] = [_parcel(parcel.as_dict(), skus) for parcel in made.parcels]
    return told


def _parcel(parcel: dict[str, Any], skus: dict[str, str]) -> dict[str, Any]:
    return {**parcel, "goods": _goods(parcel["units"], skus), "day": _day(parcel["ships_on"])}


def _day(told: str | None) -> str:
    return date_format(date.fromisoformat(told), "SHORT_DATE_FORMAT") if told else ""


def _skus(row: SourcingDecision) -> dict[str, str]:
    known = {str(line["product_id"]): line["sku"] for line in row.need["lines"] if line["sku"]}
    missing = [line["product_id"] for line in row.need["lines"] if str(line["product_id"]) not in known]
    if missing:
        known |= {
            str(pk): upc or str(pk) for pk, upc in Product.objects.filter(pk__in=missing).values_list("pk", "upc")
        }
    return known


def _goods(units: dict[str, int], skus: dict[str, str]) -> str:
    return ", ".join(f"{count} × {skus.get(product, product)}" for product, count in units.items())


def _step(step: dict[str, Any], skus: dict[str, str]) -> dict[str, Any]:
    words, whys = outcomes(), refusals()
    return {
        "rule": step["rule"],
        "coming": step.get("coming", False),
        "outcome": words.get(step["outcome"], step["outcome"]),
        "filled": step["outcome"] in {"filled", "filled_in_part"},
        "places": [
            {
                **place,
                "day": _day(place["ships_on"]),
                "why": whys.get(place["why_not"], place["why_not"]),
                "passes": not place["why_not"],
                "has": _goods(place["free"], skus),
                "took": _goods(step.get("took", {}).get(place["place"], {}), skus),
            }
            for place in step.get("places", ())
        ],
        "others": [(whys.get(name, name), count) for name, count in step.get("others", {}).items()],
    }
