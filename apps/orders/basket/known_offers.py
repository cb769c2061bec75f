"""The open offers of the house: few, read once per process for a few seconds, ready to be applied without queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from oscar.core.loading import get_model

from apps.core.kept import Kept
from apps.markets.context import MarketInfo
from apps.orders.models import OfferGroup, OfferMarket

OFFERS_TTL_S = 5.0
_MONEY_BENEFITS = {"Absolute", "Fixed", "Fixed price", "Shipping absolute", "Shipping fixed price"}


@dataclass(frozen=True, slots=True)
class Group:
    """Offers that compete or add up, and the groups they never come together with."""

    id: int
    name: str
    policy: str
    bars: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An open offer, ready to be applied without asking the database."""

    row: Any
    range_ids: frozenset[int]
    market_ids: frozenset[int]
    group: Group | None = None

    def is_for(self, *, market: MarketInfo, at: datetime) -> bool:
        """Whether it runs now, in this market, in a currency its amounts can mean."""
        row = self.row
        if not runs(row=row, at=at):
            return False
        if self.market_ids:
            return market.id in self.market_ids
        holds_money = row.benefit.type in _MONEY_BENEFITS or row.condition.type == "Value"
        return not holds_money or market.currency == settings.OSCAR_DEFAULT_CURRENCY


def runs(*, row: Any, at: datetime) -> bool:  # noqa: ANN401 -- Oscar's row
    """Tell whether an offer is within its days."""
    return not ((row.start_datetime and at < row.start_datetime) or (row.end_datetime and at > row.end_datetime))


def forget_offers() -> None:
    """Make the next read go to the database; called after a change in this process, a lost limit and by tests."""
    _known.forget()


_known: Kept[str, dict[int, KnownOffer]] = Kept(age_s=OFFERS_TTL_S)


def open_offers() -> dict[int, KnownOffer]:
    """Every open offer by id, at most OFFERS_TTL_S old; five statements when older, one when there are none."""
    return _known.get(key="", read=_read_offers)


def _read_offers() -> dict[int, KnownOffer]:
    offer_model = get_model("offer", "ConditionalOffer")
    rows = list(
        offer_model.objects.filter(status=offer_model.OPEN)
        .select_related("condition", "benefit", "stacking__group")
        .prefetch_related("combinations")
        .order_by("-priority", "id")
    )
    links = OfferMarket.objects.filter(offer__in=rows).values_list("offer_id", "market_id") if rows else []
    markets: dict[int, set[int]] = {}
    for offer_id, market_id in links:
        markets.setdefault(offer_id, set()).add(market_id)
    ranges = (
        get_model("offer", "Range").objects.in_bulk(
            {part.range_id for row in rows for part in (row.condition, row.benefit) if part.range_id}
        )
        if rows
        else {}
    )
    groups = _groups(rows)
    return {
        row.pk: _prepared(row, ranges=ranges, market_ids=frozenset(markets.get(row.pk, ())), group=groups.get(row.pk))
        for row in rows
    }


def _groups(rows: Sequence[Any]) -> dict[int, Group]:
    """The group of each offer that is in one. One statement, none without groups."""
    known = {row.pk: row.stacking.group for row in rows if hasattr(row, "stacking")}
    if not known:
        return {}
    bars: dict[int, set[int]] = {}
    for one, other in OfferGroup.bars.through.objects.values_list("from_offergroup_id", "to_offergroup_id"):
        bars.setdefault(one, set()).add(other)
    return {
        offer_id: Group(id=group.pk, name=group.name, policy=group.policy, bars=frozenset(bars.get(group.pk, ())))
        for offer_id, group in known.items()
    }


def _prepared(
    row: Any,  # noqa: ANN401 -- Oscar has no types
    *,
    ranges: Mapping[int, Any],
    market_ids: frozenset[int],
    group: Group | None,
) -> KnownOffer:
    """Turn condition and benefit into the classes that compute, with ranges that know their members by the product."""
    range_ids = set()
    for name in ("condition", "benefit"):
        part = getattr(row, name).proxy()
        if part.range_id:
            part.range = ranges[part.range_id]
            # Range asks its `proxy` first; ours looks at the product at hand, so offers can be shared by threads.
            part.range.__dict__["proxy"] = _MembersOnly(range_id=part.range_id)
            range_ids.add(part.range_id)
        setattr(row, name, part)
    return KnownOffer(row=row, range_ids=frozenset(range_ids), market_ids=market_ids, group=group)


@dataclass(frozen=True, slots=True)
class _MembersOnly:
    range_id: int

    def contains_product(self, product: Any) -> bool:  # noqa: ANN401 -- Oscar's product with our mark
        return self.range_id in product.in_ranges
