"""Parcels at a logistics partner: sent once, reported in any order, asked about when silent, stopped when cancelled."""

import json
from datetime import timedelta

import pytest

from apps.core import books, clock
from apps.core.errors import TryAgain
from apps.core.http import breaker
from apps.core.models import OutboxDelivery
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.cancellation import cancel_order
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.fulfilment import rerouting
from apps.orders.fulfilment.errors import WithPartner
from apps.orders.logistics import operations
from apps.orders.logistics.contract import NotUnderstood, Report, read_report
from apps.orders.logistics.gateway import sign
from apps.orders.models import Fulfilment, Order, PartnerNotice
from tests.factories.network import DEPOT, PARTNER, fulfilment_at, line_of, make_network
from tests.factories.orders import AT
from tests.fakes.logistics import SECRET, partner_server

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)
SYSTEM = "logistics"


@pytest.fixture
def partner(settings):
    breaker.succeeded(system=SYSTEM)
    with partner_server() as (books_of_partner, address):
        settings.OUTBOUND_SYSTEMS = {**settings.OUTBOUND_SYSTEMS, SYSTEM: address}
        settings.LOGISTICS_SECRET = SECRET
        yield books_of_partner
    breaker.succeeded(system=SYSTEM)


def ordered(*, is_away=False, **units):
    network = make_network(partner=SYSTEM)
    order = network.paid(units=units or {"CUP": 2}, is_sure=not is_away)
    return network, order, fulfilment_at(order, PARTNER)


def told(row, kind="shipped", event="e1", **said):
    values = {"carrier": "GLS", "tracking_code": "T1"} if kind == "shipped" else {}
    return Report(event_id=event, kind=kind, key=f"F{row.pk}", **{**values, **said})


def take(row, *args, **said):
    return operations.take(system=SYSTEM, report=told(row, *args, **said), at=LATER)


def broken():
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=LATER).broken]


def test_parcel_of_the_partners_location_is_sent_once_with_what_it_needs(partner):
    _network, order, row = ordered()

    assert (row.partner_reference, row.sent_at) == ("P-000001", AT)
    kept = partner.orders[f"F{row.pk}"]["order"]
    assert kept["lines"] == [{"sku": "CUP", "units": 2}]
    assert (kept["order_number"], kept["location"], kept["delivery"]) == (order.number, PARTNER, "home")
    assert kept["address"]["postcode"] == "75001"
    assert operations.send(fulfilment_id=row.pk, at=LATER) == ""
    assert partner.calls.count("POST /orders") == 1


def test_partner_that_is_away_or_breaks_after_the_work_gets_the_order_once_in_the_end(partner):
    partner.faults = {"away": 3}
    _network, _order, row = ordered(is_away=True)
    # Nobody knows whether it came: from now on it counts as theirs.
    assert (row.sent_at, row.partner_reference) == (AT, "")
    delivery = OutboxDelivery.objects.get(handler="logistics.send")
    assert (delivery.state, "503" in delivery.last_error) == ("pending", True)
    breaker.succeeded(system=SYSTEM)
    partner.faults = {"broken": 3}
    with pytest.raises(TryAgain):
        operations.send(fulfilment_id=row.pk, at=LATER)
    breaker.succeeded(system=SYSTEM)

    operations.send(fulfilment_id=row.pk, at=LATER)

    row.refresh_from_db()
    assert (row.partner_reference, len(partner.orders)) == ("P-000001", 1)


def test_reports_move_the_parcel_and_the_same_one_twice_does_nothing_more(partner):
    _network, order, row = ordered()

    outcomes = [take(row, "acknowledged", event="a"), take(row), take(row), take(row, event="e2")]

    row.refresh_from_db()
    order.refresh_from_db()
    assert outcomes == ["applied", "applied", "repeated", "known"]
    assert (row.state, row.carrier, row.tracking_code, row.acknowledged_at, order.state) == (
        "shipped", "GLS", "T1", LATER, "shipped",
    )  # fmt: skip
    assert broken() == []


