"""What is bought most is shown first."""

from datetime import timedelta

import pytest

from apps.catalog import publication, queries
from apps.catalog.models import Publication
from apps.orders.models import Order
from apps.orders.popularity import WINDOW, record_popularity
from config.schedule import ROOMS
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop

pytestmark = pytest.mark.django_db
NEXT_NIGHT = AT + timedelta(hours=12)


@pytest.fixture
def shop():
    return make_trading_shop()


@pytest.fixture
def items(shop):
    """Three products in the order they were published."""
    return [make_item(shop=shop, sku=sku, title=sku.title(), units=50) for sku in ("CUP", "KETTLE", "LAMP")]


def buy(*, shop, items, state="confirmed"):
    """Place an order of (product, quantity) and let it be in that state."""
    placed = make_checkout(shop=shop, items=items).place()
    # The state machine's own way there is tested with payments; here only where an order stands matters.
    with_moves = {"confirmed": ["confirmed"], "placed": [], "expired": ["expired"]}[state]
    for step in with_moves:
        Order.objects.filter(pk=placed.order_id).update(state=step)


def most_chosen(shop):
    publication.versions.forget()
    return [card.name for card in queries.cards(shop=shop, rule="bestsellers")]


def test_products_stand_by_the_units_bought(shop, items):
    cup, kettle, lamp = items
    buy(shop=shop, items=[(lamp, 5), (kettle, 1)])
    buy(shop=shop, items=[(kettle, 1)])
    assert record_popularity(at=NEXT_NIGHT) == 2
    assert most_chosen(shop) == ["Lamp", "Kettle", "Cup"]
    assert Publication.objects.get(product=lamp).popularity == 5
    assert Publication.objects.get(product=cup).popularity == 0


def test_recording_twice_changes_nothing_the_second_time(shop, items):
    buy(shop=shop, items=[(items[2], 5)])
    assert (record_popularity(at=NEXT_NIGHT), record_popularity(at=NEXT_NIGHT)) == (1, 0)


@pytest.mark.parametrize("state", ["placed", "expired"])
def test_orders_that_were_not_paid_count_for_nothing(shop, items, state):
    buy(shop=shop, items=[(items[2], 5)], state=state)
    assert record_popularity(at=NEXT_NIGHT) == 0


def test_product_nobody_buys_any_more_falls_back(shop, items):
    buy(shop=shop, items=[(items[2], 5)])
    record_popularity(at=NEXT_NIGHT)
    assert record_popularity(at=AT + WINDOW + timedelta(days=1)) == 1
    assert most_chosen(shop) == ["Cup", "Kettle", "Lamp"]


def test_every_night_has_its_turn():
    entry = ROOMS["orders-record-popularity"]
    assert (entry["task"], entry["options"]["queue"]) == ("orders.record_popularity", "night")
