"""The screens of sourcing: rules in the order people wish, decisions explained, other rules tried, parcels rejected."""

import pytest
from django.urls import reverse

from apps.core.models import AuditEvent
from apps.inventory.models import Location, SourcingDecision, SourcingRule
from apps.inventory.sourcing import queries, replay
from apps.inventory.sourcing.data import Rule
from apps.orders import sourcing
from apps.orders.models import Fulfilment, Rejection
from tests.factories.network import DEPOT, LILLE, MARAIS, fulfilment_at, line_of, make_network, make_rule
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(make_staff(superuser=True))
    return client


def rule_form(network, **changes):
    return {
        "market": network.shop.market.id,
        "position": 7,
        "name": "Near stores",
        "is_active": "on",
        "kinds": ["store"],
        "groups": "franchise, paris",
        "min_parcel_minor": 0,
        "action": "allocate",
        "first_wish": "soonest",
        "second_wish": "nearest",
        "third_wish": "soonest",
        **changes,
    }


def test_rule_keeps_the_wishes_in_the_order_they_were_said_and_leaves_a_trail(desk):
    network = make_network()
    answer = desk.post(reverse("admin:partner_sourcingrule_add"), rule_form(network))

    assert answer.status_code == 302
    rule = SourcingRule.objects.get()
    assert (rule.sorts, rule.kinds, rule.groups) == (["soonest", "nearest"], ["store"], ["franchise", "paris"])
    assert AuditEvent.objects.filter(action="partner.sourcingrule.edit").count() == 1
    page = desk.get(reverse("admin:partner_sourcingrule_change", args=[rule.pk])).content.decode()
    assert page.index('value="soonest" selected') < page.index('value="nearest" selected')
    # The shop decides by it at once.
    assert [each.name for each in queries.network(market=network.shop.market).rules] == ["Near stores"]


@pytest.mark.parametrize("changes", [{"action": "wait"}, {"wait_days": 3}])
def test_rule_that_waits_says_how_long_and_no_other_does(desk, changes):
    network = make_network()
    answer = desk.post(reverse("admin:partner_sourcingrule_add"), rule_form(network, **changes))

    assert answer.status_code == 200
    assert "Say for “Wait for stock” how many days" in answer.content.decode()
    assert not SourcingRule.objects.exists()


def test_decision_is_explained_and_decided_again(desk):
    network = make_network()
    network.order(units={"KETTLE": 1, "LID": 1})
    row = SourcingDecision.objects.get()
    address = reverse("admin:partner_sourcingdecision_change", args=[row.pk])

    page = desk.get(address).content.decode()
    assert "Would take more parcels than allowed" in page
    assert "it comes out the same" in page
    Location.objects.filter(code=LILLE).update(ships_on=[])
    queries.forget()
    assert "it comes out otherwise" in desk.get(address).content.decode()


@pytest.mark.parametrize("object_id", ["0", "x", "9" * 30])
def test_decision_that_is_not_there_is_a_missing_page(desk, object_id):
    assert desk.get(f"/admin/partner/sourcingdecision/{object_id}/change/").status_code == 404


def test_rules_are_tried_on_past_orders_without_changing_anything(desk, django_assert_num_queries):
    network = make_network()
    make_rule(network=network, name="One", max_parcels=1)
    make_rule(network=network, name="Many")
    for place in (DEPOT, MARAIS):
        network.put(sku="KETTLE", at=place, units=9)
    first = network.order(units={"KETTLE": 1})
    network.order(units={"KETTLE": 1, "LID": 1})
    before = SourcingDecision.objects.count()
    market = network.shop.market

    compared = replay.compare(
        decisions=replay.past_orders(market=market.code),
        today=queries.rules_of(market_id=market.id),
        tried=[Rule(name="stores", kinds=("store",)), Rule(name="one", max_parcels=1)],
        places=queries.network(market=market).places,
        calendar_of=sourcing.calendar_then(market=market),
    )
    assert (compared.today.orders, compared.today.whole, compared.today.split, compared.today.parcels) == (2, 2, 1, 3)
    assert (compared.tried.whole, compared.tried.split, compared.tried.units) == (2, 1, {MARAIS: 2, LILLE: 1})
    assert compared.today.share(DEPOT) == 66.7
    assert f"order:{first.number}" in compared.changed
    page = desk.get(reverse("admin:partner_sourcingrule_replay", args=[market.code]), {"count": 50})
    assert "Units from Depot" in page.content.decode()
    assert SourcingDecision.objects.count() == before
    assert desk.get(reverse("admin:partner_sourcingrule_replay", args=["halles-xx"])).status_code == 404
    assert desk.get(reverse("admin:partner_sourcingrule_replay", args=[market.code]), {"count": "x"}).status_code == 200


