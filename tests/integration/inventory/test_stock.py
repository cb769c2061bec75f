"""The stock ledger: every write with its movement, every refusal without one, and a database that agrees."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.inventory import operations as inventory
from apps.inventory import queries as stock
from apps.inventory.errors import QuantityOutOfRange, ReasonMissing, StockPromised, UnableToReserve
from apps.inventory.models import Reservation, StockLevel, StockMovement, StockRecord
from apps.inventory.operations import Allocation
from apps.inventory.sourcing import operations as sourcing
from apps.inventory.sourcing.data import Wanted
from apps.inventory.sourcing.queries import Request
from tests.factories.catalog import make_product
from tests.factories.markets import make_shop
from tests.factories.orders import AT, make_location, make_stock, make_trading_shop

pytestmark = pytest.mark.django_db

WHO = {"at": AT, "by": "user:1"}


@pytest.fixture
def kettle():
    return make_product(sku="KETTLE")


@pytest.fixture
def main():
    return make_location(code="main")


def level_of(product, location):
    return StockLevel.objects.values_list("on_hand", "reserved").get(product=product, location=location)


def reserve(product, location, quantity, reference="order:A"):
    return source([(product, quantity)], [location], reference=reference)


def source(lines, locations, reference="order:A"):
    """Promise goods in a market that is served by these locations; return (product, location, units)."""
    codes = tuple(location.code for location in locations)
    request = Request(
        market=replace(make_shop().market, stock_location_codes=codes),
        lines=tuple(Wanted(product.pk, quantity, product.upc) for product, quantity in lines),
        at=AT,
        holidays={},
    )
    decision = sourcing.source(request=request, reference=reference, **WHO)
    return [
        Allocation(product_id, parcel.location_id, units)
        for parcel in decision.parcels
        for product_id, units in parcel.units.items()
    ]


def test_receive_reserve_release_reserve_ship_leaves_the_story_and_the_right_figures(kettle, main):
    inventory.receive(location_id=main.pk, quantities={kettle.pk: 10}, reference="delivery 7", **WHO)
    assert reserve(kettle, main, 4) == [Allocation(kettle.pk, main.pk, 4)]
    assert level_of(kettle, main) == (10, 4)
    assert inventory.release(reference="order:A", reason="expired", **WHO) == [Allocation(kettle.pk, main.pk, 4)]
    reserve(kettle, main, 3, reference="order:B")
    assert inventory.ship(reference="order:B", **WHO) == [Allocation(kettle.pk, main.pk, 3)]

    story = stock.explain(level_id=StockLevel.objects.get().pk)
    told = [
        (row.kind, row.on_hand_delta, row.reserved_delta, row.on_hand_after, row.reserved_after)
        for row in story.movements
    ]
    assert told == [
        ("receive", 10, 0, 10, 0),
        ("reserve", 0, 4, 10, 4),
        ("release", 0, -4, 10, 0),
        ("reserve", 0, 3, 10, 3),
        ("ship", -3, -3, 7, 0),
    ]
    assert (story.proven, story.held) == (True, ())
    assert stock.check_ledger() == []


def test_release_and_ship_are_safe_to_repeat(kettle, main):
    make_stock(product=kettle, location=main, units=5)
    reserve(kettle, main, 2)
    inventory.ship(reference="order:A", **WHO)

    assert inventory.ship(reference="order:A", **WHO) == []
    assert inventory.release(reference="order:A", **WHO) == []
    assert level_of(kettle, main) == (3, 0)


def test_ship_at_one_location_leaves_the_other_held(kettle, main):
    far = make_location(code="far")
    make_stock(product=kettle, location=main, units=1)
    make_stock(product=kettle, location=far, units=1)
    source([(kettle, 2)], [main, far])

    inventory.ship(reference="order:A", location_id=far.pk, **WHO)

    assert (level_of(kettle, main), level_of(kettle, far)) == ((1, 1), (0, 0))


def test_reserve_more_than_is_free_names_product_and_left_and_writes_nothing(kettle, main):
    make_stock(product=kettle, location=main, units=5)
    inventory.set_safety(product_id=kettle.pk, location_id=main.pk, safety=2, at=AT)

    with pytest.raises(UnableToReserve) as refused, transaction.atomic():
        reserve(kettle, main, 4)

    assert refused.value.params == {"product_id": kettle.pk, "sku": "KETTLE", "wanted": 4, "left": 3}
    assert (Reservation.objects.count(), StockMovement.objects.filter(kind="reserve").count()) == (0, 0)


@pytest.mark.parametrize("closed", [{"is_active": False}, {"sells_online": False}])
def test_reserve_at_a_location_that_does_not_serve_the_web_is_refused(kettle, closed):
    place = make_location(code="closed", **closed)
    make_stock(product=kettle, location=place, units=5)

    with pytest.raises(UnableToReserve), transaction.atomic():
        reserve(kettle, place, 1)


@pytest.mark.parametrize("line_count", [1, 3])
def test_reserve_statement_count_is_constant(main, line_count):
    products = [make_product() for _ in range(line_count)]
    for product in products:
        make_stock(product=product, location=main, units=50)
    lines = [(product, 1) for product in products]
    source(lines, [main], reference="order:warm")

    with CaptureQueriesContext(connection) as captured:
        source(lines, [main])

    assert len([query for query in captured if "partner_" in query["sql"]]) == 2


def test_count_writes_the_difference_and_nothing_when_there_is_none(kettle, main):
    pair = (kettle.pk, main.pk)
    assert inventory.count_stock(counts={pair: 7}, reference="inventory 2026", **WHO) == 1
    assert inventory.count_stock(counts={pair: 4}, reference="inventory 2026", **WHO) == 1
    assert inventory.count_stock(counts={pair: 4}, reference="inventory 2026", **WHO) == 0

    assert list(StockMovement.objects.order_by("id").values_list("kind", "on_hand_delta")) == [
        ("count", 7),
        ("count", -3),
    ]


def test_count_below_what_is_promised_is_refused_and_writes_nothing(kettle, main):
    make_stock(product=kettle, location=main, units=5)
    reserve(kettle, main, 3)

    with pytest.raises(StockPromised) as refused:
        inventory.count_stock(counts={(kettle.pk, main.pk): 2}, reference="", **WHO)

    assert refused.value.params == {"sku": "KETTLE", "location": "Main", "reserved": 3}
    assert level_of(kettle, main) == (5, 3)


def test_correct_needs_a_reason_and_a_change(kettle, main):
    make_stock(product=kettle, location=main, units=5)
    change = {"product_id": kettle.pk, "location_id": main.pk, **WHO}

    with pytest.raises(ReasonMissing):
        inventory.correct(delta=-1, reason="  ", **change)
    with pytest.raises(QuantityOutOfRange):
        inventory.correct(delta=0, reason="broken", **change)
    inventory.correct(delta=-1, reason="broken", **change)

    assert level_of(kettle, main) == (4, 0)


def test_transfer_moves_units_with_both_sides_in_the_ledger(kettle, main):
    far = make_location(code="far")
    make_stock(product=kettle, location=main, units=5)

    inventory.transfer(quantities={kettle.pk: 2}, from_id=main.pk, to_id=far.pk, reference="van 3", **WHO)

    assert (level_of(kettle, main), level_of(kettle, far)) == ((3, 0), (2, 0))
    kinds = StockMovement.objects.filter(reference="van 3").order_by("id").values_list("kind", "on_hand_delta")
    assert list(kinds) == [("transfer_out", -2), ("transfer_in", 2)]
    with pytest.raises(StockPromised):
        inventory.transfer(quantities={kettle.pk: 4}, from_id=main.pk, to_id=far.pk, reference="van 4", **WHO)
    assert stock.check_ledger() == []


@pytest.mark.parametrize("quantity", [0, -1, 10**9, 1.5, True])
def test_receive_refuses_what_is_no_quantity(kettle, main, quantity):
    with pytest.raises(QuantityOutOfRange):
        inventory.receive(location_id=main.pk, quantities={kettle.pk: quantity}, reference="", **WHO)


def test_available_sums_the_locations_of_the_market_only(kettle):
    shop = make_trading_shop(locations=("main", "far"))
    make_stock(product=kettle, location=make_location(code="main"), units=3)
    make_stock(product=kettle, location=make_location(code="far"), units=4)
    make_stock(product=kettle, location=make_location(code="elsewhere"), units=50)

    assert stock.available(product_ids=[kettle.pk], market=shop.market) == {kettle.pk: 7}


def test_check_ledger_names_a_level_that_was_changed_behind_its_back(kettle, main):
    make_stock(product=kettle, location=main, units=5)
    StockLevel.objects.update(on_hand=9)

    (found,) = stock.check_ledger()

    assert (found.sku, found.location, found.on_hand, found.on_hand_moved) == ("KETTLE", "main", 9, 5)
    assert stock.explain(level_id=found.level_id).proven is False


@pytest.mark.parametrize(
    "statement", ["UPDATE partner_stockmovement SET on_hand_delta = 1", "DELETE FROM partner_stockmovement"]
)
def test_database_refuses_to_change_a_movement(kettle, main, statement):
    make_stock(product=kettle, location=main, units=5)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change", ["reserved = on_hand + 1", "reserved = -1", "safety = -1", "on_hand = -1", "on_hand = reserved - 1"]
)
def test_database_refuses_an_impossible_level(kettle, main, change):
    make_stock(product=kettle, location=main, units=5)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE partner_stocklevel SET {change}")


def test_ensure_stock_records_gives_each_sellable_product_one_and_repeats_safely():
    parent = make_product(structure="parent")
    child, alone = make_product(parent=parent), make_product()
    ids = [parent.pk, child.pk, alone.pk]

    assert [inventory.ensure_stock_records(product_ids=ids) for _ in range(2)] == [2, 0]
    assert list(StockRecord.objects.order_by("product_id").values_list("product_id", "price", "num_in_stock")) == [
        (child.pk, None, None),
        (alone.pk, None, None),
    ]
