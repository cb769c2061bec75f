"""The admin's screens, by noun. Rows are edited by forms; business is done by buttons that call operations."""

from apps.backoffice.admin import (
    catalog,
    credit,
    fulfilments,
    imports,
    locations,
    markets,
    media,
    offers,
    orders,
    payments,
    people,
    products,
    returns,
    service,
    sourcing,
    stock,
)

__all__ = [
    "catalog",
    "credit",
    "fulfilments",
    "imports",
    "locations",
    "markets",
    "media",
    "offers",
    "orders",
    "payments",
    "people",
    "products",
    "returns",
    "service",
    "sourcing",
    "stock",
]
