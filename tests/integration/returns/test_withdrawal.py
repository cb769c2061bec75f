"""Declaring a withdrawal: who may, until when, of what, and what is acknowledged."""

from datetime import timedelta

import pytest
from django.core import mail as outgoing

from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.enums import MailKind, OrderState, ReturnState
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import Fulfilment, MailLog, Order, Payment, Return
from apps.orders.returns import operations, queries
from apps.orders.returns.errors import NothingBought, NothingChosen, TooMany, WindowOver
from tests.factories.network import DEPOT, fulfilment_at, make_network
from tests.factories.network import line_of as sold_as
from tests.factories.payments import make_waiting_order
from tests.integration.returns.helpers import ARRIVED, BACK, arrived, assert_books_hold, declare, kinds, line_of

pytestmark = pytest.mark.django_db


def test_withdrawal_is_written_and_acknowledged_with_its_content_and_time():
    waiting = arrived()
    made = declare(waiting, units=1)

    assert (made.number, made.state) == (f"{waiting.number}-R1", ReturnState.DECLARED)
    assert made.refund_due_at == BACK + timedelta(days=14)
    assert list(made.lines.values_list("line_id", "quantity")) == [(line_of(waiting).pk, 1)]
    sent = outgoing.outbox[-1]
    assert sent.to == ["demo@example.com"]
    for part in (waiting.number, "1 × Bouilloire", "Demo Shopper", "24 novembre 2026, 11:00:00 (CET)", made.number):
        assert part in sent.body, part
    assert kinds(waiting)[-1] == MailKind.WITHDRAWAL
    assert_books_hold()


def test_withdrawal_of_an_order_that_has_not_arrived_is_open_however_late():
    waiting = arrived(deliver=False)
    made = declare(waiting, at=BACK + timedelta(days=60))
    assert made.state == ReturnState.DECLARED


def test_withdrawal_after_the_fourteenth_day_is_refused_and_names_the_day():
    waiting = arrived()  # on Friday 20 November 2026
    last = queries.right_of(order=Order.objects.select_related("market").get(pk=waiting.order_id)).ends_at
    assert last.isoformat() == "2026-12-04T23:59:59+01:00"
    declare(waiting, at=last)
    with pytest.raises(WindowOver) as refusal:
        declare(waiting, at=last + timedelta(seconds=1))
    assert "4 December 2026" in str(refusal.value)
    assert Return.objects.count() == 1


def test_unpaid_order_has_nothing_to_withdraw_from():
    waiting = make_waiting_order()
    with pytest.raises(NothingBought):
        declare(waiting)


def test_no_unit_can_be_given_back_twice():
    waiting = arrived(quantity=3)
    declare(waiting, units=2)
    with pytest.raises(TooMany) as refusal:
        declare(waiting, units=2)
    assert "“Bouilloire” 1 can" in str(refusal.value)
    declare(waiting, units=1)
    with pytest.raises(TooMany):
        declare(waiting, units=1)
    assert_books_hold()


@pytest.mark.parametrize("units", [{}, {10**9: 1}])
def test_withdrawal_from_nothing_is_refused(units):
    waiting = arrived()
    wanted = units or {line_of(waiting).pk: 0}
    with pytest.raises(NothingChosen):
        operations.declare_withdrawal(
            order_id=waiting.order_id, units=wanted, name="D", email="d@example.com", by="shopper", at=BACK
        )
    assert not Return.objects.exists()


def test_whole_withdrawal_before_anything_left_cancels_the_order():
    waiting = arrived(ship=False)
    made = declare(waiting, units=2, at=ARRIVED)

    assert made.state == ReturnState.NOT_SENT
    assert waiting.order.state == OrderState.CANCELLED
    assert StockLevel.objects.values_list("on_hand", "reserved").get(product=waiting.product) == (10, 0)
    assert Payment.objects.values_list("state", "refunded_minor").get(pk=waiting.payment_id) == ("refunded", 2490)
    told = next(each for each in outgoing.outbox if each.extra_headers["Message-ID"].startswith("<withdrawal."))
    assert "rien ne sera envoyé" in told.body
    assert_books_hold(at=ARRIVED + timedelta(hours=1))


def test_units_nobody_prepares_yet_are_taken_out_and_paid_back_at_once():
    waiting = arrived(ship=False)

    made = declare(waiting, units=1, at=ARRIVED)

    made.refresh_from_db()
    assert (made.state, made.name, made.lines.get().unsent) == (ReturnState.REFUNDED, "Demo Shopper", 1)
    assert waiting.order.state == OrderState.IN_FULFILMENT
    assert Fulfilment.objects.get(order_id=waiting.order_id).lines.get().quantity == 1
    assert StockLevel.objects.get(product=line_of(waiting).product).reserved == 1
    told = {each.body for each in outgoing.outbox}
    assert any("ils ne partiront pas" in each for each in told)
    assert_books_hold()


def test_units_being_prepared_are_awaited_back():
    waiting = arrived(ship=False)
    row = Fulfilment.objects.get(order_id=waiting.order_id)
    fulfilments.pick(fulfilment_id=row.pk, by="user:7", at=ARRIVED)

    made = declare(waiting, units=1, at=ARRIVED)

    assert made.state == ReturnState.DECLARED
    assert row.lines.get().quantity == 2
    assert_books_hold()


def test_goods_that_left_and_goods_that_did_not_are_two_returns_with_a_receipt_each():
    network = make_network()
    order = network.paid(units={"KETTLE": 1, "LID": 1, "CUP": 1})
    row = fulfilment_at(order, DEPOT)
    fulfilments.ship(fulfilment_id=row.pk, carrier="Post", tracking_code="1", by="user:7", at=ARRIVED)
    drain_outbox(at=ARRIVED)
    units = {sold_as(order, sku).pk: 1 for sku in ("KETTLE", "LID")}

    made = operations.declare_withdrawal(
        order_id=order.pk, units=units, name="Demo", email="d@example.com", by="shopper", at=BACK
    )
    drain_outbox(at=BACK)

    rows = {each.number: each for each in Return.objects.filter(order=order)}
    never_left = rows[f"{order.number}-R1"]
    assert (never_left.state, [line.line.partner_sku for line in never_left.lines.all()]) == ("refund_due", ["LID"])
    assert (made.number, made.state) == (f"{order.number}-R2", ReturnState.DECLARED)
    assert [line.line.partner_sku for line in made.lines.all()] == ["KETTLE"]
    assert MailLog.objects.filter(order=order, kind=MailKind.WITHDRAWAL, recipient="d@example.com").count() == 2
    assert_books_hold()


def test_closed_return_may_be_declared_again():
    waiting = arrived(quantity=1)
    made = declare(waiting)
    operations.close_return(return_id=made.pk, reason="kept after all", by="user:7", at=BACK)
    assert declare(waiting).number == f"{waiting.number}-R2"
    assert_books_hold()


def test_withdrawal_staff_write_down_is_audited():
    made = declare(arrived(), by="user:7")
    assert AuditEvent.objects.get(action="return.declare").target == f"order.return:{made.pk}"
