"""How many of each SKU lie where at the start, from its stock profile."""

from __future__ import annotations

import zlib

from apps.backoffice.demo.catalogue.model import DemoLocation, StockProfile

_RANGES: dict[StockProfile, tuple[tuple[int, int], tuple[int, int]]] = {
    "plenty": ((40, 160), (2, 9)),
    "low": ((1, 4), (0, 1)),
    "out": ((0, 0), (0, 0)),
    "stores": ((0, 0), (1, 4)),
}


def units(*, sku: str, profile: StockProfile, location: DemoLocation) -> int:
    """Return the units of a SKU at a location, ≥ 0; the same at every call."""
    low, high = _RANGES[profile][0 if location.kind == "warehouse" else 1]
    return low + zlib.crc32(f"{sku}@{location.code}".encode()) % (high - low + 1)
