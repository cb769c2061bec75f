"""Goods on their way to the network's places."""

from datetime import date, timedelta
from typing import Any

from apps.inventory import inbound
from apps.inventory.models import Inbound
from apps.inventory.sourcing import queries as sourcing
from tests.factories.network import DEPOT, Network
from tests.factories.orders import AT

TODAY = AT.date()
BY = "user:7"


def announce(network: Network, *, units: dict[str, int], days: int = 9, **changes: Any) -> Inbound:
    """Announce units by SKU to the depot, expected in so many days."""
    values: dict[str, Any] = {
        "location_id": network.places[DEPOT].pk,
        "quantities": {network.goods[sku].pk: count for sku, count in units.items()},
        "expected_on": day_in(days),
        "reference": "PO-4711",
        "sells_online": True,
        "percent": 100,
        "today": TODAY,
        "at": AT,
        "by": BY,
        **changes,
    }
    made = Inbound.objects.get(pk=inbound.announce(**values))
    sourcing.forget()
    return made


def day_in(days: int) -> date:
    """A day so many days after AT."""
    return TODAY + timedelta(days=days)
