"""An order of four lines over a warehouse, a logistics partner and two stores, through the operations shoppers use."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.catalog.models import Product
from apps.core.testing import drain_outbox
from apps.inventory.models import Location, SourcingRule
from apps.inventory.sourcing import queries as sourcing
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders.models import Fulfilment, Line, Order
from apps.orders.placement import PlacedOrder
from tests.factories.orders import AT, make_checkout, make_item, make_location, make_stock, make_trading_shop
from tests.factories.payments import ACCOUNT, METHODS, Waiting, pay

DEPOT, PARTNER, MARAIS, LILLE = "depot", "partner", "marais", "lille"
NAMES = ("KETTLE", "CUP", "POT", "LID")
WHERE = {"KETTLE": DEPOT, "CUP": PARTNER, "POT": MARAIS, "LID": LILLE}


@dataclass(frozen=True)
class Network:
    """A market over four locations, and goods by SKU. Each SKU lies at one of them, 2 units, until more is counted."""

    shop: Any
    places: dict[str, Location]
    goods: dict[str, Product] = field(default_factory=dict)

    def put(self, *, sku: str, at: str, units: int) -> None:
        """Count so many units of a SKU at a location."""
        make_stock(product=self.goods[sku], location=self.places[at], units=units)

    def order(self, *, units: dict[str, int] | None = None, **changes: Any) -> PlacedOrder:
        """Place an order, one of each when nothing is said."""
        wanted = units or dict.fromkeys(NAMES, 1)
        items = [(self.goods[sku], count) for sku, count in wanted.items()]
        return make_checkout(shop=self.shop, items=items).place(payment_method="bank_transfer", **changes)

    def paid(self, *, at: datetime = AT, units: dict[str, int] | None = None, is_sure: bool = True) -> Order:
        """Place an order, pay it and have its fulfilments made; is_sure: nothing that follows may fail."""
        placed = self.order(units=units)
        waiting = Waiting(self.shop, None, placed.order_id, placed.payment_id, placed.number, AT)  # type: ignore[arg-type]
        pay(waiting, at=at)
        drain_outbox(at=at, fail_on_error=is_sure)
        return waiting.order


def make_network(*, partner: str = "", **fields: dict[str, Any]) -> Network:
    """
    Make the four locations, their market and four SKUs at 10.00.

    partner: the outside system behind the partner's location. fields: other columns by location code.
    """
    known: dict[str, dict[str, Any]] = {
        DEPOT: {"kind": "warehouse", "latitude": "45.76", "longitude": "4.84"},
        PARTNER: {"kind": "partner", "partner": partner, "latitude": "48.99", "longitude": "2.52"},
        MARAIS: {"kind": "store", "latitude": "48.86", "longitude": "2.36"},
        LILLE: {"kind": "store", "latitude": "50.63", "longitude": "3.06"},
    }
    places = {code: make_location(code=code, **{**values, **fields.get(code, {})}) for code, values in known.items()}
    shop = make_trading_shop(locations=tuple(known))
    Market.objects.filter(pk=shop.market.id).update(payment_methods=METHODS, features={"bank_account": ACCOUNT})
    forget_snapshot()
    shop = shop_for_market(market_code=shop.market.code, language=shop.language)
    goods = {sku: make_item(shop=shop, sku=sku, units=2, location=WHERE[sku], title=sku.title()) for sku in NAMES}
    return Network(shop=shop, places=places, goods=goods)


def make_rule(*, network: Network, **fields: Any) -> SourcingRule:
    """Make a sourcing rule of the network's market, after those it has."""
    count = SourcingRule.objects.filter(market_id=network.shop.market.id).count()
    values = {"name": f"Rule {count + 1}", "position": count + 1, **fields}
    made = SourcingRule.objects.create(market_id=network.shop.market.id, **values)
    sourcing.forget()
    return made


def fulfilment_at(order: Order, code: str) -> Fulfilment:
    """The one open fulfilment of an order at a location."""
    rows = Fulfilment.objects.filter(order=order, location__code=code).exclude(state__in=("rejected", "replaced"))
    return rows.get()


def line_of(order: Order, sku: str) -> Line:
    """The line of an order that has this SKU."""
    return Line.objects.get(order=order, partner_sku=sku)
