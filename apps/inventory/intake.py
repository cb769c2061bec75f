"""What an import of the catalogue hands down: counted stock for one location."""

from collections.abc import Mapping
from datetime import datetime

from apps.inventory import operations
from apps.inventory.errors import LocationUnknown
from apps.inventory.models import Location
from apps.inventory.stock_records import ensure_stock_records


def count_imported(*, counts: Mapping[int, int], location_code: str, reference: str, at: datetime, by: str) -> int:
    """
    Record units per product as counted at a location; return how many levels differed. Constant SQL.

    Raises LocationUnknown, StockPromised, QuantityOutOfRange.
    """
    location = Location.objects.filter(code=location_code).first()
    if location is None:
        raise LocationUnknown(code=location_code)
    ensure_stock_records(product_ids=list(counts))
    wanted = {(product_id, location.pk): units for product_id, units in counts.items()}
    return operations.count_stock(counts=wanted, reference=reference, at=at, by=by)