def test_order_page_shows_where_goods_come_from_and_rejecting_moves_them(desk):
    network = make_network()
    order = network.paid(units={"LID": 2})
    network.put(sku="LID", at=DEPOT, units=5)
    row = fulfilment_at(order, LILLE)
    page = desk.get(reverse("admin:order_order_change", args=[order.pk])).content.decode()
    assert reverse("admin:order_fulfilment_reject", args=[row.pk]) in page
    line = line_of(order, "LID").pk

    answer = desk.post(
        reverse("admin:order_fulfilment_reject", args=[row.pk]),
        {f"units-{line}": "1", "reason": "damaged", "note": "wet"},
        follow=True,
    )

    assert "Another location sends them" in answer.content.decode()
    assert "Rejected: 1 × Lid (Damaged, not to be sold) · wet · stock -1" in " ".join(answer.content.decode().split())
    assert Rejection.objects.get().actor.startswith("user:")
    split = desk.post(reverse("admin:order_fulfilment_split", args=[row.pk]), {f"units-{line}": "1"})
    assert split.status_code == 409
    packed = desk.post(reverse("admin:order_fulfilment_pack", args=[row.pk]), {})
    assert packed.status_code == 302
    row.refresh_from_db()
    assert row.state == "packed"


def test_goods_that_wait_stand_on_the_first_page_and_are_looked_for_or_given_up(desk):
    network = make_network()
    order = network.paid(units={"LID": 1, "POT": 1})
    row = fulfilment_at(order, LILLE)
    desk.post(
        reverse("admin:order_fulfilment_reject", args=[row.pk]),
        {f"units-{line_of(order, 'LID').pk}": "1", "reason": "sold", "note": ""},
    )
    waits = Fulfilment.objects.get(state="waiting")

    assert "Sold goods without a location" in desk.get(reverse("admin:index")).content.decode()
    listed = desk.get(reverse("admin:order_fulfilment_changelist"), {"work": "waiting"}).content.decode()
    assert reverse("admin:order_fulfilment_again", args=[waits.pk]) in listed
    desk.post(reverse("admin:order_fulfilment_again", args=[waits.pk]), {})
    answer = desk.post(reverse("admin:order_fulfilment_give-up", args=[waits.pk]), {"reason": "Gone"}, follow=True)
    assert f"return {order.number}-R1 pays them back" in answer.content.decode()
    waits.refresh_from_db()
    assert waits.state == "cancelled"


def test_location_is_paused_and_its_share_set_by_buttons(desk):
    network = make_network()
    place = network.places[MARAIS]
    paused = desk.post(
        reverse("admin:partner_location_pause", args=[place.pk]), {"until": "2099-01-01T10:00", "reason": "Stocktaking"}
    )
    shared = desk.post(reverse("admin:partner_location_share", args=[place.pk]), {"percent": "40"})
    refused = desk.post(reverse("admin:partner_location_share", args=[place.pk]), {"percent": "140"})

    place.refresh_from_db()
    assert (paused.status_code, shared.status_code, refused.status_code) == (302, 302, 200)
    assert (place.share_percent, place.paused_until.year) == (40, 2099)
    assert "Paused until" in desk.get(reverse("admin:partner_location_changelist")).content.decode()
