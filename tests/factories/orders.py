"""Smallest legal locations, stock, delivery methods, offers, baskets and checkouts. Stock goes through operations."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from django.db import transaction
from oscar.core.loading import get_model

from apps.catalog import publication
from apps.catalog.models import Price, PriceList, Product
from apps.catalog.operations import Component, set_components
from apps.catalog.queries import kits
from apps.core.money import Money
from apps.inventory import operations as inventory
from apps.inventory.models import Location
from apps.inventory.sourcing import queries as sourcing
from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.markets.models import LegalIdentity, Market
from apps.orders import delivery
from apps.orders.basket import known_offers
from apps.orders.basket import operations as baskets
from apps.orders.basket.queries import basket_view
from apps.orders.models import DeliveryMethod
from apps.orders.placement import Address, Contact, PlacedOrder, place_order
from tests.factories.catalog import make_price, make_price_list, make_product
from tests.factories.markets import make_shop

AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday
_numbers = count(1)


def make_location(*, code: str = "main", **fields: Any) -> Location:
    """Return the location of that code, a warehouse in France when it is not there."""
    values = {"name": code.title(), "kind": "warehouse", "country": "FR", **fields}
    made = Location.objects.get_or_create(code=code, defaults=values)[0]
    sourcing.forget()
    return made


def make_stock(*, product: Product, location: Location, units: int) -> None:
    """Count so many units of a product at a location."""
    inventory.count_stock(counts={(product.pk, location.pk): units}, reference="test", at=AT, by="system:test")


def make_country(*, code: str = "FR") -> None:
    """Let addresses be in a country."""
    get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2=code,
        defaults={"iso_3166_1_a3": f"{code}X", "iso_3166_1_numeric": "1", "printable_name": code, "name": code},
    )


def make_delivery_method(*, market: Market, code: str = "home", **fields: Any) -> DeliveryMethod:
    """Make a delivery method: 4.90, two to three working days."""
    values = {"labels": {"fr": "À domicile", "en": "To your door"}, "price_minor": 490, "min_days": 2, "max_days": 3}
    made = DeliveryMethod.objects.create(market=market, code=code, **{**values, **fields})
    delivery.forget_methods()
    return made


def make_trading_shop(*, locations: tuple[str, ...] = ("main",), **market_fields: Any) -> Shop:
    """Make a shop that can sell: locations, a delivery method, cards accepted, a base price list."""
    for code in locations:
        make_location(code=code)
    shop = make_shop(payment_methods=["card", "bank_transfer"], stock_location_codes=list(locations), **market_fields)
    market = Market.objects.get(pk=shop.market.id)
    make_country(code=market.country)
    LegalIdentity.objects.get_or_create(market=market, defaults={"vat_id": "FR00000000000", "invoice_prefix": "DEMO"})
    if not DeliveryMethod.objects.filter(market=market).exists():
        make_delivery_method(market=market)
    if not PriceList.objects.filter(markets=market).exists():
        make_price_list(markets=[market], code=f"base-{market.code}")
    markets.forget_snapshot()
    return shop


def make_item(
    *,
    shop: Shop,
    price: str | None = "10.00",
    units: int = 10,
    location: str = "main",
    sku: str | None = None,
    **fields: Any,
) -> Product:
    """Make a product that is published, priced and in stock in a shop."""
    product = make_product(sku=sku, brands=[shop.brand.code], **fields)
    inventory.ensure_stock_records(product_ids=[product.pk])
    sell_in(product=product, shop=shop, price=price)
    if units:
        make_stock(product=product, location=make_location(code=location), units=units)
    return product


def make_kit(
    *,
    shop: Shop,
    components: list[tuple[Product, int]],
    price: str = "25.00",
    shares: list[int] | None = None,
    **fields: Any,
) -> Product:
    """Make a kit of products, published and priced in a shop; shares: of its price, else their own prices say it."""
    kit = make_item(shop=shop, price=None, units=0, **fields)
    set_components(
        product_id=kit.pk,
        components=[
            Component(product_id=product.pk, quantity=units, share=shares[place] if shares else None)
            for place, (product, units) in enumerate(components)
        ],
        by="user:9",
        at=AT,
    )
    sell_in(product=kit, shop=shop, price=price)
    kits.forget()
    return kit


def sell_in(*, product: Product, shop: Shop, price: str | None) -> None:
    """Publish a product at a price of the base list of a shop's market; None: without one, which no shop shows."""
    if price is not None:
        base = PriceList.objects.filter(markets=shop.market.id).order_by("id")[0]
        make_price(product=product, price_list=base, amount=price)
    with transaction.atomic():
        publication.publish_now(root_ids=[product.parent_id or product.pk], at=AT)


