"""
The story issue by issue: four lines over a warehouse, a logistics partner and two stores; a rejection, a re-route, a
withdrawal and its refund to the cent, with ledger, payment and order in agreement after every step.
"""

from datetime import timedelta

import pytest
from django.core import mail

from apps.core import books
from apps.core.http import breaker
from apps.core.testing import drain_outbox
from apps.inventory import queries as stock
from apps.inventory.models import StockLevel
from apps.inventory.sourcing import queries as sourcing
from apps.orders.fulfilment import operations, rerouting
from apps.orders.logistics import operations as logistics
from apps.orders.logistics.contract import Report
from apps.orders.models import Fulfilment, Payment, Refund
from apps.orders.returns import operations as returns
from tests.factories.network import DEPOT, LILLE, MARAIS, PARTNER, fulfilment_at, line_of, make_network, make_rule
from tests.factories.orders import AT
from tests.fakes.logistics import SECRET, partner_server

pytestmark = pytest.mark.django_db

STAFF = "user:9"


def agree(at):
    """Ledger, promises, parcels, money and history agree, whatever has happened so far."""
    drain_outbox(at=at)
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken] == []
    assert stock.check_ledger() == []


def test_four_lines_from_four_places_to_the_last_cent(settings, client):
    breaker.succeeded(system="logistics")
    with partner_server() as (partner, address):
        settings.OUTBOUND_SYSTEMS = {**settings.OUTBOUND_SYSTEMS, "logistics": address}
        settings.LOGISTICS_SECRET = SECRET
        network = make_network(partner="logistics", lille={"takes_returns": True})
        make_rule(network=network, name="One parcel", max_parcels=1)
        make_rule(network=network, name="Up to four", max_parcels=4)
        make_rule(network=network, name="Wait", action="wait", wait_days=10)
        order = network.paid()
        agree(AT)
        places = Fulfilment.objects.filter(order=order).order_by("location__code")
        assert [row.location.code for row in places] == [DEPOT, LILLE, MARAIS, PARTNER]

        # The store in Lille has no lid: its shelf is corrected, the depot has one and the promise holds.
        network.put(sku="LID", at=DEPOT, units=1)
        noon = AT + timedelta(hours=2)
        outcome = rerouting.reject(
            fulfilment_id=fulfilment_at(order, LILLE).pk,
            units={line_of(order, "LID").pk: 1},
            reason="not_found",
            note="Shelf empty",
            by=STAFF,
            at=noon,
        )
        assert (len(outcome.made), outcome.waiting, outcome.promise_moved) == (1, None, False)
        level = StockLevel.objects.get(product=network.goods["LID"], location=network.places[LILLE])
        assert (level.on_hand, level.reserved) == (0, 0)
        agree(noon)
        causes = [row.cause for row in sourcing.decisions(reference=f"order:{order.number}")]
        assert causes == ["placed", "rejected"]

        # The partner ships by its own report, the others by hand.
        row = fulfilment_at(order, PARTNER)
        said = Report(event_id="e1", kind="shipped", key=f"F{row.pk}", carrier="GLS", tracking_code="G1")
        assert logistics.take(system="logistics", report=said, at=noon) == "applied"
        for each in Fulfilment.objects.filter(order=order, state="new"):
            operations.ship(fulfilment_id=each.pk, carrier="Colissimo", tracking_code=f"C{each.pk}", by=STAFF, at=noon)
        order.refresh_from_db()
        assert order.state == "shipped"
        agree(noon)
        arrived = noon + timedelta(days=2)
        for each in Fulfilment.objects.filter(order=order, state="shipped"):
            operations.deliver(fulfilment_id=each.pk, by=STAFF, at=arrived)
        agree(arrived)

        # The shopper withdraws from the pot and brings it to the store in Lille.
        back = arrived + timedelta(days=3)
        made = returns.declare_withdrawal(
            order_id=order.pk,
            units={line_of(order, "POT").pk: 1},
            name="Demo Shopper",
            email=order.email,
            by=returns.SHOPPER,
            at=back,
            drop_off_id=network.places[LILLE].pk,
        )
        returns.inspect_return(
            return_id=made.pk,
            found={made.lines.get().pk: returns.Found(sellable=1)},
            location_id=network.places[LILLE].pk,
            note="",
            by=STAFF,
            at=back,
        )
        refund = Refund.objects.get()
        assert (refund.amount_minor, refund.tax_minor, refund.delivery_minor) == (1000, 167, 0)
        returns.record_sent(refund_id=refund.pk, reference="T-1", by=STAFF, at=back)
        agree(back)

        payment = Payment.objects.get(order=order)
        # Four goods at 10.00 and 4.90 for delivery came; 10.00 went back.
        assert (payment.captured_minor, payment.refunded_minor) == (4490, 1000)
        level = StockLevel.objects.get(product=network.goods["POT"], location=network.places[LILLE])
        assert (level.on_hand, level.reserved) == (1, 0)
        assert partner.calls.count("POST /orders") == 1
        told = [message.subject.split(order.number)[0].strip() for message in mail.outbox]
        assert len([subject for subject in told if "arrivera plus tard" in subject]) == 0
