"""What lines of a fulfilment are for the stock: units by product."""

from collections.abc import Iterable, Mapping

from apps.orders.models import FulfilmentLine


def by_product(*, lines: Iterable[FulfilmentLine], units: Mapping[int, int] | None = None) -> dict[int, int]:
    """
    Return the units by product of fulfilment lines, all they carry or `units` (order line id → units) of them.

    lines: with their order lines loaded. A product that was deleted since has no stock and is left out.
    """
    found: dict[int, int] = {}
    for line in lines:
        product, count = line.line.product_id, line.quantity if units is None else units.get(line.line_id, 0)
        if product and count:
            found[product] = found.get(product, 0) + count
    return found
