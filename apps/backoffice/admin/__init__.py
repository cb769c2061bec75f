"""The admin's screens, by noun. Rows are edited by forms; business is done by buttons that call operations."""

from apps.backoffice.admin import (
    catalog,
    fulfilments,
    imports,
    markets,
    media,
    offers,
    orders,
    payments,
    people,
    products,
    returns,
    stock,
)

__all__ = [
    "catalog",
    "fulfilments",
    "imports",
    "markets",
    "media",
    "offers",
    "orders",
    "payments",
    "people",
    "products",
    "returns",
    "stock",
]
