"""A few weeks of demo orders in every state, each placed, paid and shipped by the operations real orders go through."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from apps.backoffice.seeding.catalogue import BY
from apps.catalog import queries as catalog
from apps.core import outbox
from apps.core.errors import Refusal
from apps.core.money import Money, from_minor
from apps.core.testing import drain_outbox
from apps.inventory import queries as stock
from apps.inventory.enums import LocationKind
from apps.inventory.models import Location
from apps.markets import queries as markets
from apps.markets.context import Shop, using
from apps.orders import placement
from apps.orders.basket import operations as baskets
from apps.orders.basket import queries as basket_reads
from apps.orders.credit import operations as credit
from apps.orders.credit.data import CreditUse
from apps.orders.enums import TO_SHIP, DemoBankDecision, Source
from apps.orders.fulfilment import operations as shipping
from apps.orders.fulfilment.making import TO_PARTNER
from apps.orders.models import Fulfilment, Order, Payment
from apps.orders.payments import demo_bank
from apps.orders.payments import operations as payments
from apps.orders.returns import operations as returns

PLACES = {
    "FR": ("12 rue de la Démonstration", "69003", "Lyon"),
    "BE": ("8 rue de la Démonstration", "1000", "Bruxelles"),
    "DE": ("5 Musterstraße", "50667", "Köln"),
    "GB": ("3 Demonstration Street", "M1 1AE", "Manchester"),
}
# How the orders of the demo end, in shares; the newest days also hold what is still under way.
ENDS = ("delivered",) * 5 + ("shipped",) * 3 + ("paid",) * 3 + ("refused", "open", "pending", "transfer", "expired")
BY_CARD = frozenset({"paid", "pending", "expired"})
"""Every second of these is paid with a gift card in part."""
GIVEN_BACK = 3
"""Of every third delivered order one unit comes back."""

Progress = Callable[[int, int], None]


def seed_orders(*, at: datetime, count: int, progress: Progress) -> int:
    """Place `count` orders over the four weeks before `at`; return how many there are. Buys the same each time."""
    chance = random.Random(20261122)  # noqa: S311 -- a demo must be repeatable, not secret
    shops = markets.all_shops()
    shopper = get_user_model().objects.filter(email="shopper@demo.example").first()
    choices = {(shop.brand.code, shop.code): _sellable(shop) for shop in shops}
    placed = 0
    for number in range(count):
        shop = shops[number % len(shops)]
        moment = at - timedelta(hours=(count - number) * 28 * 24 / count + chance.random() * 5)
        end = ENDS[number % len(ENDS)]
        owner = shopper.pk if shopper and shop.code == "fr-fr" and number % 3 == 0 else None
        with using(shop=shop):
            order = _place(shop, choices[shop.brand.code, shop.code], chance, moment, end, owner, number)
        if order is not None:
            _finish(order, end, moment, at)
            placed += 1
        progress(number + 1, count)
    if count and not placed:
        raise RuntimeError("No demo order could be placed: is there stock at the markets' locations?")
    return placed


@transaction.atomic
def open_partner(*, at: datetime) -> int:
    """
    Connect the logistics partner's location, once the weeks of orders are told; return how many parcels it is sent.

    Only where a partner is configured. The parcels that are still open there go to it by the outbox.
    """
    if not settings.OUTBOUND_SYSTEMS.get("logistics"):
        return 0
    Location.objects.filter(kind=LocationKind.PARTNER).update(partner="logistics")
    parcels = Fulfilment.objects.filter(state__in=TO_SHIP, location__kind=LocationKind.PARTNER).select_related("order")
    for row in parcels:
        outbox.publish(topic=TO_PARTNER, key=row.order.number, payload={"fulfilment_id": row.pk}, at=at)
    return len(parcels)


def _sellable(shop: Shop) -> list[int]:
    """Products of a shop that are in stock for it, the best sellers first."""
    cards = catalog.cards(shop=shop, rule="bestsellers", limit=60)
    products = [card.single_product_id for card in cards if card.single_product_id]
    left = stock.available(product_ids=products, market=shop.market)
    return [product for product in products if left.get(product, 0) > 8]  # noqa: PLR2004 -- enough for a few orders


def _place(  # noqa: PLR0917 -- what a demo order is made of
    shop: Shop, products: list[int], chance: random.Random, at: datetime, end: str, owner: int | None, number: int
) -> Order | None:
    basket = baskets.open_basket(shop=shop, owner_id=owner, at=at)
    try:
        for product in chance.sample(products, k=min(len(products), chance.randint(1, 3))):
            baskets.add_line(
                shop=shop, basket_id=basket, owner_id=owner, product_id=product, quantity=chance.randint(1, 2), at=at
            )
        priced = basket_reads.basket_view(shop=shop, basket_id=basket, at=at, delivery_code="standard")
        street, postcode, city = PLACES[shop.market.country]
        uses = _by_card(shop, at, number) if end in BY_CARD and number % 2 else []
        answer = placement.place_order(
            shop=shop,
            basket_id=basket,
            owner_id=owner,
            confirmed_total=priced.total,
            confirmed_due=priced.total - sum((use.amount for use in uses), Money.zero(shop.market.currency)),
            credits_=uses,
            contact=placement.Contact(email="shopper@demo.example" if owner else f"guest-{number}@demo.example"),
            address=placement.Address(
                first_name="",
                last_name=f"Demo Guest {number}",
                line1=street,
                postcode=postcode,
                city=city,
                country=shop.market.country,
            ),
            delivery_code="standard",
            payment_method="bank_transfer" if end == "transfer" else "demo",
            idempotency_key=f"demo-order-{number}",
            at=at,
            by=BY,
        )
    except Refusal:
        return None  # sold out by the orders before it: the demo has one order less
    return Order.objects.get(pk=answer.order_id)


def _by_card(shop: Shop, at: datetime, number: int) -> list[CreditUse]:
    """A gift card of five, spent whole on the order: no demo order costs less."""
    amount = from_minor(500, shop.market.currency)
    card = credit.issue_gift_card(
        brand_id=shop.brand.id,
        amount=amount,
        expires_on=None,
        reason="Demo order",
        key=f"demo-order-card-{number}",
        by=BY,
        at=at,
    )
    return [CreditUse(account_id=card.account_id, amount=amount)]


def _finish(order: Order, end: str, placed_at: datetime, now: datetime) -> None:
    if end in {"open", "transfer"}:
        return
    payment = Payment.objects.get(order=order, credit_account=None)
    payments.start_payment(payment_id=payment.pk, at=placed_at)
    payment.refresh_from_db()
    if end == "pending":
        demo_bank.decide(
            reference=payment.provider_reference, decision=DemoBankDecision.DELAYED, is_silent=True, at=placed_at
        )
        return
    if end == "expired":
        payments.expire_unpaid(at=placed_at + timedelta(hours=3))
        return
    refused = end == "refused"
    decision = DemoBankDecision.DECLINED if refused else DemoBankDecision.APPROVED
    paid_at = placed_at + timedelta(minutes=2)
    demo_bank.decide(reference=payment.provider_reference, decision=decision, is_silent=True, at=paid_at)
    payments.ask_provider(payment_id=payment.pk, source=Source.RETURN, at=paid_at)
    if refused:
        return
    drain_outbox(at=paid_at)
    shipped_at = placed_at + timedelta(hours=26)
    if end == "paid" or shipped_at > now:
        return
    for row in Fulfilment.objects.filter(order=order):
        shipping.ship(
            fulfilment_id=row.pk, carrier="Demo Post", tracking_code=f"DEMO{row.pk:08d}", by=BY, at=shipped_at
        )
    drain_outbox(at=shipped_at)
    arrived_at = shipped_at + timedelta(days=2)
    if end == "delivered" and arrived_at < now:
        for row in Fulfilment.objects.filter(order=order):
            shipping.deliver(fulfilment_id=row.pk, by=BY, at=arrived_at)
        drain_outbox(at=arrived_at)
        if order.pk % GIVEN_BACK == 0:
            _give_back(order, at=arrived_at + timedelta(days=3), now=now)


def _give_back(order: Order, *, at: datetime, now: datetime) -> None:
    """Let the shopper withdraw from a unit; it comes back three days later."""
    line = order.lines.order_by("position")[0]
    if at >= now:
        return
    with using(shop=markets.shop_for_market(market_code=order.market.code, language=order.language)):
        made = returns.declare_withdrawal(
            order_id=order.pk, units={line.pk: 1}, name="Demo Shopper", email=order.email, by=returns.SHOPPER, at=at
        )
        back_at = at + timedelta(days=3)
        if back_at < now:
            parcels = Fulfilment.objects.filter(order=order, location__isnull=False)
            place = parcels.values_list("location_id", flat=True)[0]
            found = {made.lines.get().pk: returns.Found(sellable=1)}
            returns.inspect_return(return_id=made.pk, found=found, location_id=place, note="", by=BY, at=back_at)
        drain_outbox(at=min(back_at, now))