def reprice(*, product: Product, price: str) -> None:
    """Change what a product costs everywhere."""
    Price.objects.filter(product=product).update(amount_minor=int(Decimal(price) * 100))


def make_basket(*, shop: Shop, items: list[tuple[Product, int]], owner_id: int | None = None) -> int:
    """Make a basket with products in it, through the operations shoppers use."""
    basket_id = baskets.open_basket(shop=shop, owner_id=owner_id, at=AT)
    for product, quantity in items:
        baskets.add_line(
            shop=shop, basket_id=basket_id, owner_id=owner_id, product_id=product.pk, quantity=quantity, at=AT
        )
    return basket_id


def make_offer(
    *,
    name: str | None = None,
    benefit: tuple[str, str] = ("Percentage", "10"),
    condition: tuple[str, str] = ("Count", "1"),
    products: list[Product] | None = None,
    **fields: Any,
) -> Any:
    """Make an open offer of Oscar on all products, or on some: benefit and condition are (type, value)."""
    number = next(_numbers)
    span = get_model("offer", "Range").objects.create(
        name=f"Range {number}", slug=f"range-{number}", includes_all_products=products is None
    )
    for product in products or []:
        span.add_product(product)
    made = get_model("offer", "ConditionalOffer").objects.create(
        name=name or f"Offer {number}",
        slug=f"offer-{number}",
        benefit=get_model("offer", "Benefit").objects.create(range=span, type=benefit[0], value=Decimal(benefit[1])),
        condition=get_model("offer", "Condition").objects.create(
            range=span, type=condition[0], value=Decimal(condition[1])
        ),
        **fields,
    )
    known_offers.forget_offers()
    return made


def make_voucher(*, code: str = "WELCOME", usage: str = "Single use", offer: Any = None, **fields: Any) -> Any:
    """Make a voucher around AT, with 10 % on everything when no offer is given."""
    values = {"start_datetime": AT - timedelta(days=1), "end_datetime": AT + timedelta(days=1), **fields}
    made = get_model("voucher", "Voucher").objects.create(name=f"Voucher {code}", code=code, usage=usage, **values)
    made.offers.add(offer or make_offer(offer_type="Voucher"))
    known_offers.forget_offers()
    return made


CONTACT = Contact(email="demo@example.com", phone="+33123456789")


def make_address(**fields: Any) -> Address:
    """Make an address in Paris."""
    values = {
        "first_name": "Demo",
        "last_name": "Shopper",
        "line1": "1 rue de Rivoli",
        "postcode": "75001",
        "city": "Paris",
        "country": "FR",
        **fields,
    }
    return Address(**values)


@dataclass(frozen=True)
class Checkout:
    """A basket that is ready to be ordered, and what the shopper agreed to."""

    shop: Shop
    basket_id: int
    total: Money
    owner_id: int | None = None

    def place(self, **changes: Any) -> PlacedOrder:
        """Order it, with anything said differently."""
        key = changes.pop("idempotency_key", f"key-{self.basket_id}")
        values: dict[str, Any] = {
            "shop": self.shop,
            "basket_id": self.basket_id,
            "owner_id": self.owner_id,
            "confirmed_total": self.total,
            "contact": CONTACT,
            "address": make_address(country=self.shop.market.country),
            "delivery_code": "home",
            "payment_method": "card",
            "at": AT,
            "by": "guest",
            **changes,
        }
        return place_order(idempotency_key=key, **values)

    def placing(self, **changes: Any) -> "partial[PlacedOrder]":
        """The same, to be called later by a thread."""
        return partial(self.place, **changes)


def make_checkout(
    *, shop: Shop, items: list[tuple[Product, int]], owner_id: int | None = None, vouchers: tuple[str, ...] = ()
) -> Checkout:
    """Make a basket and agree to what it costs now."""
    basket_id = make_basket(shop=shop, items=items, owner_id=owner_id)
    for code in vouchers:
        baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=owner_id, code=code, at=AT)
    view = basket_view(shop=shop, basket_id=basket_id, at=AT, delivery_code="home")
    return Checkout(shop=shop, basket_id=basket_id, total=view.total, owner_id=owner_id)
