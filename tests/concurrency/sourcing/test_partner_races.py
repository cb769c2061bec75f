"""The same report of a logistics partner twice at the same moment: its work is done once."""

from dataclasses import replace

import pytest

from apps.orders.logistics import operations
from apps.orders.logistics.contract import Report
from apps.orders.models import Fulfilment, PartnerNotice
from tests.factories.network import PARTNER, fulfilment_at, make_network
from tests.integration.fulfilment.test_rejection import LATER
from tests.race import meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def half_of_two_cups(event_id="e1"):
    """An order of two cups at the partner, and its report that one of them left."""
    network = make_network()
    order = network.paid(units={"CUP": 2})
    row = fulfilment_at(order, PARTNER)
    type(row.location).objects.filter(pk=row.location_id).update(partner="logistics")
    report = Report(
        event_id=event_id, kind="shipped", key=f"F{row.pk}", lines=(("CUP", 1),), carrier="GLS", tracking_code="T"
    )
    return order, report


def parcels_that_left(order):
    return Fulfilment.objects.filter(order=order, state="shipped").count()


def test_part_that_was_reported_twice_at_once_leaves_once(monkeypatch):
    order, report = half_of_two_cups()
    monkeypatch.setattr(operations, "_fulfilment", meeting(operations._fulfilment, parties=2))
    answers = race([lambda: operations.take(system="logistics", report=report, at=LATER)] * 2)
    assert (sorted(map(str, answers)), parcels_that_left(order)) == (["applied", "repeated"], 1)
    assert PartnerNotice.objects.count() == 1


def test_control_the_notice_is_what_keeps_a_part_from_leaving_twice():
    # The parcel itself still carries a cup when the report is said again: nothing but its event id holds it back.
    order, report = half_of_two_cups()
    for event_id in ("e1", "e2"):
        operations.take(system="logistics", report=replace(report, event_id=event_id), at=LATER)
    assert parcels_that_left(order) == 2
