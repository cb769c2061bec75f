"""Goods on their way in the back office: announced, received, put off, called off, sent elsewhere; count sheets."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.inventory.models import Inbound, StockLevel, StockMovement
from tests.factories.coming import announce, day_in
from tests.factories.network import DEPOT, LILLE, make_network
from tests.factories.orders import AT
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(make_staff(group="order desk"))
    with clock.frozen(AT + timedelta(minutes=1)):
        yield client


@pytest.fixture
def network():
    return make_network()


def url(name, *args):
    return reverse(f"admin:partner_{name}", args=args)


def stock(place, product):
    return StockLevel.objects.get(location_id=place, product=product).on_hand


def said(network, **changes):
    values = {
        "location": network.places[DEPOT].pk,
        "expected_on": day_in(9).isoformat(),
        "reference": "PO-4711",
        "sells_online": "on",
        "percent": 80,
        "goods": "KETTLE 10\r\n\r\nCUP;5",
    }
    return values | changes


def test_delivery_is_announced_and_read_back(desk, network):
    answer = desk.post(url("inbound_announce"), said(network), follow=True)

    row = Inbound.objects.get()
    assert (row.arrives_at_id, row.share_percent, row.expected_on) == (network.places[DEPOT].pk, 80, day_in(9))
    assert stock(row.pk, network.goods["KETTLE"]) == 10
    assert stock(row.pk, network.goods["CUP"]) == 5
    assert "PO-4711" in answer.content.decode()
    page = desk.get(url("inbound_change", row.pk)).content.decode()
    assert all(text in page for text in ("KETTLE", "CUP", "PO-4711"))


@pytest.mark.parametrize(
    "changes",
    [
        {"goods": "KETTLE"},
        {"goods": "KETTLE 0"},
        {"goods": "KETTLE -3"},
        {"goods": "KETTLE 3\nKETTLE 4"},
        {"goods": "NOBODY 3"},
        {"goods": "KETTLE 12345678901234567890"},
        {"goods": "\x00 3"},
        {"goods": "\n".join(f"S{number} 1" for number in range(2001))},
        {"goods": ""},
        {"expected_on": day_in(-1).isoformat()},
        {"expected_on": "soon"},
        {"percent": 101},
        {"location": 999_999},
        {"reference": ""},
    ],
)
def test_rubbish_is_refused_and_nothing_is_announced(desk, network, changes):
    answer = desk.post(url("inbound_announce"), said(network, **changes))

    assert answer.status_code in {200, 409}
    assert not Inbound.objects.exists()


def test_same_reference_twice_is_refused_with_a_sentence(desk, network):
    desk.post(url("inbound_announce"), said(network))
    answer = desk.post(url("inbound_announce"), said(network))
    assert answer.status_code == 409
    assert Inbound.objects.count() == 1


def test_goods_are_received_once_from_one_page(desk, network):
    row = announce(network, units={"KETTLE": 10})
    kettle = network.goods["KETTLE"]
    form = {f"units-{kettle.pk}": 4, f"seen-{kettle.pk}": 10}

    first = desk.post(url("inbound_receive", row.pk), form)
    second = desk.post(url("inbound_receive", row.pk), form)

    assert (first.status_code, second.status_code) == (302, 409)
    assert (stock(row.pk, kettle), stock(network.places[DEPOT].pk, kettle)) == (6, 6)


def test_day_is_changed_with_a_reason(desk, network):
    row = announce(network, units={"KETTLE": 10})
    form = {"day": day_in(12).isoformat(), "sells_online": "on"}

    assert desk.post(url("inbound_day", row.pk), form).status_code == 409
    assert desk.post(url("inbound_day", row.pk), form | {"reason": "strike"}).status_code == 302
    assert Inbound.objects.get().expected_on == day_in(12)


def test_called_off_goods_have_no_buttons_any_more(desk, network):
    row = announce(network, units={"KETTLE": 10})

    assert desk.post(url("inbound_call_off", row.pk), {"reason": "bankrupt"}).status_code == 302

    assert url("inbound_receive", row.pk) not in desk.get(url("inbound_change", row.pk)).content.decode()
    assert desk.get(url("inbound_receive", row.pk)).status_code == 302


def test_goods_are_sent_to_another_place_at_once_or_for_a_day(desk, network):
    form = {
        "from_location": network.places[DEPOT].pk,
        "to_location": network.places[LILLE].pk,
        "reference": "T-1",
        "goods": "KETTLE 1",
    }
    desk.post(url("inbound_send"), form)
    assert stock(network.places[LILLE].pk, network.goods["KETTLE"]) == 1
    desk.post(url("inbound_send"), form | {"expected_on": day_in(2).isoformat()})
    assert stock(Inbound.objects.get().pk, network.goods["KETTLE"]) == 1
    assert desk.post(url("inbound_send"), form | {"goods": "KETTLE 5"}).status_code == 409


def test_count_sheet_writes_only_what_differs(desk, network):
    form = {"location": network.places[DEPOT].pk, "goods": "KETTLE 2\nCUP 3", "reason": "stocktaking"}

    answer = desk.post(url("stocklevel_count_sheet"), form, follow=True)

    assert StockMovement.objects.filter(kind="count", reason="stocktaking").count() == 1
    assert stock(network.places[DEPOT].pk, network.goods["CUP"]) == 3
    assert answer.status_code == 200


def test_levels_of_goods_on_their_way_are_explained_but_not_typed_into(desk, network):
    row = announce(network, units={"KETTLE": 10})
    level = StockLevel.objects.get(location_id=row.pk)

    page = desk.get(url("stocklevel_change", level.pk)).content.decode()
    assert url("inbound_change", row.pk) in page
    assert url("stocklevel_count", level.pk) not in page
    assert desk.post(url("stocklevel_count", level.pk), {"quantity": 3}).status_code == 404
    assert stock(row.pk, network.goods["KETTLE"]) == 10


def test_late_goods_are_told_on_the_first_page(desk, network):
    announce(network, units={"KETTLE": 10}, days=1)
    with clock.frozen(AT + timedelta(days=3)):
        page = desk.get("/admin/").content.decode()
        assert url("inbound_changelist") + "?state=late" in page
        assert "PO-4711" in desk.get(url("inbound_changelist") + "?state=late").content.decode()


def test_places_of_work_do_not_name_goods_on_their_way(desk, network):
    announce(network, units={"KETTLE": 10})
    assert "PO-4711" not in desk.get(url("location_changelist")).content.decode()


def test_merchandiser_reads_but_does_not_move(client, network):
    row = announce(network, units={"KETTLE": 10})
    client.force_login(make_staff(group="merchandiser"))

    assert client.get(url("inbound_change", row.pk)).status_code == 200
    assert client.post(url("inbound_announce"), said(network)).status_code == 403
    assert client.post(url("inbound_call_off", row.pk), {"reason": "x"}).status_code == 403
