"""What left is invoiced, what comes back is credited: to the cent, numbered without a gap, never changed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.core import books
from apps.core.models import OutboxDelivery
from apps.core.testing import drain_outbox
from apps.markets.models import LegalIdentity
from apps.markets.queries import forget_snapshot
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.invoices import operations
from apps.orders.invoices.errors import NotLeft, SellerIncomplete
from apps.orders.models import Fulfilment, Invoice, InvoiceFile, InvoiceLine, InvoiceSeries, Order, Refund
from apps.orders.returns import unsent
from tests.factories.network import LILLE, MARAIS, fulfilment_at, line_of, make_network
from tests.factories.orders import AT, make_offer
from tests.integration.fulfilment.test_rejection import BY, reject
from tests.integration.returns.helpers import BACK, arrived, declare, inspect

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


def ship(order, code, *, units=None, at=LATER):
    named = {line_of(order, sku).pk: count for sku, count in units.items()} if units else None
    row = Fulfilment.objects.get(order=order, location__code=code, state="new")
    fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", units=named, by=BY, at=at)
    drain_outbox(at=at)


def sums(order):
    rows = Invoice.objects.filter(order=order).order_by("id")
    return [(row.number, row.net_minor, row.tax_minor, row.gross_minor) for row in rows]


def broken(at=LATER):
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at + timedelta(hours=1)).broken]


def test_each_parcel_has_its_invoice_and_the_first_carries_the_delivery():
    order = make_network().paid(units={"POT": 2, "LID": 1})

    ship(order, MARAIS)
    ship(order, LILLE)

    # 20.00 and 4.90 of delivery, then 10.00, tax of 20 % inside.
    assert sums(order) == [("DEMO-2026-000001", 2075, 415, 2490), ("DEMO-2026-000002", 833, 167, 1000)]
    order.refresh_from_db()
    assert order.total_incl_tax * 100 == 2490 + 1000
    first = Invoice.objects.get(number="DEMO-2026-000001")
    told = [
        (line.title, line.sku, line.quantity, line.unit_minor, line.net_minor) for line in first.lines.order_by("id")
    ]
    assert told == [("Pot", "POT", 2, 833, 1667), ("À domicile", "", 1, 408, 408)]
    assert first.taxes == [{"percent": "20", "net": 2075, "tax": 415, "gross": 2490}]
    assert broken() == []


def test_line_that_leaves_in_three_portions_is_invoiced_to_the_cent():
    network = make_network()
    network.put(sku="POT", at=MARAIS, units=3)
    order = network.paid(units={"POT": 3})
    Order.objects.filter(pk=order.pk).update(total_incl_tax="14.90", total_excl_tax="12.41")
    order.lines.update(
        line_price_incl_tax="10.00", line_price_excl_tax="8.33", line_price_before_discounts_excl_tax="25"
    )

    for _ in range(2):
        ship(order, MARAIS, units={"POT": 1})
    ship(order, MARAIS)

    pots = InvoiceLine.objects.filter(sku="POT").order_by("id")
    assert [line.gross_minor for line in pots] == [333, 334, 333]
    assert (sum(line.net_minor for line in pots), sum(line.discount_minor for line in pots)) == (833, 1667)


def test_invoice_is_issued_once_however_often_it_is_asked_for():
    order = make_network().paid(units={"POT": 1})
    row = fulfilment_at(order, MARAIS)
    ship(order, MARAIS)

    again = operations.issue_invoice(fulfilment_id=row.pk, at=LATER + timedelta(days=9))

    assert (again.number, Invoice.objects.count()) == ("DEMO-2026-000001", 1)
    assert InvoiceSeries.objects.get().last == 1


def test_goods_that_have_not_left_are_not_invoiced_and_use_no_number():
    order = make_network().paid(units={"POT": 1})

    with pytest.raises(NotLeft):
        operations.issue_invoice(fulfilment_id=fulfilment_at(order, MARAIS).pk, at=LATER)

    assert not InvoiceSeries.objects.exists()


def test_seller_without_a_vat_number_issues_nothing_until_it_has_one():
    order = make_network().paid(units={"POT": 1})
    LegalIdentity.objects.update(vat_id="")
    forget_snapshot()
    fulfilments.ship(fulfilment_id=fulfilment_at(order, MARAIS).pk, carrier="GLS", tracking_code="T", by=BY, at=LATER)
    drain_outbox(at=LATER, fail_on_error=False)

    row = Fulfilment.objects.get(order=order)
    with pytest.raises(SellerIncomplete):
        operations.issue_invoice(fulfilment_id=row.pk, at=LATER)
    # Given up at once and listed for a person: repeating cannot help.
    assert OutboxDelivery.objects.get(handler="invoices.issue").state == "dead"
    assert [name for name, _ in broken()][:1] == ["invoices.what_left_is_invoiced_once"]

    LegalIdentity.objects.update(vat_id="FR00000000000")
    forget_snapshot()
    assert operations.issue_invoice(fulfilment_id=row.pk, at=LATER).number == "DEMO-2026-000001"


def test_numbers_begin_anew_with_the_sellers_own_year_and_never_run_backwards():
    network = make_network()
    orders = [network.paid(units={sku: 1}) for sku in ("POT", "LID", "CUP")]
    # One minute to midnight in Paris.
    eve = AT.replace(month=12, day=31, hour=22, minute=59)
    ship(orders[0], MARAIS, at=eve)
    ship(orders[1], LILLE, at=eve - timedelta(minutes=5))
    ship(orders[2], "partner", at=eve + timedelta(minutes=2))
    late, new = Invoice.objects.get(order=orders[1]), Invoice.objects.get(order=orders[2])
    assert (late.number, late.issued_at, new.number) == ("DEMO-2026-000002", eve, "DEMO-2027-000001")


def test_return_is_credited_as_it_is_refunded_and_names_the_invoice():
    waiting = arrived(quantity=2)
    made = declare(waiting, units=1)
    inspect(made, sellable=1)

    note = Invoice.objects.get(kind="credit_note")

    refund = Refund.objects.get()
    assert (note.number, note.gross_minor, note.tax_minor) == ("DEMO-C2026-000001", 1000, 167)
    assert (note.gross_minor, note.tax_minor) == (refund.amount_minor, refund.tax_minor)
    assert [row["number"] for row in note.told["corrects"]] == ["DEMO-2026-000001"]
    assert note.told["return"] == made.number
    assert broken(BACK) == []


def test_last_units_bring_the_delivery_back_on_their_credit_note():
    waiting = arrived(quantity=2)
    inspect(declare(waiting, units=2), sellable=2)

    note = Invoice.objects.get(kind="credit_note")

    assert (note.gross_minor, note.lines.count()) == (2490, 2)
    assert broken(BACK) == []


def test_goods_that_never_left_are_neither_invoiced_nor_credited():
    order = make_network().paid(units={"POT": 1, "LID": 1})
    ship(order, MARAIS)
    reject(order, LILLE, "LID")
    unsent.give_up(
        fulfilment_id=Fulfilment.objects.get(order=order, state="waiting").pk, reason="gone", by=BY, at=LATER
    )
    drain_outbox(at=LATER)

    assert [number for number, *_ in sums(order)] == ["DEMO-2026-000001"]
    assert broken() == []


@pytest.mark.parametrize("sent_first", [True, False])
def test_cent_that_does_not_divide_is_either_invoiced_or_paid_back_unsent(sent_first):
    network = make_network()
    make_offer(benefit=("Absolute", "9.99"))
    network.put(sku="POT", at=MARAIS, units=1)
    network.put(sku="POT", at=LILLE, units=1)
    order = network.paid(units={"POT": 2})
    reject(order, LILLE, "POT")
    waiting = Fulfilment.objects.get(order=order, state="waiting").pk

    if sent_first:
        ship(order, MARAIS)
    unsent.give_up(fulfilment_id=waiting, reason="gone", by=BY, at=LATER)
    if not sent_first:
        ship(order, MARAIS)
    drain_outbox(at=LATER)

    # 10.01 for two: the one that left is invoiced at 5.00, the other paid back at 5.01.
    assert (Invoice.objects.get().gross_minor, Refund.objects.get().amount_minor) == (500 + 490, 501)
    assert broken() == []


def test_refund_before_the_invoice_was_issued_has_both_in_order():
    waiting = arrived(quantity=1, ship=False)
    row = Fulfilment.objects.get(order_id=waiting.order_id)
    fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by=BY, at=LATER)
    inspect(declare(waiting, units=1, drain=False), sellable=1, drain=False)
    assert not Invoice.objects.exists()

    note = operations.issue_credit_note(refund_id=Refund.objects.get().pk, at=BACK)

    assert [each["number"] for each in note.told["corrects"]] == ["DEMO-2026-000001"]
    drain_outbox(at=BACK)
    assert broken(BACK) == []


@pytest.mark.parametrize("table", [Invoice, InvoiceLine, InvoiceFile])
def test_database_refuses_to_change_or_delete_what_was_issued(table):
    order = make_network().paid(units={"POT": 1})
    ship(order, MARAIS)
    row = table.objects.all()[0]
    column = {"Invoice": "number", "InvoiceLine": "title", "InvoiceFile": "sha256"}[table.__name__]
    for change in (lambda: table.objects.filter(pk=row.pk).update(**{column: "x"}), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_invoice_of_three_lines_costs_no_more_statements_than_of_one(django_assert_num_queries):
    network = make_network()
    for sku in ("CUP", "POT", "KETTLE"):
        network.put(sku=sku, at=MARAIS, units=9)
    ship(network.paid(units={"CUP": 1}), "partner")  # begins the series
    for units in ({"POT": 1}, {"POT": 1, "CUP": 1, "KETTLE": 1}):
        order = network.paid(units=units)
        row = Fulfilment.objects.get(order=order)
        fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by=BY, at=LATER)
        with django_assert_num_queries(16):
            operations.issue_invoice(fulfilment_id=row.pk, at=LATER)
