"""Webhook, return page, reconciliation and expiry at the same moment; each race with the control that shows it."""

import threading
from datetime import timedelta
from functools import partial

import pytest

from apps.core import locks
from apps.core.models import OutboxEvent
from apps.inventory.models import StockLevel
from apps.orders.enums import Source
from apps.orders.models import Payment
from apps.orders.payments import operations
from apps.orders.payments.gateways import registry
from tests.concurrency.payments.conftest import SECRET
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order
from tests.fakes.stripe_server import sign
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(minutes=5)


def paid_at_the_provider(stripe):
    waiting = make_waiting_order()
    reference = operations.start_payment(payment_id=waiting.payment_id, at=AT).reference
    stripe.pay(reference)
    return waiting, reference


def notice(stripe, reference, *, event_id):
    body = stripe.notice_for(stripe.sessions[reference], event_id=event_id)
    header = sign(body, secret=SECRET, at=LATER.timestamp())
    return partial(operations.take_notice, provider="stripe", body=body, headers={"stripe-signature": header}, at=LATER)


def every_door(stripe, waiting, reference):
    return [
        notice(stripe, reference, event_id="evt_1"),
        notice(stripe, reference, event_id="evt_1"),
        notice(stripe, reference, event_id="evt_2"),
        partial(operations.ask_provider, payment_id=waiting.payment_id, source=Source.RETURN, at=LATER),
        partial(operations.ask_provider, payment_id=waiting.payment_id, source=Source.RETURN, at=LATER),
        partial(operations.reconcile, at=LATER),
    ]


def confirmations(waiting):
    return OutboxEvent.objects.filter(topic="order.confirmed", key=waiting.number).count()


def test_every_door_at_once_confirms_once(stripe):
    waiting, reference = paid_at_the_provider(stripe)
    results = race(every_door(stripe, waiting, reference))
    assert [each for each in results if isinstance(each, Exception)] == []
    assert waiting.states == ("confirmed", "paid")
    assert confirmations(waiting) == 1


def test_every_door_at_once_without_the_lock_confirms_twice(stripe, monkeypatch):
    """The control: rows are read once and not locked, and all threads have read before any writes."""
    waiting, reference = paid_at_the_provider(stripe)
    verdict = registry.gateway_for(code="card").fetch(reference=reference)
    together = threading.Barrier(3)
    mine = threading.local()

    def without_lock(*, queryset, rank):
        rows = mine.__dict__.setdefault("rows", {})
        if rank not in rows:
            rows[rank] = queryset.get()
            if rank == locks.Rank.PAYMENT:
                together.wait(timeout=30)
        return rows[rank]

    monkeypatch.setattr(locks, "lock_row", without_lock)
    race([partial(operations.settle, gateway="card", verdict=verdict, source=Source.RETURN, at=LATER)] * 3)
    assert confirmations(waiting) > 1


def test_pay_against_expiry_ends_in_one_of_two_whole_states(stripe):
    for _ in range(4):
        waiting = make_waiting_order()
        reference = operations.start_payment(payment_id=waiting.payment_id, at=AT).reference
        session = {**stripe.sessions[reference], "status": "complete", "payment_status": "paid"}
        body = stripe.notice_for(session, event_id=f"evt_{reference}")
        header = sign(body, secret=SECRET, at=waiting.expires_at.timestamp())
        race(
            [
                partial(
                    operations.take_notice,
                    provider="stripe",
                    body=body,
                    headers={"stripe-signature": header},
                    at=waiting.expires_at,
                ),
                partial(operations.expire_unpaid, at=waiting.expires_at),
            ]
        )
        reserved = StockLevel.objects.get(product=waiting.product).reserved
        assert (*waiting.states, reserved) in {("confirmed", "paid", 2), ("expired", "refund_due", 0)}
        assert confirmations(waiting) == (1 if waiting.order.state == "confirmed" else 0)


def test_paying_again_twenty_times_at_once_opens_one_attempt(stripe):
    waiting = make_waiting_order()
    operations.start_payment(payment_id=waiting.payment_id, at=AT)
    operations.give_up(payment_id=waiting.payment_id, at=LATER)
    again = partial(
        operations.retry_payment, order_id=waiting.order_id, gateway="card", key="again-2", at=LATER, by="shopper"
    )
    results = race([again] * 20)
    assert {getattr(each, "pk", each) for each in results} == {Payment.objects.latest("id").pk}
    assert Payment.objects.filter(order_id=waiting.order_id).count() == 2


def test_other_sum_sent_back_ten_times_at_once_goes_back_once(stripe):
    waiting = make_waiting_order()
    reference = operations.start_payment(payment_id=waiting.payment_id, at=AT).reference
    stripe.pay(reference, amount=1000)
    operations.ask_provider(payment_id=waiting.payment_id, source=Source.RETURN, at=LATER)
    again = partial(operations.return_wrong_sum, payment_id=waiting.payment_id, by="user:7", at=LATER)
    assert sorted(race([again] * 10)) == [False] * 9 + [True]
    race([partial(operations.refund_due, payment_id=waiting.payment_id, at=LATER)] * 10)
    assert [each["amount"] for each in stripe.refunds.values()] == [1000]
    assert (waiting.payment.state, waiting.payment.refunded_minor) == ("refunded", 1000)


def test_other_sum_sent_back_against_the_right_sum_keeps_one_of_two_whole_states(stripe):
    for _ in range(4):
        waiting = make_waiting_order()
        reference = operations.start_payment(payment_id=waiting.payment_id, at=AT).reference
        stripe.pay(reference, amount=1000)
        operations.ask_provider(payment_id=waiting.payment_id, source=Source.RETURN, at=LATER)
        stripe.sessions[reference]["amount_total"] = 2490
        race(
            [
                partial(operations.return_wrong_sum, payment_id=waiting.payment_id, by="user:7", at=LATER),
                notice(stripe, reference, event_id=f"evt_{reference}"),
            ]
        )
        payment = waiting.payment
        ended = (*waiting.states, payment.received_minor, payment.captured_minor)
        assert ended in {("placed", "refund_due", 1000, 1000), ("confirmed", "paid", 0, 2490)}


def test_refund_ten_times_at_once_sends_money_once(stripe):
    waiting, reference = paid_at_the_provider(stripe)
    session = stripe.sessions[reference]
    stripe.sessions[reference] = {**session, "status": "expired", "payment_status": "unpaid"}
    operations.expire_unpaid(at=waiting.expires_at)
    stripe.sessions[reference] = session
    late = waiting.expires_at + timedelta(hours=1)
    verdict = registry.gateway_for(code="card").fetch(reference=reference)
    operations.settle(gateway="card", verdict=verdict, source=Source.WEBHOOK, at=late)
    race([partial(operations.refund_due, payment_id=waiting.payment_id, at=late)] * 10)
    assert [each["amount"] for each in stripe.refunds.values()] == [2490]
    assert (waiting.payment.state, waiting.payment.refunded_minor) == ("refunded", 2490)
    assert OutboxEvent.objects.filter(topic="payment.refunded").count() == 1
