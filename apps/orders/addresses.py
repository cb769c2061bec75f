"""Addresses of placed orders as plain data: for papers, partners and whatever outlives the row."""

from typing import Any


def address_of(row: Any) -> dict[str, str]:  # noqa: ANN401 -- Oscar's shipping or billing address
    """Return an address by what its parts are, not by Oscar's line numbers; empty for none."""
    if row is None:
        return {}
    return {
        "name": f"{row.first_name} {row.last_name}".strip(),
        "company": row.line3,
        "line1": row.line1,
        "line2": row.line2,
        "postcode": row.postcode,
        "city": row.line4,
        "country": row.country_id,
    }
