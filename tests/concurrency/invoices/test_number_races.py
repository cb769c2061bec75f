"""Numbers given at the same moment: each once, none left out, whoever rolls back."""

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.invoices import operations
from apps.orders.models import Fulfilment, Invoice, InvoiceFile, InvoiceSeries
from tests.factories.network import MARAIS, make_network
from tests.integration.fulfilment.test_rejection import LATER
from tests.race import meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def shipped(count):
    """So many parcels of orders of their own that left and have no invoice yet."""
    network = make_network()
    network.put(sku="POT", at=MARAIS, units=count)
    found = []
    for _ in range(count):
        row = Fulfilment.objects.get(order=network.paid(units={"POT": 1}))
        fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by="user:9", at=LATER)
        found.append(row.pk)
    return found


def issuing(fulfilment_id):
    return lambda: operations.issue_invoice(fulfilment_id=fulfilment_id, at=LATER).number


def test_twelve_invoices_at_once_have_twelve_numbers_in_a_row():
    answers = race([issuing(pk) for pk in shipped(12)])

    assert sorted(map(str, answers)) == [f"DEMO-2026-{n:06}" for n in range(1, 13)]
    drain_outbox(at=LATER)
    assert [each.invariant.name for each in books.prove(at=LATER).broken] == []


def test_same_parcel_invoiced_twice_at_once_has_one_number():
    (row,) = shipped(1)

    answers = race([issuing(row)] * 4)

    assert (set(map(str, answers)), InvoiceSeries.objects.get().last) == ({"DEMO-2026-000001"}, 1)


def test_number_of_a_transaction_that_fails_is_given_to_the_next(monkeypatch):
    rows = shipped(2)

    def fails(**_said):
        raise RuntimeError("killed before its end")

    with monkeypatch.context() as patched:
        patched.setattr(operations.outbox, "publish", fails)
        with pytest.raises(RuntimeError, match="killed"):
            issuing(rows[0])()

    assert issuing(rows[1])() == "DEMO-2026-000001"


def test_control_without_the_lock_two_take_the_same_number(monkeypatch):
    first, *rows = shipped(3)
    issuing(first)()
    real = operations.locks.lock_row
    # Both read the series before either writes it.
    together = meeting(lambda queryset: queryset.get(), parties=2)

    def unlocked(*, queryset, rank):
        is_series = rank == operations.locks.Rank.NUMBER_SERIES
        return together(queryset) if is_series else real(queryset=queryset, rank=rank)

    monkeypatch.setattr(operations.locks, "lock_row", unlocked)

    answers = race([issuing(pk) for pk in rows])

    assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "str"]


def test_file_drawn_twice_at_once_is_kept_once():
    (row,) = shipped(1)
    invoice = operations.issue_invoice(fulfilment_id=row, at=LATER)

    answers = race([lambda: operations.file_of(invoice_id=invoice.pk, at=LATER)] * 3)

    assert len(set(answers)) == InvoiceFile.objects.count() == Invoice.objects.count() == 1
