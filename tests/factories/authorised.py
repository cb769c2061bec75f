"""Orders whose amount the demo bank set aside, in a market that charges each parcel as it leaves."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.core.testing import drain_outbox
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders.enums import DemoBankDecision, FulfilmentState
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import DemoBankPayment, Fulfilment, Order, Payment
from apps.orders.payments import demo_bank, operations
from tests.factories.network import Network, line_of
from tests.factories.orders import AT, make_checkout

BY = "user:7"


def charging_later(network: Network, *, capture: str = "at_shipment") -> Network:
    """Have the network's market charge cards as its goods leave."""
    Market.objects.filter(pk=network.shop.market.id).update(capture=capture)
    forget_snapshot()
    return replace(network, shop=shop_for_market(market_code=network.shop.market.code, language=network.shop.language))


def place_authorised(network: Network, *, units: dict[str, int], at: datetime = AT, **changes: Any) -> Order:
    """Place an order through the demo bank and approve it there: confirmed, nothing charged."""
    items = [(network.goods[sku], count) for sku, count in units.items()]
    checkout = make_checkout(shop=network.shop, items=items)
    if uses := changes.get("credits_"):
        changes["confirmed_due"] = checkout.total - sum((each.amount for each in uses[1:]), uses[0].amount)
    placed = checkout.place(payment_method="demo", at=at, **changes)
    operations.start_payment(payment_id=placed.payment_id, at=at)
    demo_bank.decide(
        reference=Payment.objects.get(pk=placed.payment_id).provider_reference,
        decision=DemoBankDecision.APPROVED,
        is_silent=False,
        at=at,
    )
    drain_outbox(at=at)
    return Order.objects.get(pk=placed.order_id)


def ship_from(order: Order, code: str, *, at: datetime, units: dict[str, int] | None = None, drain: bool = True) -> int:
    """Let a parcel of an order leave a location; return its fulfilment."""
    named = {line_of(order, sku).pk: count for sku, count in units.items()} if units else None
    row = Fulfilment.objects.get(order=order, location__code=code, state=FulfilmentState.NEW)
    left = fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", units=named, by=BY, at=at)
    if drain:
        drain_outbox(at=at)
    return left


def card_of(order: Order) -> Payment:
    """The payment of an order that is no gift card or credit."""
    return Payment.objects.get(order=order, credit_account__isnull=True)


def at_the_bank(order: Order) -> DemoBankPayment:
    """The bank's own record of it."""
    return DemoBankPayment.objects.get(payment_key=card_of(order).idempotency_key)
