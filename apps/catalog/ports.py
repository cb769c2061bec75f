"""What the catalogue needs from rooms above it, which register themselves when Django starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from apps.markets.context import MarketInfo


@dataclass(frozen=True, slots=True)
class StockFacts:
    """
    What may be sold of a product in a market: units available online, whether stores have it, and whether goods on
    their way may be sold.
    """

    available: int
    in_stores: bool
    is_coming: bool = False


class StockSource(Protocol):
    """Answers for any number of products at once; a product that is absent has no stock."""

    def __call__(self, *, market: MarketInfo, product_ids: Sequence[int]) -> Mapping[int, StockFacts]:
        """Return product id → facts."""


_sources: list[StockSource] = []


def register_stock_source(source: StockSource) -> Callable[[], None]:
    """Make `source` the one the publisher asks; returns a function that takes it back (for tests)."""
    _sources.append(source)
    return lambda: _sources.remove(source)


def stock_facts(*, market: MarketInfo, product_ids: Sequence[int]) -> Mapping[int, StockFacts]:
    """Ask the source registered last; without one nothing is in stock."""
    return _sources[-1](market=market, product_ids=product_ids) if _sources else {}


class StockSink(Protocol):
    """Takes counted stock from an import, in the importing transaction."""

    def __call__(self, *, counts: Mapping[int, int], location_code: str, reference: str, at: datetime, by: str) -> int:
        """Set product id → units on hand at a location; return how many levels differed. Raises a Refusal."""


_sinks: list[StockSink] = []


def register_stock_sink(sink: StockSink) -> Callable[[], None]:
    """Make `sink` what imports hand stock to; returns a function that takes it back (for tests)."""
    _sinks.append(sink)
    return lambda: _sinks.remove(sink)


def put_stock(*, counts: Mapping[int, int], location_code: str, reference: str, at: datetime, by: str) -> int | None:
    """Hand counted stock to the sink registered last; return how many levels differed, None when there is no sink."""
    if not _sinks or not counts:
        return None if not _sinks else 0
    return _sinks[-1](counts=counts, location_code=location_code, reference=reference, at=at, by=by)
