"""A purchase nobody made: the whole way through the shop of a market, to find that it is broken before shoppers do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from apps.catalog import queries as catalog
from apps.core.errors import Refusal
from apps.inventory.models import Reservation
from apps.inventory.sourcing import queries as sourcing
from apps.markets.context import Shop, using
from apps.markets.enums import LaunchState
from apps.orders import placement
from apps.orders.basket import operations as baskets
from apps.orders.basket import queries as basket_reads
from apps.orders.basket.data import PricedBasket
from apps.orders.errors import NotInSteps, OrderTooSmall
from apps.orders.models import Order
from apps.orders.payments import operations as payments
from apps.orders.sourcing import units_left

T = TypeVar("T")

EMAIL = "synthetic@halles.invalid"
"""A name no mail can reach (RFC 2606)."""
BY = "system:orders.synthetic"
PLENTY = 3
"""A product with fewer units free is left to shoppers."""
POSTCODES = {"FR": "75001", "BE": "1000", "DE": "10115", "GB": "EC1A 1BB"}


class StepFailed(Refusal):
    """A step of the purchase did not do what it should. Parameters: why."""

    code = "orders.synthetic_failed"
    message = "%(why)s"


@dataclass(slots=True)
class Purchase:
    """One market's purchase: milliseconds by step, and why it stopped where it did ("" when it went through)."""

    market: str
    language: str
    steps: dict[str, float] = field(default_factory=dict)
    failure: str = ""

    @property
    def total_ms(self) -> float:
        """All steps together."""
        return round(sum(self.steps.values()), 1)

    def as_dict(self) -> dict[str, object]:
        """JSON values."""
        return {
            "market": self.market,
            "language": self.language,
            "ok": not self.failure,
            "total_ms": self.total_ms,
            "steps": self.steps,
            "failure": self.failure,
        }


def buy(*, shop: Shop, at: datetime) -> Purchase:
    """
    Buy as little as a shop sells up to the order button, then end the order unpaid at once; say how long each step
    took.

    Finds a product, fills a basket, prices it, sources and places the order, and expires it: stock and capacity go back
    with it. No provider is asked and no mail leaves: what is placed by BY is told to nobody. Whatever stops it is
    `failure`; nothing is raised. Leaves one expired order, its history and two movements. Outside any transaction.
    """
    done = Purchase(market=shop.market.code, language=shop.language)
    with using(shop=shop):
        try:
            product = _timed(done, "find a product", lambda: _product(shop))
            basket = _timed(done, "fill a basket", lambda: _fill(shop, product, at))
            priced = _timed(
                done,
                "price it",
                lambda: basket_reads.basket_view(shop=shop, basket_id=basket, at=at, postcode=_postcode(shop)),
            )
            order = _timed(done, "place the order", lambda: _place(shop, basket, priced, at))
            _timed(done, "end the order", lambda: _end(order, at))
        except Refusal as refusal:
            done.failure = f"{refusal.code}: {refusal}"
        except Exception as error:  # noqa: BLE001 -- it reports what is broken, whatever that is
            done.failure = f"{type(error).__name__}: {error}"
    return done


def is_live(*, shop: Shop) -> bool:
    """Whether shoppers may buy here."""
    return shop.market.launch_state == LaunchState.LIVE


def _timed(done: Purchase, name: str, step: Callable[[], T]) -> T:
    started = time.perf_counter()
    try:
        return step()
    finally:
        done.steps[name] = round((time.perf_counter() - started) * 1000, 1)


def _product(shop: Shop) -> int:
    for card in catalog.cards(shop=shop, rule="bestsellers", limit=24):
        product = card.single_product_id
        if product is None:
            continue
        free = sourcing.free_units(product_ids=[product], market=shop.market)
        if units_left(stock=free).get(product, 0) >= PLENTY:
            return product
    raise StepFailed(why="no product with units to spare is on sale")


def _fill(shop: Shop, product: int, at: datetime) -> int:
    """Put in as little as the shop sells: one unit, one step, or as many as the least amount of an order takes."""
    basket = baskets.open_basket(shop=shop, owner_id=None, at=at)
    put = partial(baskets.add_line, shop=shop, basket_id=basket, owner_id=None, product_id=product, at=at)
    try:
        step = put(quantity=1)
    except NotInSteps as refusal:
        step = put(quantity=int(str(refusal.params["step"])))
    priced = basket_reads.basket_view(shop=shop, basket_id=basket, at=at)
    least = shop.market.order_min_minor or 0
    if isinstance(priced.refusal, OrderTooSmall) and priced.totals.goods:
        # Rounded up to whole steps.
        put(quantity=step * -((priced.totals.goods.minor - least) // priced.totals.goods.minor))
    return basket


def _place(shop: Shop, basket: int, priced: PricedBasket, at: datetime) -> Order:
    method = next((code for code in shop.market.payment_methods if code != "bank_transfer"), "")
    if not method or priced.delivery is None:
        raise StepFailed(why="the market has no way to pay at once" if not method else "nothing is delivered here")
    if not priced.total:
        raise StepFailed(why="the order would cost nothing, so it could not end unpaid")
    answer = placement.place_order(
        shop=shop,
        basket_id=basket,
        owner_id=None,
        confirmed_total=priced.total,
        contact=placement.Contact(email=EMAIL),
        address=placement.Address(
            first_name="",
            last_name="Synthetic purchase",
            line1="1",
            city="–",
            postcode=_postcode(shop),
            country=shop.market.country,
        ),
        delivery_code=priced.delivery.code,
        payment_method=method,
        idempotency_key=f"synthetic-{basket}",
        at=at,
        by=BY,
        confirmed_age=priced.minimum_age,
    )
    return Order.objects.get(pk=answer.order_id)


def _end(order: Order, at: datetime) -> None:
    Order.objects.filter(pk=order.pk).update(expires_at=at)
    report = payments.expire_order(order_id=order.pk, at=at)
    held = Reservation.objects.filter(reference=f"order:{order.number}", state="held")
    if not report or held.exists():
        raise StepFailed(why=f"order {order.number} did not end or still holds goods")


def _postcode(shop: Shop) -> str:
    return POSTCODES.get(shop.market.country, "")


def last_purchases() -> list[tuple[str, datetime, str]]:
    """Return the newest synthetic purchase of each market: its code, when, the order's number. One statement."""
    rows = Order.objects.filter(placed_by=BY).order_by("market__code", "-date_placed", "-id")
    return list(rows.distinct("market__code").values_list("market__code", "date_placed", "number"))