def test_reports_in_the_wrong_order_come_out_the_same(partner):
    _network, _order, row = ordered()

    assert [take(row), take(row, "acknowledged", event="a")] == ["applied", "known"]

    row.refresh_from_db()
    assert (row.state, row.acknowledged_at) == ("shipped", LATER)


def test_part_that_is_shipped_is_a_parcel_and_the_rest_follows_under_the_same_key(partner):
    _network, order, row = ordered()

    assert take(row, lines=(("CUP", 1),)) == "applied"
    order.refresh_from_db()
    assert order.state == "in_fulfilment"
    assert take(row, event="e2", tracking_code="T2") == "applied"

    order.refresh_from_db()
    parcels = Fulfilment.objects.filter(order=order).order_by("tracking_code")
    assert [(each.tracking_code, each.lines.get().quantity) for each in parcels] == [("T1", 1), ("T2", 1)]
    assert (order.state, partner.calls.count("POST /orders")) == ("shipped", 1)
    assert broken() == []


def test_line_the_partner_rejects_is_sent_by_others(partner):
    network, order, row = ordered(CUP=2)
    network.put(sku="CUP", at=DEPOT, units=2)

    assert take(row, "rejected", lines=(("CUP", 1),), reason="damaged") == "applied"

    assert (row.lines.get().quantity, fulfilment_at(order, DEPOT).lines.get().quantity) == (1, 1)
    level = StockLevel.objects.get(product=network.goods["CUP"], location=network.places[PARTNER])
    assert (level.on_hand, level.reserved) == (1, 1)
    assert broken() == []


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"lines": (("CUP", 3),)}, "refused"),
        ({"lines": (("POT", 1),)}, "refused"),
        ({"kind": "cancelled"}, "refused"),
        ({"key": "F0"}, "unknown_order"),
        ({"key": "F99999999999999999999"}, "unknown_order"),
        ({"key": "x"}, "unknown_order"),
    ],
)
def test_report_that_cannot_be_true_is_kept_and_changes_nothing(partner, said, outcome):
    _network, _order, row = ordered()
    values = {"event_id": "e9", "kind": "shipped", "key": f"F{row.pk}", "carrier": "G", "tracking_code": "T", **said}

    assert operations.take(system=SYSTEM, report=Report(**values), at=LATER) == outcome

    row.refresh_from_db()
    assert (row.state, PartnerNotice.objects.get().outcome) == ("new", outcome)
    assert broken() == []


def test_silent_partner_is_asked_and_what_was_lost_is_made_up_for(partner):
    _network, order, row = ordered()
    partner.report(f"F{row.pk}", {"kind": "acknowledged"})
    partner.report(f"F{row.pk}", {"kind": "shipped", "carrier": "GLS", "tracking_code": "T1"})

    assert operations.follow_up(at=AT + timedelta(minutes=4)) == operations.FollowUp(0, 0, 0)
    assert operations.follow_up(at=LATER) == operations.FollowUp(asked=1, new=2, unreachable=0)

    order.refresh_from_db()
    assert order.state == "shipped"
    assert operations.follow_up(at=LATER) == operations.FollowUp(0, 0, 0)


def test_partner_that_is_away_is_counted_and_asked_again(partner):
    ordered()
    partner.faults = {"away": 99}

    assert operations.follow_up(at=LATER) == operations.FollowUp(asked=0, new=0, unreachable=1)


def test_late_acknowledgement_is_an_alarm(partner):
    _network, _order, row = ordered()
    just, after = AT + timedelta(hours=2), AT + timedelta(hours=2, seconds=1)

    assert [operations.late(at=moment).count() for moment in (just, after)] == [0, 1]
    take(row, "acknowledged")
    assert operations.late(at=after).count() == 0


