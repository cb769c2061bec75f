"""What comes back: to the shelf, to the shopper's account, or refused; to the cent, once."""

from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, connection, transaction

from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel, StockMovement
from apps.orders.enums import MailKind, ReturnState
from apps.orders.models import Payment, Refund
from apps.orders.returns import operations
from apps.orders.returns.errors import NotCounted, NoteMissing, ReasonMissing
from apps.orders.transitions import IllegalMove
from tests.factories.orders import make_offer
from tests.integration.returns.helpers import BACK, arrived, assert_books_hold, declare, inspect, kinds

pytestmark = pytest.mark.django_db


def money(waiting):
    return Payment.objects.values_list("state", "captured_minor", "refunded_minor").get(pk=waiting.payment_id)


def shelf(waiting):
    return StockLevel.objects.values_list("on_hand", flat=True).get(product=waiting.product)


def test_half_of_an_order_comes_back_and_its_price_goes_back_without_delivery():
    waiting = arrived()
    made = inspect(declare(waiting, units=1), sellable=1)

    assert made.state == ReturnState.REFUNDED
    assert (made.refund.amount_minor, made.refund.tax_minor, made.refund.delivery_minor) == (1000, 167, 0)
    assert money(waiting) == ("paid", 2490, 1000)
    assert shelf(waiting) == 9
    moved = StockMovement.objects.get(kind="return")
    assert (moved.reference, moved.on_hand_delta) == (f"return:{made.number}", 1)
    assert kinds(waiting)[-1] == MailKind.RETURN_REFUNDED
    assert "Remboursé : 10,00" in outgoing.outbox[-1].body.replace("\u202f", " ").replace("\u00a0", " ")
    assert_books_hold()


def test_last_unit_brings_the_delivery_back():
    waiting = arrived()
    inspect(declare(waiting, units=1), sellable=1)
    made = inspect(declare(waiting, units=1), damaged=1)
    assert (made.refund.amount_minor, made.refund.delivery_minor, made.refund.delivery_tax_minor) == (1490, 490, 82)
    assert money(waiting) == ("paid", 2490, 2490)
    assert shelf(waiting) == 9
    assert_books_hold()


def test_discount_goes_back_inside_the_price():
    make_offer(benefit=("Percentage", "15"))
    waiting = arrived(quantity=3)  # 30.00 - 4.50 = 25.50, 8.50 each
    paid = waiting.payment.captured_minor
    worths = [inspect(declare(waiting, units=1), sellable=1).refund.amount_minor for _ in range(3)]
    assert worths == [850, 850, 850 + 490]
    assert money(waiting)[2] == paid
    assert_books_hold()


def test_refused_goods_are_not_paid_and_the_shopper_is_told_why():
    waiting = arrived()
    made = declare(waiting, units=2)
    with pytest.raises(NoteMissing):
        inspect(made, sellable=1, refused=1)
    assert shelf(waiting) == 8
    made = inspect(made, sellable=1, refused=1, note="One is used and scratched")
    assert (made.state, made.refund.amount_minor, made.refund.delivery_minor) == (ReturnState.REFUNDED, 1000, 0)
    assert "One is used and scratched" in outgoing.outbox[-1].body
    assert_books_hold()


def test_return_of_nothing_acceptable_pays_nothing():
    waiting = arrived()
    made = inspect(declare(waiting, units=1), refused=1, note="An empty box")
    assert made.state == ReturnState.REFUSED
    assert not Refund.objects.exists()
    assert money(waiting) == ("paid", 2490, 0)
    assert kinds(waiting)[-1] == MailKind.RETURN_REFUSED
    assert_books_hold()


@pytest.mark.parametrize("found", [{}, {"sellable": 3}, {"sellable": 1}, {"sellable": 3, "refused": -1}])
def test_every_unit_must_be_accounted_for(found):
    waiting = arrived()
    made = declare(waiting, units=2)
    with pytest.raises(NotCounted):
        inspect(made, note="x", **found)
    assert shelf(waiting) == 8
    made.refresh_from_db()
    assert made.state == ReturnState.DECLARED


def test_return_is_decided_once():
    waiting = arrived()
    made = declare(waiting, units=1)
    inspect(made, sellable=1)
    with pytest.raises(IllegalMove):
        inspect(made, sellable=1)
    assert shelf(waiting) == 9
    assert money(waiting) == ("paid", 2490, 1000)


def test_transfer_is_sent_back_by_a_person_once():
    waiting = arrived(method="bank_transfer")
    made = inspect(declare(waiting, units=1), sellable=1)
    assert made.state == ReturnState.REFUND_DUE
    assert money(waiting) == ("paid", 2490, 0)
    done = [
        operations.record_sent(refund_id=made.refund.pk, reference="SEPA 1", by="user:7", at=BACK) for _ in range(2)
    ]
    assert done == [True, False]
    drain_outbox(at=BACK)
    assert money(waiting) == ("paid", 2490, 1000)
    assert kinds(waiting)[-1] == MailKind.RETURN_REFUNDED
    assert_books_hold()


def test_provider_that_is_asked_twice_pays_once():
    waiting = arrived()
    made = inspect(declare(waiting, units=1), sellable=1, drain=False)
    refund_id = made.refund.pk
    assert operations.send_refund(refund_id=refund_id, at=BACK)
    assert operations.send_refund(refund_id=refund_id, at=BACK) == ""
    drain_outbox(at=BACK)
    assert money(waiting) == ("paid", 2490, 1000)
    assert kinds(waiting).count(MailKind.RETURN_REFUNDED) == 1


def test_closing_a_return_needs_a_reason():
    made = declare(arrived())
    with pytest.raises(ReasonMissing):
        operations.close_return(return_id=made.pk, reason="  ", by="user:7", at=BACK + timedelta(days=20))


def test_database_refuses_a_jump_of_a_return():
    made = inspect(declare(arrived(), units=1), refused=1, note="x")
    refused = pytest.raises(IntegrityError, match="may not move from refused to refunded")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE order_return SET state = 'refunded' WHERE id = %s", [made.pk])
