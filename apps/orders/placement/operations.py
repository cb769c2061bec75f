"""
Place an order: lock the basket, price it again, compare with what the shopper agreed to, write, take limits and stock.

Everything that can say no says so before the transaction ends, and then nothing was written. What everybody wants
(stock, then vouchers and offers) is taken last, so that its locks are held for the shortest time.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format

from apps.catalog.models.kit import MOST_UNITS
from apps.core import idempotency, locks, outbox
from apps.core.locks import retry_on_conflict
from apps.core.money import Money
from apps.inventory.errors import NoRuleFits, UnableToReserve
from apps.inventory.sourcing import operations as stock
from apps.inventory.sourcing.data import Decision
from apps.markets.context import Shop
from apps.markets.enums import LaunchState
from apps.orders import confirmation, delivery, sourcing, terms, tokens
from apps.orders.basket import rows as basket_rows
from apps.orders.basket.data import PricedBasket, PricedLine
from apps.orders.basket.kits import left_for
from apps.orders.basket.pricing import price_basket
from apps.orders.basket.rows import MAX_QUANTITY
from apps.orders.basket.words import written
from apps.orders.credit import operations as credit
from apps.orders.credit.data import CreditUse
from apps.orders.credit.errors import CreditMoved
from apps.orders.enums import BY_CREDIT, NOTHING
from apps.orders.errors import (
    AddressRefused,
    AgeNotConfirmed,
    BasketEmpty,
    CannotSend,
    NotEnough,
    NotInStore,
    PaymentRefused,
    PriceMoved,
    PromiseMoved,
    ShopClosed,
    SoldOut,
    TakenByOtherLines,
)
from apps.orders.holds import operations as holds
from apps.orders.models import Order
from apps.orders.placement.data import Address, Contact, PlacedOrder
from apps.orders.placement.limits import take_offers, take_vouchers
from apps.orders.placement.write import NewOrder, NumberTakenError, write_order

SCOPE = "orders.place"
# A bank needs days, not minutes; the goods wait for the money this long.
BANK_TRANSFER_WAIT = timedelta(days=10)
_NUMBER_TRIES = 5


@retry_on_conflict()
def place_order(
    *,
    shop: Shop,
    basket_id: int,
    owner_id: int | None,
    confirmed_total: Money,
    contact: Contact,
    address: Address,
    delivery_code: str,
    payment_method: str,
    idempotency_key: str,
    at: datetime,
    by: str,
    billing: Address | None = None,
    customer_group: str = "",
    confirmed_latest: date | None = None,
    credits_: Sequence[CreditUse] = (),
    confirmed_due: Money | None = None,
    confirmed_age: int | None = None,
) -> PlacedOrder:
    """
    Turn an open basket into a placed order with its stock reserved; return its number, token and payment.

    owner_id: the signed-in account, None for a guest; another's basket is not found. confirmed_total: what the shopper
    saw beside the button; delivery_code: a method's, or that of a store to collect from (`delivery`);
    confirmed_latest: the last day of delivery told there, None when none was; confirmed_age: the age in years they
    confirmed, where goods are sold from an age on. credits_: what
    gift cards and store credit pay of it, taken in this transaction; confirmed_due: what is left for `payment_method`,
    the whole total by default. An order with nothing left to pay is confirmed at once. Same key, same
    answer: a repeat returns the first order with `replayed`, a repeat with other contents raises IdempotencyConflict.
    The order keeps the terms in force now, word for word. Publishes `order.placed`. Opens its own transaction and
    repeats it when PostgreSQL ends it for another's sake; call it outside any. Locks: key, basket, stock levels,
    capacities, vouchers, offers, credit.

    Raises, having written nothing: BasketNotFound, BasketEmpty, NotSoldHere, TooManyPerOrder, NotInSteps,
    OrderTooSmall, OrderTooLarge, AgeNotConfirmed, PriceMoved (409, with the new total), PromiseMoved (409, with the new
    day), SoldOut, NotEnough, TakenByOtherLines, NotInStore, CannotSend, VoucherUsedUp, OfferUsedUp, DeliveryRefused,
    NotDeliveredThere, PaymentRefused, AddressRefused, CreditMoved, ShopClosed.
    """
    bill_to = billing or address
    due = confirmed_total if confirmed_due is None else confirmed_due
    # Of what the shopper agreed to alone, so that a form sent again says the same.
    method = payment_method if due else BY_CREDIT if confirmed_total else NOTHING
    body = {
        "market": shop.market.code,
        "basket": basket_id,
        "owner": owner_id,
        "total": str(confirmed_total),
        "contact": [contact.email, contact.phone],
        "address": address.as_dict(),
        "billing": bill_to.as_dict(),
        "delivery": delivery_code,
        "age": confirmed_age,
        "payment": method,
        "due": str(due),
    }

    def work(number: str) -> dict[str, Any]:
        # Asked here and not before: a form sent again after its order finds that, whatever the market says by then.
        _check_market(
            shop=shop,
            address=address,
            delivery_code=delivery_code,
            payment_method=payment_method if due else None,
        )
        keeps_goods = basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
        rows = basket_rows.load(shop=shop, basket_id=basket_id)
        basket = price_basket(
            shop=shop, rows=rows, stock=None, delivery_code=delivery_code, at=at, customer_group=customer_group
        )
        _check_agreed(shop=shop, basket=basket, confirmed_total=confirmed_total, confirmed_age=confirmed_age)
        if due.minor < 0 or sum((use.amount for use in credits_), due) != basket.total:
            raise CreditMoved
        order = NewOrder(
            number=number,
            shop=shop,
            basket=basket,
            contact=contact,
            address=_goes_to(basket=basket, shopper=address),
            billing=bill_to,
            payment_method=method,
            due=due,
            credits_=tuple(credits_),
            keeps_goods=keeps_goods,
            terms=terms.in_force(shop=shop),
            expires_at=_expiry(shop=shop, payment_method=method, at=at),
            at=at,
            by=by,
            confirmed_latest=confirmed_latest,
            confirmed_age=basket.minimum_age,
        )
        return place_within(order=order)

    answer = _with_number(
        shop=shop,
        place=lambda number: idempotency.once(
            scope=SCOPE, key=idempotency_key, body=body, at=at, work=lambda: work(number)
        ),
    )
    value = answer.value
    return PlacedOrder(
        number=value["number"],
        token=tokens.order_token(value["number"]),
        payment_id=value["payment_id"],
        order_id=value["order_id"],
        replayed=answer.replayed,
    )


def reference_of(*, number: str) -> str:
    """The name under which an order's reservations stand in the stock ledger."""
    return f"order:{number}"


