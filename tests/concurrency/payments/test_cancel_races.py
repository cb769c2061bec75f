"""Cancelling against shipping, preparing and itself: one whole state wins; the controls show what the lock is for."""

import copy
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection

from apps.core import books, locks
from apps.core.models import OutboxEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.cancellation import GoodsHaveLeft, cancel_order
from apps.orders.fulfilment import making
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import Fulfilment, Order, Payment
from apps.orders.transitions import IllegalMove
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order, pay
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(minutes=5)
SENT = ("shipped", "paid", "shipped", (8, 0))
BACK = ("cancelled", "refund_due", "cancelled", (10, 0))


def in_work():
    waiting = make_waiting_order(method="bank_transfer")
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    return waiting


def cancelling(waiting):
    return partial(cancel_order, order_id=waiting.order_id, reason="race", by="user:7", at=LATER)


def shipping(waiting):
    fulfilment = Fulfilment.objects.get(order_id=waiting.order_id)
    return partial(
        fulfilments.ship,
        fulfilment_id=fulfilment.pk,
        carrier="Colissimo",
        tracking_code="8R42",
        by="user:9",
        at=LATER,
    )


def outcome(waiting):
    fulfilment = Fulfilment.objects.get(order_id=waiting.order_id)
    stock = StockLevel.objects.values_list("on_hand", "reserved").get(product=waiting.product)
    return (*waiting.states, fulfilment.state, stock)


def told(topic):
    return OutboxEvent.objects.filter(topic=topic).count()


def test_cancel_against_ship_ends_in_one_of_two_whole_states():
    for _ in range(6):
        waiting = in_work()
        answers = race([cancelling(waiting), shipping(waiting)])
        ended = outcome(waiting)
        assert ended in {SENT, BACK}
        if ended == SENT:
            assert [type(each) for each in answers] == [GoodsHaveLeft, int]
        else:
            assert answers[0] is True
            assert isinstance(answers[1], IllegalMove)
    assert told("order.cancelled") + told("order.shipped") == 6
    drain_outbox(at=LATER)
    assert [each.invariant.name for each in books.prove(at=LATER).broken] == []


def without_locks(monkeypatch, waiting):
    """Rows as both threads read them before either wrote, and no lock on any of them."""
    stale = {
        Order: list(Order.objects.filter(pk=waiting.order_id)),
        Payment: list(Payment.objects.filter(order_id=waiting.order_id)),
        Fulfilment: list(Fulfilment.objects.filter(order_id=waiting.order_id)),
    }
    mine = threading.local()

    def rows(*, queryset, rank):
        kept = mine.__dict__.setdefault("rows", copy.deepcopy(stale))
        return kept[queryset.model]

    monkeypatch.setattr(locks, "lock_rows", rows)
    monkeypatch.setattr(locks, "lock_row", lambda *, queryset, rank: rows(queryset=queryset, rank=rank)[0])


@contextmanager
def without_triggers():
    """The last guard of the database, away for the time of a control."""
    with connection.cursor() as cursor:
        for table in ("order_order", "order_fulfilment"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_legal_moves")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in ("order_order", "order_fulfilment"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_legal_moves")


def test_cancel_against_ship_without_the_lock_sends_goods_and_money(monkeypatch):
    """The control: both succeed, so a parcel leaves for an order whose money goes back."""
    waiting = in_work()
    actions = [cancelling(waiting), shipping(waiting)]
    without_locks(monkeypatch, waiting)
    monkeypatch.setattr(fulfilments, "_left_whole", lambda **_: True)
    with without_triggers():
        fulfilment = Fulfilment.objects.get(order_id=waiting.order_id)
        assert race(actions) == [True, fulfilment.pk]
    assert (told("order.cancelled"), told("order.shipped"), told("payment.refund_due")) == (1, 1, 1)


def test_cancel_against_ship_without_the_lock_is_still_stopped_by_the_database(monkeypatch):
    waiting = in_work()
    actions = [cancelling(waiting), shipping(waiting)]
    without_locks(monkeypatch, waiting)
    answers = race(actions)
    assert len([each for each in answers if isinstance(each, IntegrityError)]) == 1
    assert outcome(waiting) in {SENT, BACK}


def test_cancel_against_its_own_confirmation_leaves_nothing_to_prepare():
    for _ in range(6):
        waiting = make_waiting_order(method="bank_transfer")
        pay(waiting, at=LATER)
        answers = race([cancelling(waiting), partial(making.create_fulfilments, order_id=waiting.order_id, at=LATER)])
        assert answers[0] is True
        assert isinstance(answers[1], list)
        assert waiting.states == ("cancelled", "refund_due")
        made = Fulfilment.objects.filter(order_id=waiting.order_id).values_list("id", "state")
        assert list(made) == [(each, "cancelled") for each in answers[1]]
        assert StockLevel.objects.values_list("on_hand", "reserved").get(product=waiting.product) == (10, 0)


def test_cancel_ten_times_at_once_gives_back_once():
    waiting = in_work()
    assert sorted(race([cancelling(waiting)] * 10)) == [False] * 9 + [True]
    assert outcome(waiting) == BACK
    assert (told("order.cancelled"), told("payment.refund_due")) == (1, 1)
