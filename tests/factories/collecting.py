"""Orders that are collected in a store of the network."""

from datetime import datetime
from typing import Any

from apps.core.testing import drain_outbox
from apps.inventory.models import Location
from apps.markets.models import Market
from apps.orders import delivery
from apps.orders.models import DeliveryMethod, Order
from apps.orders.placement import PlacedOrder
from tests.factories.network import MARAIS, Network, make_network
from tests.factories.orders import AT, make_checkout, make_delivery_method
from tests.factories.payments import Waiting, pay

HOURS = {"mon": [["10:00", "19:00"]], "sat": [["10:00", "12:00"], ["14:00", "18:00"]]}
STORE = {
    "offers_collection": True,
    "street": "3 rue de Bretagne",
    "postcode": "75003",
    "city": "Paris",
    "opening_hours": HOURS,
}


def make_collecting(**fields: dict[str, Any]) -> Network:
    """Make the network with a store in the Marais where orders are collected for nothing, kept three days."""
    network = make_network(**{**fields, MARAIS: {**STORE, **fields.get(MARAIS, {})}})
    make_delivery_method(
        market=Market.objects.get(pk=network.shop.market.id),
        code="collect",
        kind="collect",
        price_minor=0,
        min_days=0,
        max_days=0,
        keep_days=3,
        position=1,
        labels={"fr": "Retrait en magasin", "en": "Collection in store"},
    )
    return network


def collect(network: Network, *, units: dict[str, int], store: str = MARAIS, **changes: Any) -> PlacedOrder:
    """Place an order that is collected, paid by transfer when nothing else is said."""
    items = [(network.goods[sku], count) for sku, count in units.items()]
    checkout = make_checkout(shop=network.shop, items=items)
    goods = checkout.total - delivery.option(shop=network.shop, code="home", goods=checkout.total, at=AT).price
    values = {"delivery_code": f"collect:{store}", "payment_method": "bank_transfer", "confirmed_total": goods}
    return checkout.place(**{**values, **changes})


def to_collect(network: Network, *, units: dict[str, int] | None = None, at: datetime = AT, **changes: Any) -> Order:
    """Place and pay such an order, and have its fulfilments made."""
    placed = collect(network, units=units or {"POT": 2}, **changes)
    waiting = Waiting(network.shop, None, placed.order_id, placed.payment_id, placed.number, AT)  # type: ignore[arg-type]
    pay(waiting, at=at)
    drain_outbox(at=at)
    return waiting.order


def close_collection(store: Location) -> None:
    """Let nobody collect there any more."""
    Location.objects.filter(pk=store.pk).update(offers_collection=False)
    delivery.forget_methods()


def stop_collecting() -> None:
    """Offer no collection in any market."""
    DeliveryMethod.objects.filter(kind="collect").update(is_active=False)
    delivery.forget_methods()