def _goes_to(*, basket: PricedBasket, shopper: Address) -> Address:
    """The shopper's address, or the store's where they come to fetch the goods, in their name."""
    store = basket.delivery.store if basket.delivery else None
    if store is None:
        return shopper
    return Address(
        first_name=shopper.first_name,
        last_name=shopper.last_name,
        company=store.name,
        line1=store.street,
        postcode=store.postcode,
        city=store.city,
        country=store.country,
    )


def place_within(*, order: NewOrder) -> dict[str, Any]:
    """
    Write a priced order, then take what is limited, in the caller's transaction; return number, order_id, payment_id.

    What is left to agree on was agreed on before. Locks and refuses as `place_order` does from the stock on. Raises
    NumberTakenError.
    """
    order_id, payment_id = write_order(order=order)
    # Stock before vouchers before offers: the one order of locks (core.locks.Rank).
    _keep_promise(order=order, order_id=order_id, decision=_source(order))
    take_vouchers(
        order_id=order_id,
        number=order.number,
        owner_id=order.basket.owner_id,
        vouchers=order.basket.vouchers,
        at=order.at,
    )
    take_offers(order_id=order_id, owner_id=order.basket.owner_id, offers=order.basket.offers)
    _pay_with_credit(order, order_id=order_id)
    outbox.publish(
        topic="order.placed",
        key=order.number,
        payload={
            "order_id": order_id,
            "payment_id": payment_id,
            "market": order.shop.market.code,
            "language": order.shop.language,
        },
        at=order.at,
    )
    if not order.due:
        placed = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
        confirmation.confirm(order=placed, by=order.by, at=order.at)
    return {"number": order.number, "order_id": order_id, "payment_id": payment_id}


def _pay_with_credit(order: NewOrder, *, order_id: int) -> None:
    if order.credits_:
        credit.spend(
            order=Order(pk=order_id, number=order.number),
            market=order.shop.market,
            uses=order.credits_,
            owner_id=order.basket.owner_id,
            expires_at=order.expires_at,
            by=order.by,
            at=order.at,
        )


def _with_number(*, shop: Shop, place: Callable[[str], idempotency.Answer]) -> idempotency.Answer:
    """Place under a random number; draw again in the rare case that it is taken."""
    for _ in range(_NUMBER_TRIES):
        try:
            return place(tokens.new_order_number(market_code=shop.market.code))
        except NumberTakenError:
            continue
    raise NumberTakenError(f"{_NUMBER_TRIES} random order numbers were all taken")


