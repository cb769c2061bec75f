"""
Which offers apply together: best priority first, groups by their policy, and the same result for any order of lines.

Oscar's conditions and benefits do the arithmetic on lines that are never saved. Each offer sees only the lines that it
could still touch, so hundreds of offers cost little more than the few that give something.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from oscar.apps.offer.results import OfferApplications

from apps.orders.basket.data import Lost
from apps.orders.basket.known_offers import Group, KnownOffer
from apps.orders.enums import LostWhy, StackingPolicy


@dataclass(slots=True)
class _State:
    """What has happened so far: applications, the winner of each group, and what was set aside."""

    basket: Any
    used: Mapping[int, int]
    by_range: Mapping[int, list[Any]]
    applications: OfferApplications = field(default_factory=OfferApplications)
    taken: set[int] = field(default_factory=set)
    """Lines without a free unit."""
    closed: set[int] = field(default_factory=set)
    """Lines on which an exclusive offer took a unit."""
    winners: dict[int, tuple[Group, str]] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)


def apply_all(
    *,
    candidates: Sequence[KnownOffer],
    basket: Any,  # noqa: ANN401 -- Oscar's
    used: Mapping[int, int],
) -> tuple[OfferApplications, list[Lost]]:
    """
    Apply candidates, best priority first, to an unsaved basket; return what was given and what was set aside by groups.

    used: how often the shopper has used an offer before. A group gives by its policy (StackingPolicy) and bars the
    groups it excludes once it has given something. The basket's lines must be in an order of their own, not the
    shopper's; ties go to the older offer.
    """
    by_range: dict[int, list[Any]] = defaultdict(list)
    for line in basket.all_lines():
        for range_id in line.product.in_ranges:
            by_range[range_id].append(line)
    state = _State(basket=basket, used=used, by_range=by_range)
    done: set[int] = set()
    for known in candidates:
        group = known.group
        if group is None:
            _give(known, state)
        elif group.policy == StackingPolicy.BEST:
            if group.id not in done:
                done.add(group.id)
                _give_best([each for each in candidates if each.group == group], group, state)
        else:
            _give_in_turn(known, group, state)
    return state.applications, state.lost


def _give_in_turn(known: KnownOffer, group: Group, state: _State) -> None:
    """Give an offer of a group whose offers add up, or of which the first that gives something is the only one."""
    if (bar := _barred(group, state)) is not None:
        state.lost.append(_set_aside(known, LostWhy.BARRED, by=bar))
        return
    winner = state.winners.get(group.id)
    if winner is not None and group.policy == StackingPolicy.FIRST:
        state.lost.append(_set_aside(known, LostWhy.BEATEN, by=winner[1]))
        return
    if _give(known, state):
        state.winners.setdefault(group.id, (group, known.row.name))


def _give_best(members: Sequence[KnownOffer], group: Group, state: _State) -> None:
    """Try each offer of a group on the basket as it stands, and give the one that takes off most."""
    if (bar := _barred(group, state)) is not None:
        state.lost += [_set_aside(each, LostWhy.BARRED, by=bar) for each in members]
        return
    worth = [(each, _worth(each, state)) for each in members]
    # Stable, and members come best priority first: ties go to them.
    ranked = sorted(((each, amount) for each, amount in worth if amount is not None), key=lambda pair: -pair[1])
    if not ranked:
        return
    best = ranked[0][0]
    _give(best, state)
    state.winners[group.id] = (group, best.row.name)
    state.lost += [_set_aside(each, LostWhy.BEATEN, by=best.row.name, amount=amount) for each, amount in ranked[1:]]


def _barred(group: Group, state: _State) -> str | None:
    """The name of a group that has given something and bars this one, either way round."""
    for other, _offer in state.winners.values():
        if other.id != group.id and (other.id in group.bars or group.id in other.bars):
            return other.name
    return None


def _set_aside(known: KnownOffer, why: str, *, by: str, amount: Decimal | None = None) -> Lost:
    return Lost(offer_id=known.row.pk, name=known.row.name, why=why, by=by, amount=amount)


def _worth(known: KnownOffer, state: _State) -> Decimal | None:
    """What an offer would take off now, nothing kept; None when it does not apply. An offer on delivery counts as 0."""
    before = {line: line.discounts for line in state.basket.all_lines()}
    trial = replace(state, applications=OfferApplications(), taken=set(state.taken), closed=set(state.closed))
    for line, registry in before.items():
        line.discounts = _cloned(registry)
    try:
        if not _give(known, trial):
            return None
        return sum((Decimal(each["discount"]) for each in trial.applications), Decimal(0))
    finally:
        for line, registry in before.items():
            line.discounts = registry


def _cloned(registry: Any) -> Any:  # noqa: ANN401 -- Oscar's
    """A line's record of discounts that may be written on and thrown away."""
    clone = copy.copy(registry)
    for name in ("_offers", "_consumptions", "_discounts"):
        setattr(clone, name, copy.copy(getattr(registry, name)))
    return clone


def _give(known: KnownOffer, state: _State) -> bool:
    """Apply one offer as often as it may (Oscar's Applicator, with what the shopper used read beforehand)."""
    offer = known.row
    lines = _touchable(known, state)
    if not lines:
        return False
    most = offer.get_max_applications()
    if offer.max_user_applications:
        most = min(most, max(0, offer.max_user_applications - state.used.get(offer.pk, 0)))
    whole = state.basket.all_lines()
    state.basket._lines = lines  # noqa: SLF001 -- Oscar's loops over all lines would be most of the cost
    has_given = False
    try:
        for _ in range(most):
            result = offer.apply_benefit(state.basket)
            if not result.is_successful:
                break
            state.applications.add(offer, result)
            has_given = True
            if result.is_final:
                break
    finally:
        state.basket._lines = whole  # noqa: SLF001 -- as above
    if has_given:
        _mark(lines, state)
    return has_given


def _mark(lines: Iterable[Any], state: _State) -> None:
    """Note which of the lines an offer has just touched are done with for those to come."""
    for line in lines:
        if line.discounts.num_consumed() >= line.quantity:
            state.taken.add(line.pk)
        if any(offer.exclusive for offer in line.discounts.consumers):
            state.closed.add(line.pk)


def _touchable(known: KnownOffer, state: _State) -> list[Any]:
    """
    The lines of an offer's ranges with units it could still take, in the basket's order.

    Oscar's rules without its loop over all that was applied: offers come best priority first, so an exclusive one finds
    nothing where all units are taken, another one nothing where an exclusive one took any.
    """
    if not known.range_ids:
        return list(state.basket.all_lines())
    shut = state.taken if known.row.exclusive else state.closed
    if len(shut) == len(state.basket.all_lines()):
        return []
    found = {
        line.pk: line
        for range_id in known.range_ids
        for line in state.by_range.get(range_id, ())
        if line.pk not in shut
    }
    # The lines of one range are in order already.
    several = len(known.range_ids) > 1
    return sorted(found.values(), key=lambda line: line.product.pk) if several else list(found.values())
