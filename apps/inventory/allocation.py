"""Which location gives what: a plain rule over levels that are already locked. No database here but for the refusal."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.inventory.errors import UnableToReserve
from apps.inventory.ledger import LockedLevel


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a product an order line needs. `sku` is for the refusal's sentence."""

    product_id: int
    quantity: int
    sku: str


def allocate(
    *, lines: Sequence[Wanted], levels: Sequence[LockedLevel], location_ids: Sequence[int]
) -> list[tuple[LockedLevel, int]]:
    """
    Return (level, units) pairs that fill every line.

    The first location of `location_ids` that can fill everything gives everything; when there is none, each line takes
    what each location has, in that order. Raises UnableToReserve for the first line that cannot be filled.
    """
    by_place = {(level.location_id, level.product_id): level for level in levels}
    _check_enough(lines=lines, levels=levels)
    for location_id in location_ids:
        whole = [(by_place.get((location_id, line.product_id)), line.quantity) for line in lines]
        if all(level is not None and level.free >= quantity for level, quantity in whole):
            return [(level, quantity) for level, quantity in whole if level is not None]
    plan = []
    for line in lines:
        missing = line.quantity
        for location_id in location_ids:
            level = by_place.get((location_id, line.product_id))
            if level is None or not level.free or not missing:
                continue
            take = min(level.free, missing)
            plan.append((level, take))
            missing -= take
    return plan


def _check_enough(*, lines: Sequence[Wanted], levels: Sequence[LockedLevel]) -> None:
    free: dict[int, int] = {}
    for level in levels:
        free[level.product_id] = free.get(level.product_id, 0) + level.free
    for line in lines:
        left = free.get(line.product_id, 0)
        if left < line.quantity:
            raise UnableToReserve(product_id=line.product_id, sku=line.sku, wanted=line.quantity, left=left)
