"""
Place an order that follows from another, in the caller's transaction: the same shopper, address and delivery.

It is an order of its own, because it is a contract of its own: it has its number, its promise from the stock, its
payment and its papers, and ends by itself when it is not paid. In two steps, for the one order of locks: `prepare`
prices the goods (baskets), `place` writes the order and promises them (stock levels, capacities).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.catalog.models import Product
from apps.core import outbox
from apps.core.money import Money, from_minor
from apps.markets.context import Shop
from apps.markets.queries import shop_for_market
from apps.orders import delivery, placement, terms, tokens
from apps.orders.basket import operations as baskets
from apps.orders.basket import rows as basket_rows
from apps.orders.basket.data import Agreed, PricedBasket
from apps.orders.basket.pricing import price_basket
from apps.orders.enums import EXCHANGE, FollowUpKind
from apps.orders.follow_ups.errors import NoPriceToKeep, NothingAdded, NoWayToPay
from apps.orders.models import FollowUp, Line, Order, Return
from apps.orders.payments.queries import methods
from apps.orders.placement.data import Address, Contact
from apps.orders.placement.write import NewOrder, NumberTakenError
from apps.orders.worth import portion

PLACED = "order.follow_up"
_NUMBER_TRIES = 5


@dataclass(frozen=True, slots=True)
class Added:
    """Units of a product that are added. keeps_price: at what the order paid for it, or for another variant of it."""

    product_id: int
    quantity: int
    keeps_price: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"product_id": self.product_id, "quantity": self.quantity, "keeps_price": self.keeps_price}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Goods that are priced for an order to follow, and how the shopper can pay them."""

    shop: Shop
    parent: Order
    basket: PricedBasket
    method: str

    @property
    def total(self) -> Money:
        """What they cost with delivery, tax included."""
        return self.basket.total

    def facts(self) -> list[dict[str, Any]]:
        """JSON values of the lines: what somebody agrees to."""
        return [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "unit": str(line.unit.amount) if line.unit else "",
                "total": str(line.totals.shown.amount) if line.totals else "",
                "is_kept": "agreed" in line.trace,
            }
            for line in self.basket.lines
        ]


def prepare(*, parent: Order, wanted: Sequence[Added], with_delivery: bool, at: datetime) -> Prepared:
    """
    Price goods for an order to follow: kept prices as the parent paid them, others of today, no offers besides.

    with_delivery: the parent's delivery charge once more, because nothing of the parent's is sent any more; otherwise
    delivery costs nothing. Writes a basket of nobody's; locks it. Raises NothingAdded, NoPriceToKeep, NoWayToPay, and
    what `basket.operations.add_line` names.
    """
    if not wanted:
        raise NothingAdded
    shop = shop_for_market(market_code=parent.market.code, language=parent.language)
    ways = methods(market=shop.market)
    if not ways:
        raise NoWayToPay(market=shop.market.code)
    basket_id = baskets.open_basket(shop=shop, owner_id=None, at=at)
    for each in wanted:
        baskets.add_line(
            shop=shop, basket_id=basket_id, owner_id=None, product_id=each.product_id, quantity=each.quantity, at=at
        )
    agreed = Agreed(
        units=_kept_units(parent=parent, wanted=wanted, shop=shop),
        delivery=_delivery_of(parent=parent, shop=shop) if with_delivery else Money.zero(shop.market.currency),
        why=parent.number,
    )
    code = _delivery_code(parent)
    priced = price_basket(
        shop=shop,
        rows=basket_rows.load(shop=shop, basket_id=basket_id),
        stock=None,
        delivery_code=code if delivery.is_offered(shop=shop, code=code) else None,
        at=at,
        agreed=agreed,
    )
    # The same customer's, though the basket it was priced in is nobody's: theirs may be open with other goods.
    basket = replace(priced, owner_id=parent.user_id)
    return Prepared(shop, parent, basket, parent.payment_method if parent.payment_method in ways else ways[0])


