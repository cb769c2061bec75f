"""The stores where a market's orders can be collected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.kept import Kept
from apps.inventory import queries as inventory
from apps.markets.context import MarketInfo

TTL_S = 10.0


@dataclass(frozen=True, slots=True)
class Store:
    """A store as a shopper chooses it. hours: spans such as ["10:00", "19:00"] by day of the week."""

    id: int
    code: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    point: tuple[float, float] | None
    hours: Mapping[str, Any]

    @property
    def lines(self) -> tuple[str, ...]:
        """Its name and address, as printed."""
        town = f"{self.postcode} {self.city}".strip()
        return tuple(line for line in (self.name, self.street, town) if line)


def stores_of(*, market: MarketInfo) -> tuple[Store, ...]:
    """
    Return the stores that serve a market's web shop and let its orders be collected, by town and name.

    At most TTL_S seconds old; one statement when they are older.
    """
    return _stores.get(key=(market.country, market.stock_location_codes), read=lambda: _read(market))


def store_of(*, market: MarketInfo, code: str) -> Store | None:
    """One of them by its code. No statement when warm."""
    return next((store for store in stores_of(market=market) if store.code == code), None)


def forget() -> None:
    """Make the next read go to the database; called after a change in this process and by tests."""
    _stores.forget()


_stores: Kept[tuple[str, tuple[str, ...]], tuple[Store, ...]] = Kept(age_s=TTL_S)


def _read(market: MarketInfo) -> tuple[Store, ...]:
    rows = inventory.stores(country=market.country).filter(
        code__in=market.stock_location_codes, offers_collection=True, sells_online=True
    )
    return tuple(
        Store(
            id=row.pk,
            code=row.code,
            name=row.name,
            street=row.street,
            postcode=row.postcode,
            city=row.city,
            country=row.country,
            point=row.point,
            hours=row.opening_hours,
        )
        for row in rows
    )
