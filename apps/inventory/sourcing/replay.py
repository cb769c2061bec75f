"""Decide past orders again under other rules, and compare what it would have meant."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from apps.inventory.enums import DecisionCause
from apps.inventory.models import SourcingDecision
from apps.inventory.sourcing import engine, queries
from apps.inventory.sourcing.data import COLLECT_RULES, Calendar, Decision, Need, Place, Rule
from apps.inventory.sourcing.distance import km_between

MOST_ORDERS = 1000
CalendarOf = Callable[[Need], Calendar]
"""The days that held for an order; the room above knows the delivery methods and the holidays."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a set of rules makes of a number of orders.

    whole: orders all of whose goods found a place. split: orders of more than one parcel. days: calendar days from the
    order to its last parcel's hand-over, summed. km: from each parcel's place to the address, summed over `measured`
    parcels. units: by location.
    """

    orders: int = 0
    whole: int = 0
    split: int = 0
    parcels: int = 0
    days: int = 0
    km: int = 0
    measured: int = 0
    units: Mapping[str, int] = field(default_factory=dict)

    @property
    def mean_days(self) -> float | None:
        """Days until an order's last parcel is handed over, on average over the whole orders."""
        return round(self.days / self.whole, 2) if self.whole else None

    @property
    def mean_km(self) -> int | None:
        """Kilometres a parcel travels, on average over those whose way is known."""
        return round(self.km / self.measured) if self.measured else None

    def share(self, code: str) -> float:
        """The share of all units a location gives, in percent."""
        total = sum(self.units.values())
        return round(100 * self.units.get(code, 0) / total, 1) if total else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of rules on the same orders. changed: references decided otherwise, newest first."""

    today: Outcome
    tried: Outcome
    changed: tuple[str, ...]


def past_orders(*, market: str, count: int = MOST_ORDERS) -> list[SourcingDecision]:
    """Return a market's newest placed orders as they were decided, at most MOST_ORDERS. One statement."""
    rows = SourcingDecision.objects.filter(market=market, cause=DecisionCause.PLACED).order_by("-at", "-id")
    return list(rows[: min(count, MOST_ORDERS)])


def compare(
    *,
    decisions: Sequence[SourcingDecision],
    today: Sequence[Rule],
    tried: Sequence[Rule],
    places: Sequence[Place],
    calendar_of: CalendarOf,
) -> Comparison:
    """
    Decide each past order under two sets of rules, with the stock it found then and the places as they are now.

    Capacities that were taken then are not known and count as free. One statement for each postcode not asked before.
    """
    sides = (_Tally(), _Tally())
    changed = []
    for row in decisions:
        need = Need.from_dict(row.need)
        # The rules of then may not have measured the way; those that are tried do.
        need = replace(need, target=need.target or queries.point_of(country=need.country, postcode=need.postcode))
        stock = stock_of(need=row.need, places=places)
        made = [
            engine.decide(need=need, rules=rules, places=places, stock=stock, calendar=calendar_of(need))
            # The shopper's choice of a store is no rule of the market, so no other set of rules changes it.
            for rules in ((COLLECT_RULES, COLLECT_RULES) if need.collect_at else (today, tried))
        ]
        for side, decision in zip(sides, made, strict=True):
            side.add(need=need, decision=decision, places=places)
        if _plan(made[0]) != _plan(made[1]):
            changed.append(row.reference)
    return Comparison(sides[0].outcome(), sides[1].outcome(), tuple(changed))


def again(*, row: SourcingDecision, places: Sequence[Place], calendar: Calendar) -> Decision:
    """Decide once more what was decided, under the rules that held then."""
    return engine.decide(
        need=Need.from_dict(row.need),
        rules=[Rule.from_dict(rule) for rule in row.rules],
        places=places,
        stock=stock_of(need=row.need, places=places),
        calendar=calendar,
    )


def stock_of(
    *, need: Mapping[str, Mapping[str, Mapping[str, int]]], places: Sequence[Place]
) -> dict[tuple[int, int], int]:
    """The stock a kept decision found, for the places there are."""
    ids = {place.code: place.id for place in places}
    return {
        (int(product), ids[code]): units
        for product, found in need["stock"].items()
        for code, units in found.items()
        if code in ids
    }


def _plan(decision: Decision) -> list[tuple[str, list[tuple[int, int]]]]:
    return sorted((parcel.code, sorted(parcel.units.items())) for parcel in decision.parcels)


@dataclass(slots=True)
class _Tally:
    """Counts decisions."""

    orders: int = 0
    whole: int = 0
    split: int = 0
    parcels: int = 0
    days: int = 0
    km: int = 0
    measured: int = 0
    units: Counter[str] = field(default_factory=Counter)

    def add(self, *, need: Need, decision: Decision, places: Sequence[Place]) -> None:
        points = {place.id: place.point for place in places}
        self.orders += 1
        self.parcels += len(decision.parcels)
        self.split += len(decision.parcels) > 1
        if decision.is_whole:
            self.whole += 1
            self.days += max((parcel.ships_on - need.at.date()).days for parcel in decision.parcels)
        for parcel in decision.parcels:
            point = points[parcel.location_id]
            self.units[parcel.code] += sum(parcel.units.values())
            if point is not None and need.target is not None:
                self.km += km_between(point, need.target)
                self.measured += 1

    def outcome(self) -> Outcome:
        return Outcome(
            orders=self.orders,
            whole=self.whole,
            split=self.split,
            parcels=self.parcels,
            days=self.days,
            km=self.km,
            measured=self.measured,
            units=dict(self.units),
        )
