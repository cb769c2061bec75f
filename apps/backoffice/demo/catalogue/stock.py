"""How many of each SKU lie where at the start, from its stock profile."""

from __future__ import annotations

import zlib

from apps.backoffice.demo.catalogue.model import DemoLocation, StockProfile

# Every third SKU lies at the logistics partner too.
PARTNER_HAS = 3
_RANGES: dict[StockProfile, tuple[tuple[int, int], tuple[int, int]]] = {
    "plenty": ((40, 160), (2, 9)),
    "low": ((1, 4), (0, 1)),
    "out": ((0, 0), (0, 0)),
    "stores": ((0, 0), (1, 4)),
}


def units(*, sku: str, profile: StockProfile, location: DemoLocation) -> int:
    """Return the units of a SKU at a location, ≥ 0; the same at every call."""
    if location.kind == "partner" and zlib.crc32(sku.encode()) % PARTNER_HAS:
        return 0
    low, high = _RANGES[profile][1 if location.kind == "store" else 0]
    return low + zlib.crc32(f"{sku}@{location.code}".encode()) % (high - low + 1)
