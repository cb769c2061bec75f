"""Goods come from where the rules say, within consent and capacity, and every decision can be read and made again."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core import books, clock
from apps.core.models import AuditEvent
from apps.inventory import operations as inventory
from apps.inventory import queries as stock
from apps.inventory.errors import QuantityOutOfRange, ReasonMissing
from apps.inventory.models import (
    CapacityUse,
    Location,
    LocationClosure,
    LocationDay,
    PostcodeArea,
    Reservation,
    SourcingDecision,
    StockLevel,
)
from apps.inventory.sourcing import queries as sourcing
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot
from apps.orders.basket.queries import basket_view
from apps.orders.errors import CannotSend, NotEnough, PromiseMoved, SoldOut
from apps.orders.models import Order
from tests.factories.network import DEPOT, LILLE, MARAIS, PARTNER, make_network, make_rule
from tests.factories.orders import AT, make_basket, make_checkout, make_delivery_method, make_item

pytestmark = pytest.mark.django_db


def held(number):
    rows = Reservation.objects.filter(reference=f"order:{number}", state="held").order_by("id")
    return {(row.level.location.code, row.level.product.upc): row.quantity for row in rows}


def test_order_of_four_lines_is_split_over_four_places_and_says_why():
    network = make_network()
    placed = network.order()

    assert held(placed.number) == {
        (DEPOT, "KETTLE"): 1,
        (PARTNER, "CUP"): 1,
        (MARAIS, "POT"): 1,
        (LILLE, "LID"): 1,
    }
    (decision,) = sourcing.decisions(reference=f"order:{placed.number}")
    assert (decision.cause, decision.market, decision.actor) == ("placed", "halles-fr", "guest")
    assert [step["outcome"] for step in decision.trace] == ["too_many_parcels", "filled"]
    assert {parcel["location"] for parcel in decision.plan["parcels"]} == {DEPOT, PARTNER, MARAIS, LILLE}
    assert Order.objects.get().delivery_promise["parcels"][0]["ships_on"] == "2026-11-18"
    assert stock.check_ledger() == []


def test_rule_of_the_market_prefers_the_nearest_store_of_the_address():
    PostcodeArea.objects.create(country="FR", prefix="59", latitude="50.63", longitude="3.06")
    PostcodeArea.objects.create(country="FR", prefix="7", latitude="47.0", longitude="2.0")
    PostcodeArea.objects.create(country="FR", prefix="750", latitude="48.86", longitude="2.35")
    network = make_network()
    make_rule(network=network, kinds=["store"], sorts=["nearest"], max_parcels=1)
    for place in (DEPOT, MARAIS, LILLE):
        network.put(sku="KETTLE", at=place, units=5)

    paris = network.order(units={"KETTLE": 1})
    (told,) = sourcing.decisions(reference=f"order:{paris.number}")

    assert held(paris.number) == {(MARAIS, "KETTLE"): 1}
    assert {each["place"]: each["km"] for each in told.trace[0]["places"]} == {
        DEPOT: 392,
        PARTNER: 19,
        MARAIS: 1,
        LILLE: 203,
    }
    assert (told.need["postcode"], told.rules[0]["sorts"]) == ("75001", ["nearest"])


def test_refusal_by_the_rules_is_told_apart_from_empty_shelves_and_writes_nothing():
    network = make_network()
    make_rule(network=network, max_parcels=1)

    with pytest.raises(CannotSend) as together:
        network.order(units={"KETTLE": 1, "LID": 1})
    with pytest.raises(NotEnough):
        network.order(units={"KETTLE": 3})
    StockLevel.objects.filter(product=network.goods["POT"]).update(safety=2)
    with pytest.raises(SoldOut):
        network.order(units={"POT": 1})

    assert together.value.params == {"name": "Kettle"}
    assert (Order.objects.count(), Reservation.objects.count(), SourcingDecision.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(("share", "free"), [(100, 9), (50, 5), (49, 4), (10, 1), (9, 0), (0, 0)])
def test_share_of_a_location_limits_what_the_web_may_be_promised(share, free):
    network = make_network()
    network.put(sku="POT", at=MARAIS, units=10)
    inventory.set_safety(product_id=network.goods["POT"].pk, location_id=network.places[MARAIS].pk, safety=1, at=AT)
    inventory.set_share(location_id=network.places[MARAIS].pk, percent=share, at=AT, by="user:3")

    assert StockLevel.objects.get(product=network.goods["POT"]).free == free
    assert stock.available(product_ids=[network.goods["POT"].pk], market=network.shop.market) == {
        network.goods["POT"].pk: free
    }


def test_share_is_kept_while_orders_come_and_audited():
    network = make_network()
    network.put(sku="POT", at=MARAIS, units=10)
    inventory.set_share(location_id=network.places[MARAIS].pk, percent=40, at=AT, by="user:3")

    network.order(units={"POT": 3})
    with pytest.raises(NotEnough) as refused:
        network.order(units={"POT": 2})
    network.order(units={"POT": 1})

    assert refused.value.params["left"] == 1
    event = AuditEvent.objects.get(action="location.set_share")
    assert (event.actor, event.before, event.after) == ("user:3", {"share_percent": 100}, {"share_percent": 40})
    with pytest.raises(QuantityOutOfRange):
        inventory.set_share(location_id=network.places[MARAIS].pk, percent=101, at=AT, by="user:3")
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.update(share_percent=101)


def test_new_goods_at_a_location_follow_its_share():
    network = make_network()
    inventory.set_share(location_id=network.places[LILLE].pk, percent=50, at=AT, by="user:3")
    network.put(sku="KETTLE", at=LILLE, units=8)

    assert StockLevel.objects.get(product=network.goods["KETTLE"], location=network.places[LILLE]).free == 4


def test_paused_location_serves_nobody_at_once_and_again_afterwards():
    network = make_network()
    place = network.places[MARAIS].pk
    until = clock.now() + timedelta(hours=2)
    with pytest.raises(ReasonMissing):
        inventory.pause(location_id=place, until=until, reason=" ", at=AT, by="user:3")
    inventory.pause(location_id=place, until=until, reason="Stocktaking", at=AT, by="user:3")

    # The rules and places in memory are seconds old; the pause counts all the same.
    with pytest.raises(SoldOut):
        network.order(units={"POT": 1})
    inventory.pause(location_id=place, until=None, reason="", at=AT, by="user:3")

    assert held(network.order(units={"POT": 1}).number) == {(MARAIS, "POT"): 1}
    actions = AuditEvent.objects.filter(action__startswith="location.").order_by("id")
    assert [(event.action, event.reason) for event in actions] == [
        ("location.pause", "Stocktaking"),
        ("location.resume", ""),
    ]


def test_location_with_a_capacity_takes_no_more_orders_a_day_and_promises_the_next():
    network = make_network(marais={"daily_capacity": 1})
    network.put(sku="POT", at=MARAIS, units=9)

    first, second = (network.order(units={"POT": 1}) for _ in range(2))

    days = Reservation.objects.order_by("id").values_list("reference", "ships_on")
    assert list(days) == [
        (f"order:{first.number}", date(2026, 11, 18)),
        (f"order:{second.number}", date(2026, 11, 19)),
    ]
    assert Order.objects.get(number=second.number).delivery_promise["ships_on"] == "2026-11-19"
    assert [(day.taken, day.capacity) for day in LocationDay.objects.order_by("day")] == [(1, 1), (1, 1)]


def test_order_that_ends_gives_its_day_back():
    network = make_network(marais={"daily_capacity": 1})
    placed = network.order(units={"POT": 1})
    inventory.release(reference=f"order:{placed.number}", at=AT, by="system:test")

    assert (CapacityUse.objects.count(), LocationDay.objects.get().taken) == (0, 0)
    assert [each.invariant.name for each in books.prove(at=AT).broken if "capacit" in each.invariant.name] == []


def test_promise_follows_the_location_that_sends(django_assert_max_num_queries):
    network = make_network(lille={"handling_days": 2})
    LocationClosure.objects.create(location=network.places[LILLE], first_day="2026-11-20", last_day="2026-11-20")
    sourcing.forget()
    quick, slow = (network.order(units={sku: 1}) for sku in ("KETTLE", "LID"))
    promised = {order.number: order.delivery_promise["ships_on"] for order in Order.objects.all()}

    # Wednesday; two working days of preparing, Friday closed, so Lille hands over on Monday.
    assert promised == {quick.number: "2026-11-18", slow.number: "2026-11-23"}


def test_promise_that_moved_since_the_shopper_agreed_is_refused_with_both_days():
    network = make_network(lille={"handling_days": 2})

    with pytest.raises(PromiseMoved) as moved:
        network.order(units={"LID": 1}, confirmed_latest=date(2026, 11, 23))
    network.order(units={"LID": 1}, confirmed_latest=date(2026, 11, 25))

    assert (moved.value.params["confirmed"], moved.value.params["latest"]) == ("23 November 2026", "25 November 2026")
    assert Order.objects.count() == 1


def test_rule_for_one_method_leaves_the_other_open_and_the_basket_says_so():

    network = make_network()
    make_delivery_method(market=Market.objects.get(pk=network.shop.market.id), code="express", position=2)
    forget_snapshot()
    make_rule(network=network, delivery_code="home")
    make_rule(network=network, delivery_code="express", kinds=["warehouse"])
    basket = make_basket(shop=network.shop, items=[(network.goods["LID"], 1)])

    options = basket_view(shop=network.shop, basket_id=basket, at=AT).delivery_options

    assert [(option.code, option.fits) for option in options] == [("home", True), ("express", False)]


@pytest.mark.parametrize("line_count", [1, 3])
def test_placing_with_rules_capacity_and_distance_asks_the_same_statements(line_count, django_assert_num_queries):
    network = make_network(depot={"daily_capacity": 900})
    make_rule(network=network, sorts=["nearest"])
    items = [make_item(shop=network.shop, location=DEPOT) for _ in range(line_count)]

    make_checkout(shop=network.shop, items=[(item, 1) for item in items]).place()  # warm
    checkout = make_checkout(shop=network.shop, items=[(item, 1) for item in items])
    with django_assert_num_queries(15):
        checkout.place()


def test_decision_only_grows():
    make_network().order()
    for statement in ("UPDATE partner_sourcingdecision SET cause = 'again'", "DELETE FROM partner_sourcingdecision"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_decision_keeps_all_that_is_needed_to_decide_again():
    network = make_network()
    placed = network.order(units={"KETTLE": 1})
    (decision,) = sourcing.decisions(reference=f"order:{placed.number}")

    assert json.loads(json.dumps(decision.need))["stock"] == {str(network.goods["KETTLE"].pk): {DEPOT: 2}}
    assert datetime.fromisoformat(decision.need["at"]) == AT.astimezone(UTC)
    assert decision.plan["parcels"] == [
        {
            "location": DEPOT,
            "location_id": Location.objects.get(code=DEPOT).pk,
            "units": {str(network.goods["KETTLE"].pk): 1},
            "ships_on": "2026-11-18",
            "rule": "One parcel",
        }
    ]