def place(
    *,
    prepared: Prepared,
    kind: FollowUpKind,
    address: Address | None,
    method: str,
    expires_at: datetime,
    reason: str,
    by: str,
    at: datetime,
    given_back: Return | None = None,
) -> Order:
    """
    Write the order and promise its goods; return it. method: of its payment; EXCHANGE waits for what comes back.

    address: where it goes, None for where the parent goes. It keeps the terms in force now. Locks stock levels and
    capacities. Publishes order.placed; order.follow_up where it waits for goods. Raises SoldOut, NotEnough, NotInStore,
    CannotSend.
    """
    parent, basket = prepared.parent, prepared.basket
    goes_to = address or _address(parent.shipping_address)
    new = NewOrder(
        number="",
        shop=prepared.shop,
        basket=basket,
        contact=Contact(email=parent.email, phone=parent.phone),
        address=goes_to,
        billing=_address(parent.billing_address) if parent.billing_address else goes_to,
        payment_method=method,
        due=basket.total,
        terms=terms.in_force(shop=prepared.shop),
        expires_at=expires_at,
        at=at,
        by=by,
    )
    order = Order.objects.select_related("market").get(pk=_write(new)["order_id"])
    FollowUp.objects.create(
        order=order,
        parent=parent,
        kind=kind,
        given_back=given_back,
        reason=reason[:200],
        created_by=by,
        created_at=at,
    )
    if method == EXCHANGE:
        tell(order=order, at=at)
    return order


def tell(*, order: Order, at: datetime) -> None:
    """Have the shopper told of an order that follows: what it waits for."""
    outbox.publish(topic=PLACED, key=order.number, payload={"order_id": order.pk}, at=at)


def _write(new: NewOrder) -> dict[str, Any]:
    for _ in range(_NUMBER_TRIES):
        number = tokens.new_order_number(market_code=new.shop.market.code)
        try:
            return placement.place_within(order=replace(new, number=number))
        except NumberTakenError:
            continue
    raise NumberTakenError(f"{_NUMBER_TRIES} random order numbers were all taken")


def _kept_units(*, parent: Order, wanted: Sequence[Added], shop: Shop) -> Mapping[int, Money]:
    """What one unit of each kept product cost, its discount inside. Raises NoPriceToKeep."""
    kept = [each.product_id for each in wanted if each.keeps_price]
    if not kept:
        return {}
    lines = list(Line.objects.filter(order_id=parent.pk).select_related("product").order_by("position", "id"))
    families = {
        pk: (parent_id or pk, sku)
        for pk, parent_id, sku in Product.objects.filter(pk__in=kept).values_list("pk", "parent_id", "upc")
    }
    found: dict[int, Money] = {}
    for product_id in kept:
        family, sku = families[product_id]
        same = [line for line in lines if line.product_id == product_id]
        siblings = [line for line in lines if line.product and (line.product.parent_id or line.product_id) == family]
        line = next(iter(same or siblings), None)
        if line is None:
            raise NoPriceToKeep(sku=sku)
        gross = shop.market.prices_include_tax
        paid = Money(line.line_price_incl_tax if gross else line.line_price_excl_tax, parent.currency)
        found[product_id] = from_minor(portion(paid.minor, 1, line.quantity), parent.currency)
    return found


def _delivery_of(*, parent: Order, shop: Shop) -> Money:
    amount = parent.shipping_incl_tax if shop.market.prices_include_tax else parent.shipping_excl_tax
    return Money(amount, parent.currency)


def _delivery_code(parent: Order) -> str:
    if parent.collect_at is None:
        return parent.shipping_code
    return f"{parent.shipping_code}{delivery.AT}{parent.collect_at.code}"


def _address(row: Any) -> Address:  # noqa: ANN401 -- Oscar's shipping or billing address
    return Address(
        first_name=row.first_name,
        last_name=row.last_name,
        company=row.line3,
        line1=row.line1,
        line2=row.line2,
        postcode=row.postcode,
        city=row.line4,
        region=row.state,
        country=row.country_id,
    )
