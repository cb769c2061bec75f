"""The last day of goods that lie ready: they are fetched once, or given up once, never both."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.collection import operations
from apps.orders.errors import NotInStore
from apps.orders.models import Fulfilment, Order
from apps.orders.tokens import collect_code
from tests.factories.collecting import collect, make_collecting, to_collect
from tests.factories.network import MARAIS, fulfilment_at
from tests.factories.orders import AT
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = "user:7"


@pytest.fixture
def row():
    order = to_collect(make_collecting())
    found = fulfilment_at(order, MARAIS)
    operations.make_ready(fulfilment_id=found.pk, by=BY, at=AT)
    drain_outbox(at=AT)
    found.refresh_from_db()
    return found


def fetching(row):
    code = collect_code(row.order.number)
    return partial(operations.hand_over, fulfilment_id=row.pk, code=code, by=BY, at=row.due_at)


def figures():
    return StockLevel.objects.values_list("on_hand", "reserved").get(product__upc="POT", location__code=MARAIS)


def broken(at):
    drain_outbox(at=at)
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def test_goods_are_handed_over_once_when_four_people_press(row):
    answers = race([fetching(row)] * 4)

    assert Counter(isinstance(each, Exception) for each in answers) == {True: 3, False: 1}
    assert StockLevel.objects.values_list("on_hand", "reserved").get(product__upc="POT", location__code=MARAIS) == (
        0,
        0,
    )
    assert broken(row.due_at) == []


def test_goods_are_fetched_or_given_up_in_the_last_minute_never_both(row):
    late = row.due_at + timedelta(seconds=1)

    race([fetching(row), partial(operations.give_up_overdue, at=late)])

    row.refresh_from_db()
    order = Order.objects.get(pk=row.order_id)
    assert (row.state, order.state, figures()) in {
        ("delivered", "delivered", (0, 0)),
        ("cancelled", "cancelled", (2, 0)),
    }
    assert broken(late) == []


def test_last_unit_of_a_store_is_promised_once_when_eight_choose_it():
    network = make_collecting()
    network.put(sku="POT", at=MARAIS, units=1)
    network.put(sku="POT", at="depot", units=50)

    answers = race([partial(collect, network, units={"POT": 1}, idempotency_key=f"k{n}") for n in range(8)])

    placed = [each for each in answers if not isinstance(each, Exception)]
    assert len(placed) == 1
    assert {type(each) for each in answers if isinstance(each, Exception)} == {NotInStore}
    assert Order.objects.get().collect_at == network.places[MARAIS]
    assert not Fulfilment.objects.exists()
