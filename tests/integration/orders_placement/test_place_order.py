"""Placing an order: what is written, what is refused, how many statements it takes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.idempotency import IdempotencyConflict
from apps.core.models import OutboxEvent
from apps.core.money import Money, from_minor
from apps.inventory import queries as stock
from apps.inventory.models import Reservation, StockLevel, StockMovement
from apps.orders import tokens
from apps.orders.errors import (
    AddressRefused,
    BasketEmpty,
    BasketNotFound,
    DeliveryRefused,
    NotEnough,
    NotSoldHere,
    PaymentRefused,
    PriceMoved,
    SoldOut,
)
from apps.orders.models import Line, Order, Payment, Transition
from apps.oscar.basket.models import Basket
from tests.factories.orders import (
    AT,
    make_address,
    make_basket,
    make_checkout,
    make_item,
    make_location,
    make_offer,
    make_stock,
    make_trading_shop,
    reprice,
)

pytestmark = pytest.mark.django_db


def rows_written() -> tuple[int, ...]:
    """How many rows of each kind a placement writes exist."""
    models = (Order, Line, Payment, Transition, Reservation, OutboxEvent)
    return (*(model.objects.count() for model in models), StockMovement.objects.filter(kind="reserve").count())


def test_place_order_writes_order_lines_payment_history_reservation_and_event():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, sku="KETTLE", price="24.90", units=5)
    cup = make_item(shop=shop, sku="CUP", price="3.50", units=50)
    checkout = make_checkout(shop=shop, items=[(kettle, 1), (cup, 4)])

    placed = checkout.place()

    order = Order.objects.get(number=placed.number)
    assert (order.total_incl_tax, order.shipping_incl_tax, order.currency) == (
        from_minor(2490 + 1400 + 490, "EUR").amount,
        from_minor(490, "EUR").amount,
        "EUR",
    )
    assert (order.state, order.status, order.email, order.language) == ("placed", "placed", "demo@example.com", "fr")
    assert [(line.upc, line.quantity, str(line.line_price_incl_tax)) for line in order.lines.order_by("position")] == [
        ("KETTLE", 1, "24.90"),
        ("CUP", 4, "14.00"),
    ]
    # 24.90/1.2 = 20.75, 14.00/1.2 = 11.67, 4.90/1.2 = 4.08
    assert order.tax_lines == [{"percent": "20", "net": "36.50", "tax": "7.30", "gross": "43.80"}]
    assert order.lines.get(upc="KETTLE").price_trace["offers"] == []
    assert order.shipping_address.line4 == "Paris"
    payment = Payment.objects.get(pk=placed.payment_id)
    assert (payment.state, payment.amount_minor, payment.gateway, payment.order_id) == (
        "created",
        4380,
        "card",
        order.pk,
    )
    assert [(step.machine, step.new) for step in order.transitions.order_by("id")] == [
        ("order", "placed"),
        ("payment", "created"),
    ]
    assert [(r.level.product_id, r.quantity) for r in Reservation.objects.order_by("level_id")] == [
        (kettle.pk, 1),
        (cup.pk, 4),
    ]
    assert OutboxEvent.objects.get(topic="order.placed").key == placed.number
    assert Basket.objects.get(pk=checkout.basket_id).status == "Submitted"
    assert tokens.is_order_number(placed.number)
    assert placed.number.startswith("HFR-")
    assert tokens.order_number(placed.token) == placed.number
    assert stock.check_ledger() == []


@pytest.mark.parametrize("line_count", [1, 3])
def test_place_order_statement_count_is_constant(line_count):
    shop = make_trading_shop()
    items = [(make_item(shop=shop, units=1000), 2) for _ in range(line_count)]
    warm = make_checkout(shop=shop, items=items)
    warm.place()
    checkout = make_checkout(shop=shop, items=items)

    with CaptureQueriesContext(connection) as captured:
        checkout.place()

    # Savepoints stand for the transaction's own BEGIN and COMMIT here.
    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 10


def test_place_order_repeated_with_the_same_key_answers_the_same_and_writes_once():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])

    first = checkout.place()
    second = checkout.place()

    assert (second.number, second.payment_id, second.token) == (first.number, first.payment_id, first.token)
    assert (first.replayed, second.replayed) == (False, True)
    assert Order.objects.count() == 1


def test_place_order_repeated_with_other_contents_is_refused():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    checkout.place()

    with pytest.raises(IdempotencyConflict):
        checkout.place(payment_method="bank_transfer")


def test_place_order_with_another_key_for_the_same_basket_is_refused():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    checkout.place()

    with pytest.raises(BasketNotFound):
        checkout.place(idempotency_key="another")

    assert Order.objects.count() == 1


def test_place_order_when_the_price_moved_names_the_new_total_and_writes_nothing():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, price="24.90")
    checkout = make_checkout(shop=shop, items=[(kettle, 1)])
    reprice(product=kettle, price="29.90")
    before = rows_written()

    with pytest.raises(PriceMoved) as refused:
        checkout.place()

    assert refused.value.params == {"confirmed": "29,80\xa0€", "total": "34,80\xa0€"}
    assert refused.value.http_status == 409
    assert rows_written() == before


def test_place_order_when_the_price_fell_is_refused_too():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, price="24.90")
    checkout = make_checkout(shop=shop, items=[(kettle, 1)])
    reprice(product=kettle, price="19.90")

    with pytest.raises(PriceMoved):
        checkout.place()


def test_place_order_when_another_buyer_took_the_stock_says_sold_out_and_writes_nothing():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=1)
    cup = make_item(shop=shop, units=10)
    first = make_checkout(shop=shop, items=[(kettle, 1)])
    second = make_checkout(shop=shop, items=[(cup, 2), (kettle, 1)])
    first.place()
    before = rows_written()

    with pytest.raises(SoldOut):
        second.place()

    assert rows_written() == before
    assert Basket.objects.get(pk=second.basket_id).status == "Open"
    assert StockLevel.objects.get(product=cup).reserved == 0


def test_place_order_when_too_few_are_left_says_how_many():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=3)
    checkout = make_checkout(shop=shop, items=[(kettle, 3)])
    make_checkout(shop=shop, items=[(kettle, 1)]).place()

    with pytest.raises(NotEnough) as refused:
        checkout.place()

    assert (refused.value.params["left"], refused.value.params["wanted"]) == (2, 3)


def test_place_order_takes_everything_from_one_location_when_one_has_it_all():
    shop = make_trading_shop(locations=("near", "far"))
    near, far = make_location(code="near"), make_location(code="far")
    kettle = make_item(shop=shop, units=5, location="near")
    cup = make_item(shop=shop, units=0)
    make_stock(product=kettle, location=far, units=5)
    make_stock(product=cup, location=far, units=5)

    make_checkout(shop=shop, items=[(kettle, 1), (cup, 1)]).place()

    assert {reservation.level.location_id for reservation in Reservation.objects.all()} == {far.pk}
    assert near.pk != far.pk


def test_place_order_splits_in_the_order_of_locations_when_none_has_it_all():
    shop = make_trading_shop(locations=("near", "far"))
    kettle = make_item(shop=shop, units=2, location="near")
    make_stock(product=kettle, location=make_location(code="far"), units=5)

    make_checkout(shop=shop, items=[(kettle, 6)]).place()

    taken = Reservation.objects.order_by("id").values_list("level__location__code", "quantity")
    assert list(taken) == [("near", 2), ("far", 4)]


def test_place_order_of_an_empty_basket_is_refused():
    shop = make_trading_shop()
    basket_id = make_basket(shop=shop, items=[])
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])

    with pytest.raises(BasketEmpty):
        checkout.place(basket_id=basket_id, confirmed_total=Money.zero("EUR"), idempotency_key="empty")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"delivery_code": "drone"}, DeliveryRefused),
        ({"payment_method": "cowrie"}, PaymentRefused),
        ({"owner_id": 987654}, BasketNotFound),
    ],
)
def test_place_order_with_a_foreign_value_is_refused_and_writes_nothing(changes, refusal):
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    before = rows_written()

    with pytest.raises(refusal):
        checkout.place(**changes)

    assert rows_written() == before


def test_place_order_to_another_country_is_refused():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])

    with pytest.raises(AddressRefused):
        checkout.place(address=make_address(country="JP"))


def test_place_order_of_a_basket_of_another_market_is_not_found():
    shop = make_trading_shop()
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    belgian = make_trading_shop(country="BE")

    with pytest.raises(BasketNotFound):
        checkout.place(shop=belgian, address=make_address(country="BE"))


def test_place_order_of_a_product_no_longer_published_is_refused():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    checkout = make_checkout(shop=shop, items=[(kettle, 1)])
    kettle.publications.all().delete()

    with pytest.raises(NotSoldHere):
        checkout.place()


def test_place_order_writes_offers_on_the_order_and_in_the_trace_of_each_line():
    shop = make_trading_shop()
    kettle, cup = make_item(shop=shop, price="10.00"), make_item(shop=shop, price="3.33")
    offer = make_offer(name="Ten", benefit=("Percentage", "10"))
    placed = make_checkout(shop=shop, items=[(kettle, 1), (cup, 1)]).place()

    order = Order.objects.get(number=placed.number)
    discount = order.discounts.get()
    assert (discount.offer_id, discount.offer_name, str(discount.amount)) == (offer.pk, "Ten", "1.33")
    offers = [line.price_trace["offers"][0]["amount"] for line in order.lines.order_by("position")]
    assert offers == ["1.00", "0.33"]
    assert str(order.discount_incl_tax) == "1.33"
    offer.refresh_from_db()
    assert (offer.num_orders, str(offer.total_discount)) == (1, "1.33")


def test_payment_deadline_follows_the_market_and_a_bank_transfer_waits_for_days():
    shop = make_trading_shop(unpaid_order_ttl_minutes=30)
    kettle = make_item(shop=shop)
    card = make_checkout(shop=shop, items=[(kettle, 1)]).place()
    transfer = make_checkout(shop=shop, items=[(kettle, 1)]).place(payment_method="bank_transfer")

    waits = [(Order.objects.get(number=each.number).expires_at - AT).total_seconds() for each in (card, transfer)]
    assert waits == [30 * 60, 10 * 24 * 3600]
