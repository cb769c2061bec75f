"""Withdrawals and inspections that meet: one wins whole; the controls show what the locks are for."""

from functools import partial

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import Location, StockLevel
from apps.orders.models import Payment, Refund, Return
from apps.orders.returns import declare as declaring
from apps.orders.returns import operations, queries
from apps.orders.returns.errors import TooMany
from apps.orders.transitions import IllegalMove
from tests.integration.returns.helpers import BACK, arrived, declare, line_of
from tests.race import meeting, race

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 4


def declaration(waiting, **changes):
    return partial(
        operations.declare_withdrawal,
        order_id=waiting.order_id,
        units={line_of(waiting).pk: 2},
        name="Demo Shopper",
        email="demo@example.com",
        by="shopper",
        at=BACK,
        **changes,
    )


def broken():
    return [each.invariant.name for each in books.prove(at=BACK).broken]


def test_goods_are_given_back_once_when_withdrawals_race():
    waiting = arrived()
    answers = race([declaration(waiting)] * BUYERS)
    assert sorted(type(each).__name__ for each in answers) == ["Return", *["TooMany"] * (BUYERS - 1)]
    assert all(isinstance(each, Return | TooMany) for each in answers)
    assert Return.objects.count() == 1
    assert broken() == []


def test_control_without_the_order_lock_goods_are_given_back_twice(monkeypatch):
    waiting = arrived()
    monkeypatch.setattr(declaring.locks, "lock_row", lambda *, queryset, **_kept: queryset.get())
    monkeypatch.setattr(declaring.queries, "given_back", meeting(queries.given_back, parties=2))
    # The number of a return is unique too, so the second says so by another key.
    numbers = iter(range(10))
    monkeypatch.setattr(declaring.queries, "number_of", lambda *, order: f"{order.number}-R{next(numbers)}")
    answers = race([declaration(waiting)] * 2)
    assert [type(each) for each in answers] == [Return, Return]
    assert "returns.no_unit_comes_back_twice" in broken()


def test_same_statement_sent_at_once_is_one_return():
    waiting = arrived()
    answers = race([declaration(waiting, idempotency_key="one-page")] * BUYERS)
    assert {each.pk for each in answers} == {Return.objects.get().pk}


def test_return_is_paid_once_when_inspections_race():
    waiting = arrived()
    made = declare(waiting, units=2)
    part = made.lines.get()
    inspecting = partial(
        operations.inspect_return,
        return_id=made.pk,
        found={part.pk: operations.Found(sellable=2)},
        location_id=Location.objects.get(code="main").pk,
        note="",
        by="user:7",
        at=BACK,
    )
    answers = race([inspecting] * BUYERS)
    assert sorted(type(each).__name__ for each in answers) == ["IllegalMove"] * (BUYERS - 1) + ["Return"]
    assert any(isinstance(each, IllegalMove) for each in answers)
    drain_outbox(at=BACK)
    assert Refund.objects.get().amount_minor == 2490
    assert Payment.objects.get(pk=waiting.payment_id).refunded_minor == 2490
    assert StockLevel.objects.get(product=waiting.product).on_hand == 10
    assert broken() == []


def test_money_is_sent_once_when_senders_race():
    waiting = arrived()
    made = declare(waiting, units=1)
    operations.inspect_return(
        return_id=made.pk,
        found={made.lines.get().pk: operations.Found(damaged=1)},
        location_id=Location.objects.get(code="main").pk,
        note="",
        by="user:7",
        at=BACK,
    )
    race([partial(operations.send_refund, refund_id=Refund.objects.get().pk, at=BACK)] * BUYERS)
    assert Payment.objects.get(pk=waiting.payment_id).refunded_minor == 1000
    assert broken() == []