def _check_market(*, shop: Shop, address: Address, delivery_code: str, payment_method: str | None) -> None:
    if shop.market.launch_state == LaunchState.CLOSED:
        raise ShopClosed
    if payment_method is not None and payment_method not in shop.market.payment_methods:
        raise PaymentRefused(method=payment_method)
    if address.country != shop.market.country:
        raise AddressRefused(country=address.country)
    # Who collects goods may live anywhere: such a code names a store, and no method alone.
    delivery.check_reaches(market=shop.market, code=delivery_code, postcode=address.postcode)


def _check_agreed(*, shop: Shop, basket: PricedBasket, confirmed_total: Money, confirmed_age: int | None) -> None:
    if not basket.lines:
        raise BasketEmpty
    for _, problem in basket.problems:
        if problem.blocking:
            raise problem.refusal
    if basket.refusal is not None:
        raise basket.refusal
    if basket.minimum_age is not None and (confirmed_age or 0) < basket.minimum_age:
        raise AgeNotConfirmed(age=basket.minimum_age)
    for voucher in basket.vouchers:
        # Better a clear no than an order without the discount the shopper counted on.
        if voucher.reason is not None and confirmed_total != basket.total:
            raise voucher.reason
    if confirmed_total != basket.total:
        raise PriceMoved(
            confirmed=written(money=confirmed_total, shop=shop), total=written(money=basket.total, shop=shop)
        )


def _source(order: NewOrder) -> Decision:
    """Have the rules say where the goods come from, and promise them: what the checkout kept is free for them first."""
    lines, wanted = order.basket.lines, order.basket.wanted
    store = order.basket.delivery.store if order.basket.delivery else None
    if order.keeps_goods:
        holds.let_go(
            market=order.shop.market,
            basket_id=order.basket.id,
            product_ids=[each.product_id for each in wanted],
            reason=f"ordered as {order.number}",
            at=order.at,
        )
    request = sourcing.request_for(
        market=order.shop.market,
        lines=wanted,
        method=order.basket.delivery.method if order.basket.delivery else None,
        postcode=order.address.postcode,
        at=order.at,
        collect_at=store.id if store else None,
    )
    try:
        return stock.source(request=request, reference=reference_of(number=order.number), at=order.at, by=order.by)
    except UnableToReserve as refusal:
        short, left, there = _short(lines, refusal)
        if store is not None:
            raise NotInStore(name=short.name, store=store.name) from refusal
        if there == 0:
            raise SoldOut(name=short.name) from refusal
        if left == 0:
            raise TakenByOtherLines(name=short.name) from refusal
        raise NotEnough(name=short.name, left=left, wanted=short.quantity) from refusal
    except NoRuleFits as refusal:
        name = next(line.name for line in lines if refusal.params["product_id"] in dict(line.needs))
        raise (NotInStore(name=name, store=store.name) if store else CannotSend(name=name)) from refusal


def _short(lines: Sequence[PricedLine], refusal: UnableToReserve) -> tuple[PricedLine, int, int]:
    """The first line that the units left of a product do not cover, what is left for it, and what would be alone."""
    product_id, units = int(str(refusal.params["product_id"])), int(str(refusal.params["left"]))
    needing = [line for line in lines if product_id in dict(line.needs)]
    plenty = {good: MAX_QUANTITY * MOST_UNITS * len(lines) for line in needing for good, _ in line.needs}
    left = left_for(lines=needing, left=plenty | {product_id: units})
    short = next((line for line in needing if left[line.id] < line.quantity), needing[-1])
    return short, left[short.id], units // dict(short.needs)[product_id]


def _keep_promise(*, order: NewOrder, order_id: int, decision: Decision) -> None:
    """Write when the goods arrive from where they come; refuse what is later than the shopper agreed to."""
    chosen = order.basket.delivery
    if chosen is None:
        return
    promise = sourcing.promise_of(market=order.shop.market, method=chosen.method, decision=decision)
    if promise is None:
        return
    if order.confirmed_latest is not None and promise.latest > order.confirmed_latest:
        raise PromiseMoved(
            confirmed=date_format(order.confirmed_latest, "DATE_FORMAT"),
            latest=date_format(promise.latest, "DATE_FORMAT"),
        )
    if promise.as_dict() != chosen.promise.as_dict():
        Order.objects.filter(pk=order_id).update(delivery_promise=promise.as_dict())


def _expiry(*, shop: Shop, payment_method: str, at: datetime) -> datetime:
    if payment_method == "bank_transfer":
        return at + BANK_TRANSFER_WAIT
    return at + timedelta(minutes=shop.market.unpaid_order_ttl_minutes)
