"""Placed orders that wait for money, through the operations shoppers use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.catalog.models import Product
from apps.markets.context import Shop
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, market_by_code, shop_for_market
from apps.orders.enums import Answer, Source
from apps.orders.models import Order, Payment
from apps.orders.payments import operations
from apps.orders.payments.gateways.base import Verdict
from apps.orders.tokens import order_token
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop

ACCOUNT = {"iban": "FR7630006000011234567890189", "bic": "AGRIFRPP", "holder": "Halles SAS"}
METHODS = ["card", "bank_transfer", "demo"]


@dataclass(frozen=True)
class Waiting:
    """An order that waits for its payment."""

    shop: Shop
    product: Product
    order_id: int
    payment_id: int
    number: str
    expires_at: datetime

    @property
    def token(self) -> str:
        return order_token(self.number)

    @property
    def order(self) -> Order:
        return Order.objects.get(pk=self.order_id)

    @property
    def payment(self) -> Payment:
        return Payment.objects.get(pk=self.payment_id)

    @property
    def states(self) -> tuple[str, str]:
        """State of the order and of its first payment."""
        return self.order.state, self.payment.state


def make_waiting_order(*, method: str = "card", quantity: int = 2, units: int = 10, **changes: Any) -> Waiting:
    """Place an order of `quantity` × 10.00 plus 4.90 delivery in the French shop; nothing is paid yet."""
    at = changes.pop("at", AT)
    shop = make_trading_shop()
    Market.objects.filter(pk=shop.market.id).update(payment_methods=METHODS, features={"bank_account": ACCOUNT})
    forget_snapshot()
    shop = shop_for_market(market_code=market_by_code(code=shop.market.code).code, language=shop.language)
    product = make_item(shop=shop, units=units, title="Bouilloire")
    placed = make_checkout(shop=shop, items=[(product, quantity)]).place(payment_method=method, at=at, **changes)
    order = Order.objects.get(pk=placed.order_id)
    return Waiting(
        shop=shop,
        product=product,
        order_id=order.pk,
        payment_id=placed.payment_id,
        number=order.number,
        expires_at=order.expires_at,
    )


def pay(waiting: Waiting, *, at: datetime) -> None:
    """Let staff record that the whole amount came."""
    payment = waiting.payment
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=payment.amount_minor, currency=payment.currency)
    operations.settle(
        gateway=payment.gateway, verdict=verdict, source=Source.STAFF, at=at, by="user:1", payment_id=payment.pk
    )
