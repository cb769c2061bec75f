"""
Decide by rules which locations give the goods. Pure: the same question has the same answer, whatever the order of the
lines, and every step says what it saw.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from apps.inventory.enums import RuleAction, SourcingSort
from apps.inventory.sourcing import days
from apps.inventory.sourcing.data import Calendar, Decision, Need, Parcel, Place, Rule, Stock
from apps.inventory.sourcing.distance import km_between

BEST = 12
"""So many locations, best first, are tried in every combination for the fewest parcels; all in turn when none fits."""
MOST_COMBINED = 4
TOLD = 20
"""So many candidates a step of the trace names; the others are counted by why they did not pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A location with what this order would find there."""

    place: Place
    rank: int
    ships_on: date | None
    distance_km: int | None
    load: int | None
    free: Mapping[int, int]


def decide(*, need: Need, rules: Sequence[Rule], places: Sequence[Place], stock: Stock, calendar: Calendar) -> Decision:
    """
    Ask the rules in order until every unit has its place; return the parcels, what is missing and all steps.

    places: in the order in which the market lists them. Lines of the same product are one. Each rule fills with the
    fewest parcels, and among equally few with the locations it prefers; a location is one parcel whatever rules chose
    it. Goods that are collected come from the store alone the shopper comes to. Goods on their way are asked for by the
    same rules, but only for units that lie nowhere: nobody waits for what is there. What no rule places is missing; it
    may wait where a rule says so and `need.may_wait`.
    """
    asked = _Asked(need=need, calendar=calendar, places=places, stock=stock)
    here = [candidate for candidate in asked.candidates if candidate.place.from_day is None]
    coming = [candidate for candidate in asked.candidates if candidate.place.from_day is not None]
    if not any(any(candidate.free.values()) for candidate in coming):
        return asked.decision(left=_units(need), waits=asked.fill(rules=rules, candidates=here, wanted=_units(need)))
    later = asked.beyond(here)
    asked.fill(rules=rules, candidates=here, wanted=_less(_units(need), later), may_wait=False)
    waits = asked.fill(rules=rules, candidates=coming, wanted=_less(_units(need), asked.given()))
    return asked.decision(left=_units(need), waits=waits)


class _Asked:
    """One question to the rules: what was given so far, and the steps that led there."""

    def __init__(self, *, need: Need, calendar: Calendar, places: Sequence[Place], stock: Stock) -> None:
        self.need = need
        self.today = need.at.astimezone(calendar.zone).date()
        self.worth = {line.product_id: line.unit_minor for line in need.lines}
        self.candidates = _candidates(need=need, places=places, stock=stock, calendar=calendar, products=_units(need))
        self.taken: dict[int, dict[int, int]] = {}
        self.named: dict[int, str] = {}
        self.trace: list[dict[str, Any]] = []

    def given(self) -> dict[int, int]:
        """Units by product that have their place."""
        found: dict[int, int] = {}
        for units in self.taken.values():
            for product, count in units.items():
                found[product] = found.get(product, 0) + count
        return found

    def beyond(self, here: Sequence[_Candidate]) -> dict[int, int]:
        """Units by product that are more than lie at all the places that could send them."""
        open_to = [each for each in here if each.ships_on is not None and each.place.id not in self.need.excluded]
        return {
            product: max(0, units - sum(each.free[product] for each in open_to))
            for product, units in _units(self.need).items()
        }

    def fill(
        self,
        *,
        rules: Sequence[Rule],
        candidates: Sequence[_Candidate],
        wanted: Mapping[int, int],
        may_wait: bool | None = None,
    ) -> Rule | None:
        """Ask the rules for units at some places; return the rule that has the rest wait, if one does."""
        left = dict(wanted)
        coming: dict[str, Any] = {"coming": True} if any(each.place.from_day is not None for each in candidates) else {}
        for rule in rules:
            if not left:
                break
            if rule.delivery_code and rule.delivery_code != self.need.delivery_code:
                self.trace.append({"rule": rule.name, "outcome": "other_method"} | coming)
                continue
            if rule.action in {RuleAction.QUEUE, RuleAction.WAIT}:
                if may_wait is False:
                    continue  # what is on its way is asked for before anything waits
                self.trace.append({"rule": rule.name, "outcome": "waits" if self.need.may_wait else "not_now"} | coming)
                if self.need.may_wait:
                    return rule
                continue
            left = self._one(rule=rule, candidates=candidates, left=left, coming=coming)
        return None

    def _one(
        self, *, rule: Rule, candidates: Sequence[_Candidate], left: Mapping[int, int], coming: dict[str, Any]
    ) -> dict[int, int]:
        """Ask one rule; return what is left after it."""
        passing, step = _filter(rule=rule, need=self.need, today=self.today, candidates=candidates, taken=self.taken)
        chosen, why = _fill(
            rule=rule,
            passing=_sorted(rule=rule, passing=passing, products=left),
            wanted=left,
            worth=self.worth,
            taken=self.taken,
            parcels_before=self.need.parcels_before,
        )
        after = dict(left)
        for location_id, units in chosen.items():
            self.named.setdefault(location_id, rule.name)
            into = self.taken.setdefault(location_id, {})
            for product, count in units.items():
                into[product] = into.get(product, 0) + count
                after[product] -= count
        codes = {candidate.place.id: candidate.place.code for candidate in candidates}
        took = {
            codes[location_id]: {str(product): count for product, count in sorted(units.items())}
            for location_id, units in sorted(chosen.items())
        }
        self.trace.append(step | {"outcome": why, "took": took} | coming)
        return {product: count for product, count in after.items() if count}

    def decision(self, *, left: Mapping[int, int], waits: Rule | None) -> Decision:
        """What it came to."""
        return _decision(
            need=self.need,
            candidates=self.candidates,
            taken=self.taken,
            named=self.named,
            left=_less(left, self.given()),
            trace=self.trace,
            waits=waits,
        )


def _less(units: Mapping[int, int], given: Mapping[int, int]) -> dict[int, int]:
    """Units by product without those that are given, and without products of which nothing is left."""
    return {product: rest for product, count in units.items() if (rest := count - given.get(product, 0)) > 0}


def _units(need: Need) -> dict[int, int]:
    """Units by product, in the order of their ids, so that the order of the lines does not matter."""
    found: dict[int, int] = {}
    for line in need.lines:
        found[line.product_id] = found.get(line.product_id, 0) + line.quantity
    return dict(sorted(found.items()))


def _candidates(
    *, need: Need, places: Sequence[Place], stock: Stock, calendar: Calendar, products: Iterable[int]
) -> list[_Candidate]:
    wanted = list(products)
    found = []
    for rank, place in enumerate(places):
        if need.collect_at not in {None, place.id}:
            continue
        leaves = days.ships_on(place=place, calendar=calendar, at=need.at)
        distance = km_between(place.point, need.target) if place.point and need.target else None
        load = None
        if place.daily_capacity and leaves is not None:
            load = place.daily_capacity - calendar.taken.get((place.id, leaves), 0)
        found.append(
            _Candidate(
                place=place,
                rank=rank,
                ships_on=leaves,
                distance_km=distance,
                load=load,
                free={product: stock.get((product, place.id), 0) for product in wanted},
            )
        )
    return found


def _filter(
    *, rule: Rule, need: Need, today: date, candidates: Sequence[_Candidate], taken: Mapping[int, Mapping[int, int]]
) -> tuple[list[_Candidate], dict[str, Any]]:
    """The candidates a rule looks at, with what is still free there, and what the trace says of all."""
    passing: list[_Candidate] = []
    told: list[dict[str, Any]] = []
    others: dict[str, int] = {}
    for candidate in candidates:
        given = taken.get(candidate.place.id, {})
        free = {product: units - given.get(product, 0) for product, units in candidate.free.items()}
        reason = _refusal(rule=rule, need=need, today=today, candidate=candidate, has_any=any(free.values()))
        if not reason:
            passing.append(
                _Candidate(
                    place=candidate.place,
                    rank=candidate.rank,
                    ships_on=candidate.ships_on,
                    distance_km=candidate.distance_km,
                    load=candidate.load,
                    free=free,
                )
            )
        if len(told) < TOLD:
            told.append(_told(candidate, free=free, reason=reason))
        else:
            others[reason or "passed"] = others.get(reason or "passed", 0) + 1
    step: dict[str, Any] = {"rule": rule.name, "places": told}
    return passing, step | ({"others": others} if others else {})


def _refusal(*, rule: Rule, need: Need, today: date, candidate: _Candidate, has_any: bool) -> str:
    """Why a candidate does not pass, "" when it does."""
    place, leaves, distance = candidate.place, candidate.ships_on, candidate.distance_km
    last = None if rule.max_wait_days is None else today + timedelta(days=rule.max_wait_days)
    reasons = {
        "said_no": place.id in need.excluded,
        "kind": bool(rule.kinds) and place.kind not in rule.kinds,
        "group": bool(rule.groups) and place.group not in rule.groups,
        "closed": leaves is None,
        "too_late": leaves is not None and last is not None and leaves > last,
        "distance_unknown": rule.max_distance_km is not None and distance is None,
        "too_far": rule.max_distance_km is not None and distance is not None and distance > rule.max_distance_km,
        "no_stock": not has_any,
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _told(candidate: _Candidate, *, free: Mapping[int, int], reason: str) -> dict[str, Any]:
    return {
        "place": candidate.place.code,
        "free": {str(product): units for product, units in free.items() if units},
        "ships_on": candidate.ships_on.isoformat() if candidate.ships_on else None,
        "km": candidate.distance_km,
        "why_not": reason,
    }


def _sorted(*, rule: Rule, passing: list[_Candidate], products: Mapping[int, int]) -> list[_Candidate]:
    def key(candidate: _Candidate) -> tuple[Any, ...]:
        return (*(_worse(sort, candidate, products) for sort in rule.sorts), candidate.rank)

    return sorted(passing, key=key)


def _worse(sort: str, candidate: _Candidate, products: Mapping[int, int]) -> float:
    """A number that is lower the more a sort likes the candidate; what is not known comes last."""
    unknown = float("inf")
    if sort == SourcingSort.NEAREST:
        return unknown if candidate.distance_km is None else candidate.distance_km
    if sort == SourcingSort.SOONEST:
        return candidate.ships_on.toordinal() if candidate.ships_on else unknown
    if sort == SourcingSort.MOST_STOCK:
        return -sum(min(candidate.free[product], units) for product, units in products.items())
    if sort == SourcingSort.LEAST_BUSY:
        return -unknown if candidate.load is None else -candidate.load
    return candidate.rank


def _fill(
    *,
    rule: Rule,
    passing: Sequence[_Candidate],
    wanted: Mapping[int, int],
    worth: Mapping[int, int],
    taken: Mapping[int, Any],
    parcels_before: int,
) -> tuple[dict[int, dict[int, int]], str]:
    """Which locations give what under a rule: (units by location, outcome)."""
    used = parcels_before + len(taken)
    most = None if rule.max_parcels is None else rule.max_parcels - used
    whole, why = _fewest(passing=passing, wanted=wanted, worth=worth, rule=rule, most=most, taken=taken)
    if whole is not None:
        return whole, "filled"
    if rule.action != RuleAction.PART:
        return {}, why
    part: dict[int, dict[int, int]] = {}
    open_units = dict(wanted)
    for candidate in passing:
        new = candidate.place.id not in taken
        if new and most is not None and sum(place not in taken for place in part) >= most:
            continue
        gives = _gives(candidate, open_units)
        if not gives or (new and _value(gives, worth) < rule.min_parcel_minor):
            continue
        part[candidate.place.id] = gives
        for product, units in gives.items():
            open_units[product] -= units
    return part, "filled_in_part" if part else why


def _fewest(
    *,
    passing: Sequence[_Candidate],
    wanted: Mapping[int, int],
    worth: Mapping[int, int],
    rule: Rule,
    most: int | None,
    taken: Mapping[int, Any],
) -> tuple[dict[int, dict[int, int]] | None, str]:
    """The fewest locations that give everything; among equally few the most preferred. (None, why) when none do."""
    if any(sum(candidate.free[product] for candidate in passing) < units for product, units in wanted.items()):
        return None, "not_enough"
    why = "too_many_parcels"
    best = passing[:BEST]
    for size in range(1, min(MOST_COMBINED, len(best)) + 1):
        for group in combinations(best, size):
            if most is not None and sum(candidate.place.id not in taken for candidate in group) > most:
                continue
            found = _cover(group, wanted)
            if found is None:
                continue
            if _worth_it(found, worth=worth, rule=rule, taken=taken):
                return found, "filled"
            why = "parcel_too_small"
    if most is None or most > MOST_COMBINED:
        found = _cover(passing, wanted)
        if found is not None and (most is None or len(found) <= most):
            if _worth_it(found, worth=worth, rule=rule, taken=taken):
                return found, "filled"
            why = "parcel_too_small"
    return None, why


def _cover(group: Sequence[_Candidate], wanted: Mapping[int, int]) -> dict[int, dict[int, int]] | None:
    """Take everything from a group of locations, the most preferred first; None when it is not there."""
    open_units = dict(wanted)
    found = {}
    for candidate in group:
        gives = _gives(candidate, open_units)
        if gives:
            found[candidate.place.id] = gives
            for product, units in gives.items():
                open_units[product] -= units
    return None if any(open_units.values()) else found


def _gives(candidate: _Candidate, wanted: Mapping[int, int]) -> dict[int, int]:
    return {
        product: min(candidate.free[product], units)
        for product, units in wanted.items()
        if min(candidate.free[product], units) > 0
    }


def _worth_it(
    found: Mapping[int, Mapping[int, int]], *, worth: Mapping[int, int], rule: Rule, taken: Mapping[int, Any]
) -> bool:
    """Whether no new parcel is worth less than the rule allows; a single one always is."""
    if len(found.keys() | taken.keys()) <= 1:
        return True
    return all(place in taken or _value(units, worth) >= rule.min_parcel_minor for place, units in found.items())


def _value(units: Mapping[int, int], worth: Mapping[int, int]) -> int:
    return sum(count * worth[product] for product, count in units.items())


def _decision(
    *,
    need: Need,
    candidates: Sequence[_Candidate],
    taken: Mapping[int, Mapping[int, int]],
    named: Mapping[int, str],
    left: Mapping[int, int],
    trace: Sequence[Mapping[str, Any]],
    waits: Rule | None,
) -> Decision:
    parcels = tuple(
        Parcel(
            location_id=candidate.place.id,
            code=candidate.place.code,
            units=dict(sorted(taken[candidate.place.id].items())),
            ships_on=candidate.ships_on,
            rule=named[candidate.place.id],
        )
        for candidate in candidates
        if candidate.place.id in taken and candidate.ships_on is not None
    )
    has_end = waits is not None and waits.action == RuleAction.WAIT and waits.wait_days is not None
    return Decision(
        parcels=parcels,
        missing=dict(left),
        waits=waits is not None,
        until=need.at + timedelta(days=waits.wait_days) if has_end and waits and waits.wait_days is not None else None,
        trace=tuple(trace),
    )
