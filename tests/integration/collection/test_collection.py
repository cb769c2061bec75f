"""Orders collected in a store: chosen, promised from its shelf alone, made ready, handed over by code, given up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction

from apps.core import books
from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import LocationDay, Reservation, SourcingDecision, StockLevel
from apps.inventory.sourcing import queries as sourcing
from apps.inventory.sourcing import replay
from apps.inventory.sourcing.data import Rule
from apps.orders import delivery
from apps.orders.basket.queries import basket_view
from apps.orders.collection import offers, operations
from apps.orders.collection.errors import NotCollected, NotHere, TooManyCodes, WrongCode
from apps.orders.edits import operations as edits
from apps.orders.edits.errors import CollectedInStore
from apps.orders.errors import DeliveryRefused, NotInStore
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.fulfilment import rerouting
from apps.orders.fulfilment.errors import ToBeCollected
from apps.orders.fulfilment.kept import promises_kept
from apps.orders.models import DeliveryMethod, Fulfilment, Invoice, MailLog, Order, Payment, Refund, Return
from apps.orders.returns import operations as returns
from apps.orders.returns import unsent, window
from apps.orders.sourcing import calendar_then
from apps.orders.tokens import collect_code
from apps.orders.transitions import IllegalMove
from tests.factories.collecting import close_collection, collect, make_collecting, stop_collecting, to_collect
from tests.factories.network import LILLE, MARAIS, fulfilment_at, line_of, make_rule
from tests.factories.orders import AT, make_address, make_basket

pytestmark = pytest.mark.django_db
READY = AT + timedelta(hours=3)
TAKEN = AT + timedelta(days=1)
BY = "user:7"
# The third day after READY, in Paris, to the last minute of the day.
KEPT_UNTIL = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)


@pytest.fixture
def network():
    return make_collecting()


def ready(order, *, at=READY):
    row = fulfilment_at(order, MARAIS)
    operations.make_ready(fulfilment_id=row.pk, by=BY, at=at)
    drain_outbox(at=at)
    return row


def hand_over(row, *, code=None, at=TAKEN, **changes):
    values = {"fulfilment_id": row.pk, "code": code or collect_code(row.order.number), "by": BY, "at": at}
    fetched = operations.hand_over(**{**values, **changes})
    drain_outbox(at=at)
    return fetched


def figures(network, sku="POT", code=MARAIS):
    return StockLevel.objects.values_list("on_hand", "reserved").get(
        product=network.goods[sku], location=network.places[code]
    )


def broken(at=TAKEN):
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def sent():
    return [message.subject for message in mail.outbox]


def test_stores_that_have_everything_are_offered_with_their_day_the_nearest_first(network):
    network.places[LILLE].__class__.objects.filter(code=LILLE).update(offers_collection=True, city="Lille")
    delivery.forget_methods()
    sourcing.forget()
    network.put(sku="POT", at=LILLE, units=5)
    basket = make_basket(shop=network.shop, items=[(network.goods["POT"], 1)])

    def offered(postcode=""):
        view = basket_view(shop=network.shop, basket_id=basket, at=AT)
        found = offers.offers_for(shop=network.shop, basket=view, postcode=postcode, at=AT)
        return [(each.code, each.price.minor, each.promise.latest, each.fits) for each in found]

    today = date(2026, 11, 18)
    assert offered() == [("collect:lille", 0, today, True), ("collect:marais", 0, today, True)]
    # Two pots and a lid lie in no one store.
    basket = make_basket(shop=network.shop, items=[(network.goods["POT"], 2), (network.goods["LID"], 1)])
    assert [code for code, *_ in offered()] == ["collect:lille"]
    stop_collecting()
    assert offered() == []


@pytest.mark.parametrize("code", ["collect", "collect:", "collect:nowhere", "collect:depot", "home:marais", "home:"])
def test_codes_that_name_no_store_or_one_too_many_are_refused(network, code):
    with pytest.raises(DeliveryRefused):
        collect(network, units={"POT": 1}, delivery_code=code)
    assert not delivery.is_offered(shop=network.shop, code=code)


def test_store_that_stopped_offering_collection_is_refused(network):
    close_collection(network.places[MARAIS])
    with pytest.raises(DeliveryRefused):
        collect(network, units={"POT": 1})


def test_order_is_promised_by_the_chosen_store_alone_whatever_the_rules_say(network):
    make_rule(network=network, kinds=["warehouse"])
    network.put(sku="POT", at="depot", units=9)

    order = to_collect(network)

    assert order.collect_at == network.places[MARAIS]
    assert (order.shipping_code, order.shipping_incl_tax) == ("collect", 0)
    assert order.delivery_promise["latest"] == "2026-11-18"
    assert [(row.location.code, row.state) for row in Fulfilment.objects.filter(order=order)] == [(MARAIS, "new")]
    assert figures(network) == (2, 2)
    goes = order.shipping_address
    assert (goes.line3, goes.line1, goes.postcode, goes.last_name) == (
        "Marais",
        "3 rue de Bretagne",
        "75003",
        "Shopper",
    )
    assert order.billing_address.line1 == "1 rue de Rivoli"
    decision = SourcingDecision.objects.get(reference=f"order:{order.number}")
    assert decision.need["collect_at"] == network.places[MARAIS].pk
    assert [place["place"] for step in decision.trace for place in step["places"]] == [MARAIS]
    assert broken() == []


def test_goods_that_lie_elsewhere_are_not_in_the_store_and_nothing_is_written(network):
    network.put(sku="POT", at="depot", units=9)
    with pytest.raises(NotInStore) as refusal:
        collect(network, units={"POT": 3})
    assert refusal.value.params == {"name": "Pot", "store": "Marais"}
    assert not Order.objects.exists()
    assert not Reservation.objects.exists()


def test_collecting_takes_a_place_on_the_stores_day(network):
    network.places[MARAIS].__class__.objects.filter(code=MARAIS).update(daily_capacity=1)
    sourcing.forget()
    first, second = to_collect(network, units={"POT": 1}), to_collect(network, units={"POT": 1})
    assert [each.delivery_promise["latest"] for each in (first, second)] == ["2026-11-18", "2026-11-19"]
    assert LocationDay.objects.count() == 2


def test_other_rules_do_not_move_an_order_whose_store_was_chosen(network):
    order = to_collect(network)
    market = network.shop.market
    compared = replay.compare(
        decisions=replay.past_orders(market=market.code),
        today=sourcing.rules_of(market_id=market.id),
        tried=(Rule(name="Warehouses only", kinds=("warehouse",)),),
        places=sourcing.network(market=market).places,
        calendar_of=calendar_then(market=market),
    )
    assert compared.changed == ()
    assert order.collect_at is not None


def test_ready_goods_are_told_with_store_code_hours_and_day(network):
    order = to_collect(network)
    mail.outbox.clear()

    row = ready(order)

    row.refresh_from_db()
    assert (row.state, row.ready_at, row.due_at) == ("ready", READY, KEPT_UNTIL)
    (message,) = mail.outbox
    assert message.subject == f"La commande {order.number} est prête à être retirée"
    for words in (
        collect_code(order.number),
        "3 rue de Bretagne",
        "21 novembre 2026",
        "Samedi: 10:00–12:00, 14:00–18:00",
        "2 × Pot",
    ):
        assert words in message.body
    assert figures(network) == (2, 2)
    assert broken() == []


def test_goods_change_hands_for_the_code_and_are_invoiced_charged_and_delivered_at_once(network):
    order = to_collect(network)
    row = ready(order)
    mail.outbox.clear()

    fetched = hand_over(row)

    row.refresh_from_db()
    order.refresh_from_db()
    assert (fetched, row.state, row.shipped_at, row.delivered_at) == (row.pk, "delivered", TAKEN, TAKEN)
    assert order.state == "delivered"
    assert figures(network) == (0, 0)
    assert Invoice.objects.get(order=order).gross_minor == 2000
    assert sent() == [f"La commande {order.number} a été retirée"]
    assert window.ends(order=order, fulfilments=[row], days=[14])[14] > TAKEN + timedelta(days=13)
    assert broken() == []


def test_part_is_fetched_now_and_the_rest_stays_ready(network):
    order = to_collect(network)
    row = ready(order)

    hand_over(row, units={line_of(order, "POT").pk: 1})

    order.refresh_from_db()
    rows = [(each.state, each.lines.get().quantity) for each in Fulfilment.objects.filter(order=order).order_by("id")]
    assert rows == [("ready", 1), ("delivered", 1)]
    assert order.state == "in_fulfilment"
    rest = Fulfilment.objects.get(order=order, state="ready")
    assert rest.due_at == KEPT_UNTIL
    hand_over(rest)
    order.refresh_from_db()
    assert order.state == "delivered"
    assert broken() == []


def test_wrong_codes_are_refused_counted_and_audited(network):
    row = ready(to_collect(network))
    right = collect_code(row.order.number)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for typed in (wrong, "", "x" * 5000, "١٢٣٤٥٦", f"{right}0"):
        with pytest.raises(WrongCode):
            operations.hand_over(fulfilment_id=row.pk, code=typed, by=BY, at=TAKEN)
    with pytest.raises(TooManyCodes):
        operations.hand_over(fulfilment_id=row.pk, code=right, by=BY, at=TAKEN)
    assert AuditEvent.objects.filter(action="fulfilment.wrong_code", actor=BY).count() == 5
    assert Fulfilment.objects.get(pk=row.pk).state == "ready"
    # An hour later, and with spaces as people read it out.
    hand_over(row, code=f" {right[:3]} {right[3:]} ", at=TAKEN + timedelta(hours=2))


def test_code_is_the_orders_own_and_says_nothing_of_its_number():
    codes = {collect_code(f"HFR-{number:08d}-X") for number in range(500)}
    assert len(codes) > 490
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_goods_nobody_fetches_are_on_the_shelf_again_and_paid_back(network):
    order = to_collect(network)
    row = ready(order)
    assert operations.give_up_overdue(at=KEPT_UNTIL) == 0

    late = KEPT_UNTIL + timedelta(minutes=1)
    assert operations.give_up_overdue(at=late) == 1
    assert operations.give_up_overdue(at=late) == 0
    drain_outbox(at=late)

    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, order.state) == ("cancelled", "cancelled")
    assert figures(network) == (2, 0)
    assert Payment.objects.get(order=order).state == "refund_due"
    assert sent()[-1] == f"La commande {order.number} a été annulée"
    assert "n’a pas été retirée à temps" in mail.outbox[-1].body
    assert broken(late) == []
    with pytest.raises(IllegalMove):
        hand_over(row, at=late)


def test_rest_nobody_fetches_is_paid_back_and_the_order_ends_with_what_was_taken(network):
    order = to_collect(network)
    hand_over(ready(order), units={line_of(order, "POT").pk: 1})
    late = KEPT_UNTIL + timedelta(minutes=1)

    assert operations.give_up_overdue(at=late) == 1
    drain_outbox(at=late)

    order.refresh_from_db()
    assert order.state == "delivered"
    assert figures(network) == (1, 0)
    refund = Refund.objects.get()
    assert (refund.amount_minor, Return.objects.get().note) == (1000, "not_collected")
    assert "n’a pas été retirée à temps" in mail.outbox[-1].body
    assert broken(late) == []


def test_person_gives_up_ready_goods_with_a_reason(network):
    order = to_collect(network)
    row = ready(order)
    with pytest.raises(unsent.WhyMissing):
        unsent.give_up(fulfilment_id=row.pk, reason=" ", by=BY, at=TAKEN)
    unsent.give_up(fulfilment_id=row.pk, reason="shopper called", by=BY, at=TAKEN)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert figures(network) == (2, 0)


def test_what_is_sent_is_not_collected_and_what_is_collected_is_not_sent(network):
    order, home = to_collect(network), network.paid(units={"KETTLE": 1})
    with pytest.raises(ToBeCollected):
        fulfilments.ship(
            fulfilment_id=fulfilment_at(order, MARAIS).pk, carrier="GLS", tracking_code="1", by=BY, at=READY
        )
    kettle = fulfilment_at(home, "depot")
    with pytest.raises(NotCollected):
        operations.make_ready(fulfilment_id=kettle.pk, by=BY, at=READY)
    with pytest.raises(NotCollected):
        operations.hand_over(fulfilment_id=kettle.pk, code="123456", by=BY, at=READY)
    with pytest.raises(IllegalMove):
        hand_over(fulfilment_at(order, MARAIS))
    assert broken(READY) == []


def test_only_goods_in_the_store_are_made_ready(network):
    order = to_collect(network)
    row = fulfilment_at(order, MARAIS)
    Fulfilment.objects.filter(pk=row.pk).update(location=network.places[LILLE])
    with pytest.raises(NotHere):
        operations.make_ready(fulfilment_id=row.pk, by=BY, at=READY)


def test_store_that_finds_nothing_has_the_goods_wait_and_no_other_place_sends_them(network):
    network.put(sku="POT", at="depot", units=9)
    order = to_collect(network)
    row = ready(order)

    outcome = rerouting.reject(
        fulfilment_id=row.pk,
        units={line_of(order, "POT").pk: 2},
        reason="not_found",
        note="",
        by=BY,
        at=TAKEN,
    )

    assert (outcome.made, outcome.waiting is not None) == ((), True)
    assert figures(network) == (0, 0)
    assert figures(network, code="depot") == (9, 0)
    drain_outbox(at=TAKEN)
    assert broken() == []


def test_shopper_withdraws_from_ready_goods_and_they_are_free_and_paid_back_at_once(network):
    order = to_collect(network)
    row = ready(order)
    made = returns.declare_withdrawal(
        order_id=order.pk,
        units={line_of(order, "POT").pk: 1},
        name="Demo Shopper",
        email="demo@example.com",
        by="shopper",
        at=TAKEN,
    )
    assert (made.state, figures(network)) == ("refund_due", (2, 1))
    # The rest lies there as promised, however long it is kept: nobody hears of a delay.
    order.refresh_from_db()
    drain_outbox(at=TAKEN)
    assert order.delivery_promise["latest"] == "2026-11-18"
    assert not MailLog.objects.filter(kind="promise_moved").exists()
    hand_over(row)
    order.refresh_from_db()
    assert order.state == "delivered"
    assert broken() == []


def test_address_of_a_collected_order_stays_the_store(network):
    order = to_collect(network)
    with pytest.raises(CollectedInStore):
        edits.draft(order_id=order.pk, units={}, address=make_address(line1="9 quai"), reason="moved", by=BY, at=READY)


def test_promise_of_a_collected_order_is_kept_when_it_is_ready_in_time(network):
    hand_over(ready(to_collect(network, units={"POT": 1})), at=AT + timedelta(days=2))
    hand_over(ready(to_collect(network, units={"POT": 1}), at=AT + timedelta(days=1)), at=AT + timedelta(days=2))
    (found,) = promises_kept(at=AT + timedelta(days=3))
    assert (found.orders, found.kept, found.worst_days) == (2, 1, 1)


def test_goods_are_kept_a_week_where_the_way_of_delivery_is_gone(network):
    order = to_collect(network)
    stop_collecting()
    row = ready(order)
    row.refresh_from_db()
    assert row.due_at == datetime(2026, 11, 25, 22, 59, tzinfo=UTC)


def test_database_refuses_ready_without_a_time_and_jumps_past_it(network):
    row = fulfilment_at(to_collect(network), MARAIS)
    for jump in ({"state": "ready"}, {"state": "delivered"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Fulfilment.objects.filter(pk=row.pk).update(**jump)
    with pytest.raises(DatabaseError), transaction.atomic():
        DeliveryMethod.objects.update(kind="drone")
