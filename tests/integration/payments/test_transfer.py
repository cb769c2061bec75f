"""Paying by bank transfer: instructions, and staff who saw the money arrive."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.core.models import AuditEvent
from apps.core.money import Money
from apps.orders.payments import operations, queries
from apps.orders.payments.errors import TransferKnown, TransferRefused, UnknownGateway
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=2)
DUE = Money(Decimal("24.90"), "EUR")


def record(waiting, *, received=DUE, reference="STMT-1", at=LATER):
    return operations.record_transfer(
        payment_id=waiting.payment_id, received=received, reference=reference, by="user:7", at=at
    )


def test_status_of_a_transfer_tells_where_to_send_the_money():
    waiting = make_waiting_order(method="bank_transfer")
    view = queries.payment_status(waiting.order)
    assert (view.status, view.can_pay) == ("to_pay", False)
    assert view.instructions == {
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "holder": "Halles SAS",
        "reference": waiting.number,
    }


def test_recorded_transfer_confirms_the_order_and_is_audited():
    waiting = make_waiting_order(method="bank_transfer")
    assert record(waiting).outcome == "paid"
    assert waiting.states == ("confirmed", "paid")
    assert set(AuditEvent.objects.filter(actor="user:7").values_list("action", flat=True)) == {
        "payment.paid",
        "order.confirmed",
    }


@pytest.mark.parametrize("received", [Money(Decimal("24.89"), "EUR"), Money(Decimal("24.90"), "GBP")])
def test_transfer_of_another_amount_or_currency_is_refused(received):
    waiting = make_waiting_order(method="bank_transfer")
    with pytest.raises(TransferRefused):
        record(waiting, received=received)
    assert waiting.states == ("placed", "created")


def test_same_bank_entry_twice_is_refused():
    waiting = make_waiting_order(method="bank_transfer")
    record(waiting)
    with pytest.raises(TransferKnown):
        record(waiting)


def test_transfer_after_expiry_is_owed_back_until_staff_record_the_refund():
    waiting = make_waiting_order(method="bank_transfer")
    assert operations.expire_unpaid(at=waiting.expires_at).expired == [waiting.number]
    late = waiting.expires_at + timedelta(days=1)
    assert record(waiting, at=late).outcome == "refund_due"
    with pytest.raises(operations.RefundByHand):
        operations.refund_due(payment_id=waiting.payment_id, at=late)
    operations.record_refund(payment_id=waiting.payment_id, reference="OUT-1", by="user:7", at=late)
    assert waiting.states == ("expired", "refunded")


def test_reconcile_leaves_transfers_to_people():
    waiting = make_waiting_order(method="bank_transfer")
    assert operations.reconcile(at=LATER).lines == []
    assert waiting.states == ("placed", "created")


def test_bank_has_no_webhook():
    with pytest.raises(UnknownGateway):
        operations.take_notice(provider="bank_transfer", body=b"{}", headers={}, at=LATER)