def test_cancelled_order_is_stopped_at_the_partner(partner):
    _network, order, row = ordered()
    cancel_order(order_id=order.pk, reason="Changed their mind", by="user:9", at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    assert partner.orders[f"F{row.pk}"]["state"] == "cancelled"
    assert PartnerNotice.objects.get(event_id=f"stop-{row.pk}").outcome == "applied"


def test_partner_that_has_sent_a_cancelled_order_is_told_to_a_person(partner):
    _network, order, row = ordered()
    partner.orders[f"F{row.pk}"]["state"] = "shipped"
    cancel_order(order_id=order.pk, reason="Changed their mind", by="user:9", at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    assert take(row) == "too_late"
    assert set(PartnerNotice.objects.values_list("outcome", flat=True)) == {"too_late"}
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_order_cancelled_while_it_was_being_sent_is_stopped_afterwards(partner, monkeypatch):
    partner.faults = {"away": 3}
    _network, order, row = ordered(is_away=True)
    breaker.succeeded(system=SYSTEM)
    real = operations.Partner.send

    def cancelled_meanwhile(self, **said):
        answer = real(self, **said)
        cancel_order(order_id=order.pk, reason="Changed their mind", by="user:9", at=LATER)
        return answer

    monkeypatch.setattr(operations.Partner, "send", cancelled_meanwhile)
    operations.send(fulfilment_id=row.pk, at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    assert partner.orders[f"F{row.pk}"]["state"] == "cancelled"


def test_staff_reject_the_whole_of_what_a_partner_has_but_no_part(partner):
    network, order, row = ordered()
    network.put(sku="CUP", at=DEPOT, units=2)
    line = line_of(order, "CUP").pk
    said = {"fulfilment_id": row.pk, "reason": "no_time", "note": "", "by": "user:9", "at": LATER}

    with pytest.raises(WithPartner):
        rerouting.reject(units={line: 1}, **said)
    rerouting.reject(units={line: 2}, **said)
    drain_outbox(at=LATER)

    assert partner.orders[f"F{row.pk}"]["state"] == "cancelled"
    assert fulfilment_at(order, DEPOT).lines.get().quantity == 2


def test_snapshot_is_taken_over_where_it_breaks_no_promise(partner):
    network, _order, _row = ordered(CUP=1)
    network.put(sku="POT", at=PARTNER, units=4)
    partner.stock[PARTNER] = {"CUP": 0, "POT": 7, "STRANGE": 3}

    found = operations.compare_stock(location_id=network.places[PARTNER].pk, at=LATER)

    # A cup may have left without our knowing: its report would take it off a second time.
    assert (found.changed, found.promised, found.under_way, found.unknown) == (
        (("POT", 7, 4),), (), ("CUP",), ("STRANGE",),
    )  # fmt: skip
    assert broken() == []


def test_snapshot_below_what_is_promised_is_named_and_not_taken_over(partner):
    network = make_network(partner=SYSTEM)
    network.order(units={"CUP": 2})
    partner.stock[PARTNER] = {"CUP": 1}

    found = operations.compare_stock(location_id=network.places[PARTNER].pk, at=LATER)

    assert (found.changed, found.promised) == ((), (("CUP", 1, 2),))


def test_order_cancelled_while_nobody_knows_whether_it_came_is_stopped(partner):
    # The partner has it, and its answer was lost: the third answer, not known yet.
    partner.faults = {"broken": 3}
    _network, order, row = ordered(is_away=True)
    breaker.succeeded(system=SYSTEM)
    cancel_order(order_id=order.pk, reason="Changed their mind", by="user:9", at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    assert partner.orders[f"F{row.pk}"]["state"] == "cancelled"


def test_order_that_never_came_counts_as_stopped(partner):
    partner.faults = {"away": 3}
    _network, order, row = ordered(is_away=True)
    breaker.succeeded(system=SYSTEM)
    cancel_order(order_id=order.pk, reason="Changed their mind", by="user:9", at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    assert (partner.orders, PartnerNotice.objects.get(event_id=f"stop-{row.pk}").outcome) == ({}, "applied")


def test_staff_do_not_split_what_a_partner_has_in_hand(partner):
    _network, order, row = ordered(CUP=2)
    with pytest.raises(WithPartner):
        fulfilments.split(fulfilment_id=row.pk, units={line_of(order, "CUP").pk: 1}, by="user:9", at=LATER)


def post(client, body, *, secret=SECRET, at=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((at or clock.now()).timestamp()))
    signature = f"{stamp}.{sign(secret=secret, stamp=stamp, body=raw)}"
    return client.post(
        "/webhooks/logistics/",
        raw,
        content_type="application/json",
        headers={"X-Halles-Signature": signature},
    )


def test_door_takes_signed_reports_and_nothing_else(partner, client):
    _network, _order, row = ordered()
    body = {"event_id": "e1", "kind": "acknowledged", "key": f"F{row.pk}"}

    answers = [
        post(client, body),
        post(client, body),
        post(client, body, secret="other"),
        post(client, body, at=clock.now() - timedelta(minutes=6)),
        post(client, b"no json"),
        post(client, {**body, "kind": "eaten"}),
        post(client, b"x" * 300_000),
        client.post("/webhooks/logistics/", body, content_type="application/json"),
        client.get("/webhooks/logistics/"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 400, 400, 422, 422, 413, 400, 405]
    assert [answer.json()["outcome"] for answer in answers[:2]] == ["applied", "repeated"]


def test_door_is_shut_without_a_secret(settings, client):
    settings.LOGISTICS_SECRET = ""
    assert post(client, {"event_id": "e", "kind": "acknowledged", "key": "F1"}, secret="").status_code == 400


@pytest.mark.parametrize(
    "said",
    [
        None, [], "text", 7,
        {"kind": "shipped"},
        {"event_id": "e", "kind": "shipped", "key": "F1"},
        {"event_id": "e", "kind": "rejected", "key": "F1", "reason": "bored"},
        {"event_id": "e\x00", "kind": "acknowledged", "key": "F1"},
        {"event_id": "e" * 81, "kind": "acknowledged", "key": "F1"},
        {"event_id": "e", "kind": "acknowledged", "key": "F1", "lines": {}},
        {"event_id": "e", "kind": "acknowledged", "key": "F1", "lines": [{"sku": "A", "units": 0}]},
        {"event_id": "e", "kind": "acknowledged", "key": "F1", "lines": [{"sku": "A", "units": True}]},
        {"event_id": "e", "kind": "acknowledged", "key": "F1", "lines": [{"sku": "A", "units": 1}] * 2},
        {"event_id": "e", "kind": "acknowledged", "key": "F1", "lines": [7]},
    ],
)  # fmt: skip
def test_rubbish_is_not_understood(said):
    with pytest.raises(NotUnderstood):
        read_report(said)


@pytest.mark.django_db(transaction=True)
def test_simulator_reports_through_the_door_with_every_fault(live_server, settings):
    breaker.succeeded(system=SYSTEM)
    with partner_server(callback=f"{live_server.url}/webhooks/logistics/") as (simulated, address):
        settings.OUTBOUND_SYSTEMS = {**settings.OUTBOUND_SYSTEMS, SYSTEM: address}
        settings.LOGISTICS_SECRET = SECRET
        _network, _order, row = ordered()
        simulated.faults = {"forged": 1}
        simulated.report(f"F{row.pk}", {"kind": "acknowledged"})
        simulated.faults |= {"doubled": 1}
        from apps.core.testing import wait_until

        simulated.report(f"F{row.pk}", {"kind": "shipped", "carrier": "GLS", "tracking_code": "T1"})
        wait_until(lambda: Order.objects.get().state == "shipped")
    assert [notice.kind for notice in PartnerNotice.objects.all()] == ["shipped"]
