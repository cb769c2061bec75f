"""What the sourcing engine is given and what it answers. Plain values, all of them JSON on request."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apps.inventory.enums import RuleAction


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Units of a product an order line needs.

    sku: for sentences. unit_minor: what one is worth, in minor units, for rules about the worth of a parcel.
    """

    product_id: int
    quantity: int
    sku: str
    unit_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A sourcing rule as `models.SourcingRule` describes it."""

    name: str
    delivery_code: str = ""
    kinds: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    max_distance_km: int | None = None
    max_wait_days: int | None = None
    sorts: tuple[str, ...] = ()
    max_parcels: int | None = None
    min_parcel_minor: int = 0
    action: str = RuleAction.ALLOCATE
    wait_days: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Rule":
        """Read `as_dict` back."""
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return cls(**read)


# What holds in a market without rules of its own: one parcel from the first place that has everything, else as many
# as it takes.
DEFAULT_RULES = (
    Rule(name="One parcel", max_parcels=1),
    Rule(name="Several parcels"),
)


# What holds for goods the shopper collects: they chose the place, so no rule of the market does.
COLLECT_RULES = (Rule(name="Collected where the shopper comes"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A location that may serve a market, and on which days it hands goods over.

    from_day: goods on their way to it, expected that day; kind, group, point and days are the location's they come to.
    """

    id: int
    code: str
    name: str
    kind: str
    group: str
    country: str
    point: tuple[float, float] | None
    ships_on: frozenset[int]
    cutoff: time | None
    handling_days: int
    daily_capacity: int | None
    closures: tuple[tuple[date, date], ...]
    partner: str = ""
    from_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """
    The days on which nothing leaves, per country, and the delivery method's cut-off.

    zone: the market's; a day begins and a cut-off strikes by it. full: (location id, day) pairs without capacity left.
    taken: orders a location has for a day, where it has a capacity.
    """

    zone: ZoneInfo
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)
    cutoff: time | None = None
    full: frozenset[tuple[int, date]] = frozenset()
    taken: Mapping[tuple[int, date], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """
    What is to be sourced.

    target: where the delivery address lies, None when that is not known. excluded: locations that said no before.
    parcels_before: parcels the order has already. may_wait: goods may be left without a location. collect_at: the store
    the shopper comes to, which alone is asked then.
    """

    market: str
    lines: tuple[Wanted, ...]
    at: datetime
    delivery_code: str = ""
    country: str = ""
    postcode: str = ""
    target: tuple[float, float] | None = None
    excluded: frozenset[int] = frozenset()
    parcels_before: int = 0
    may_wait: bool = False
    collect_at: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON values, without the stock."""
        return {
            "market": self.market,
            "lines": [asdict(line) for line in self.lines],
            "at": self.at.isoformat(),
            "delivery_code": self.delivery_code,
            "country": self.country,
            "postcode": self.postcode,
            "target": list(self.target) if self.target else None,
            "excluded": sorted(self.excluded),
            "parcels_before": self.parcels_before,
            "may_wait": self.may_wait,
            "collect_at": self.collect_at,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Need":
        """Read `as_dict` back."""
        return cls(
            market=values["market"],
            lines=tuple(Wanted(**line) for line in values["lines"]),
            at=datetime.fromisoformat(values["at"]),
            delivery_code=values["delivery_code"],
            country=values["country"],
            postcode=values["postcode"],
            target=tuple(values["target"]) if values["target"] else None,
            excluded=frozenset(values["excluded"]),
            parcels_before=values["parcels_before"],
            may_wait=values["may_wait"],
            collect_at=values.get("collect_at"),  # decisions before stores could be chosen do not say
        )


# Units free by (product id, location id).
Stock = Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one location gives, and the day it hands it over."""

    location_id: int
    code: str
    units: Mapping[int, int]
    ships_on: date
    rule: str

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "location": self.code,
            "location_id": self.location_id,
            "units": {str(product): units for product, units in self.units.items()},
            "ships_on": self.ships_on.isoformat(),
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    What the rules came to.

    missing: units by product no rule could place. waits: whether a rule has them wait; until: for how long, None when a
    person decides.
    """

    parcels: tuple[Parcel, ...]
    missing: Mapping[int, int]
    waits: bool
    until: datetime | None
    trace: tuple[Mapping[str, Any], ...]

    @property
    def is_whole(self) -> bool:
        """Whether every unit has its place."""
        return not self.missing

    def plan(self) -> dict[str, Any]:
        """JSON values of the parcels and of what is missing."""
        return {
            "parcels": [parcel.as_dict() for parcel in self.parcels],
            "missing": {str(product): units for product, units in self.missing.items()},
            "waits": self.waits,
            "until": self.until.isoformat() if self.until else None,
        }
