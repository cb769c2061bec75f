"""Cancelling a paid order: everything goes back in one step, the shopper is told the truth, and the books hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from apps.core import books
from apps.core.models import AuditEvent, OutboxDelivery, OutboxEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel, StockMovement
from apps.orders.cancellation import CancelReasonMissing, GoodsHaveLeft, NotPaidYet, cancel_order
from apps.orders.enums import Answer, SettleOutcome, Source
from apps.orders.fulfilment import making
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.mail import again
from apps.orders.models import Fulfilment, MailLog, Order, Payment, Transition, VoucherSlot
from apps.orders.payments import operations as payments
from apps.orders.payments import queries
from apps.orders.payments.gateways.base import Verdict
from apps.orders.transitions import IllegalMove
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop, make_voucher
from tests.factories.payments import make_waiting_order, pay
from tests.integration.fulfilment.test_fulfilment import two_places

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)
WHY = "Shopper asked by phone"


def paid(*, method="bank_transfer", drain=True, **changes):
    waiting = make_waiting_order(method=method, **changes)
    pay(waiting, at=LATER)
    if drain:
        drain_outbox(at=LATER)
    return waiting


def cancel(waiting, *, reason=WHY, at=LATER, drain=True):
    done = cancel_order(order_id=waiting.order_id, reason=reason, by="user:7", at=at)
    if drain:
        drain_outbox(at=at)
    return done


def level(waiting):
    return StockLevel.objects.values_list("on_hand", "reserved").get(product=waiting.product)


def texts(waiting, *kinds):
    wanted = MailLog.objects.filter(order_id=waiting.order_id, kind__in=kinds).values_list("message_id", flat=True)
    return [each.body for each in outgoing.outbox if each.extra_headers["Message-ID"] in set(wanted)]


def assert_books_hold(*, at=LATER + timedelta(hours=1)):
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken] == []


def test_cancelled_order_gives_everything_back_with_movements_history_and_audit():
    waiting = paid()
    assert waiting.order.state == "in_fulfilment"
    assert level(waiting) == (10, 2)
    assert cancel(waiting) is True
    assert waiting.states == ("cancelled", "refund_due")
    assert [each.state for each in Fulfilment.objects.filter(order_id=waiting.order_id)] == ["cancelled"]
    assert level(waiting) == (10, 0)
    moved = StockMovement.objects.filter(reference=f"order:{waiting.number}", kind="release")
    assert list(moved.values_list("on_hand_delta", "reserved_delta", "reason", "actor")) == [(0, -2, WHY, "user:7")]
    steps = Transition.objects.filter(order_id=waiting.order_id, actor="user:7", reason=WHY)
    assert set(steps.values_list("machine", "new")) == {
        ("order", "cancelled"),
        ("payment", "refund_due"),
        ("fulfilment", "cancelled"),
    }
    lines = AuditEvent.objects.filter(actor="user:7", reason=WHY)
    assert {"order.cancelled", "payment.refund_due", "fulfilment.cancelled"} <= set(
        lines.values_list("action", flat=True)
    )
    assert_books_hold()


def test_provider_sends_the_money_back_by_itself(stripe):
    waiting = make_waiting_order()
    reference = payments.start_payment(payment_id=waiting.payment_id, at=AT).reference
    stripe.pay(reference)
    payments.ask_provider(payment_id=waiting.payment_id, source=Source.RETURN, at=LATER)
    drain_outbox(at=LATER)
    cancel(waiting)
    assert [each["amount"] for each in stripe.refunds.values()] == [2490]
    assert waiting.states == ("cancelled", "refunded")
    assert (waiting.payment.captured_minor, waiting.payment.refunded_minor) == (2490, 2490)
    assert_books_hold()


def test_transfer_is_sent_back_by_a_person_and_no_delivery_is_given_up():
    waiting = paid()
    cancel(waiting)
    assert [each.pk for each in queries.needing_staff()] == [waiting.payment_id]
    assert not OutboxDelivery.objects.exclude(state="done").exists()
    payments.record_refund(payment_id=waiting.payment_id, reference="OUT-1", by="user:7", at=LATER)
    drain_outbox(at=LATER)
    assert waiting.states == ("cancelled", "refunded")
    assert_books_hold()


def test_mails_tell_the_truth_in_the_orders_language():
    waiting = paid()
    cancel(waiting)
    (told,) = texts(waiting, "order_cancelled")
    assert waiting.number in told
    assert "24,90" in told
    assert WHY not in told
    assert texts(waiting, "refund") == []
    payments.record_refund(payment_id=waiting.payment_id, reference="OUT-1", by="user:7", at=LATER)
    drain_outbox(at=LATER)
    (back,) = texts(waiting, "refund")
    late_text = "après la fin de celle-ci"
    assert waiting.number in back
    assert late_text not in back
    assert "after the order had ended" not in back


def test_money_that_comes_after_the_cancelling_keeps_the_words_of_late_money():
    waiting = paid(method="demo")
    attempt = Payment.objects.create(
        order_id=waiting.order_id,
        gateway="bank_transfer",
        amount_minor=2490,
        currency="EUR",
        idempotency_key="second",
        created_at=LATER,
        deadline_at=LATER + timedelta(days=1),
    )
    Transition.objects.create(
        order_id=waiting.order_id, machine="payment", subject_id=attempt.pk, new="created", actor="shopper", at=LATER
    )
    cancel(waiting, drain=False)
    attempt.refresh_from_db()
    assert attempt.state == "expired"
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=2490, currency="EUR")
    late = payments.settle(
        gateway="bank_transfer", verdict=verdict, source=Source.STAFF, at=LATER, by="user:7", payment_id=attempt.pk
    )
    assert late.outcome == SettleOutcome.REFUND_DUE
    for payment_id in (waiting.payment_id, attempt.pk):
        payments.record_refund(payment_id=payment_id, reference="OUT", by="user:7", at=LATER)
    told = OutboxEvent.objects.filter(topic="payment.refunded").order_by("id")
    assert [each.payload["why"] for each in told] == ["cancelled", "late"]


def test_order_cancelled_before_the_news_of_its_confirmation_is_not_prepared_and_not_promised():
    waiting = paid(method="demo", drain=False)
    cancel(waiting, drain=False)
    assert waiting.order.state == "cancelled"
    for topic in ("order.confirmed", "order.cancelled"):
        event = OutboxEvent.objects.get(topic=topic, key=waiting.number)
        assert event.payload["order_id"] == waiting.order_id
    assert making.create_fulfilments(order_id=waiting.order_id, at=LATER) == []
    drain_outbox(at=LATER, fail_on_error=False)
    assert not Fulfilment.objects.filter(order_id=waiting.order_id).exists()
    (told,) = texts(waiting, "order_confirmation")
    assert waiting.number in told
    assert "nous préparons" not in told
    assert "we are preparing" not in told
    names = ["mails.every_confirmed_order_is_told_once", "orders.goods_are_promised_or_sent"]
    assert books.prove(at=LATER + timedelta(hours=1), names=names).is_clean


def test_cancelling_twice_changes_nothing_the_second_time():
    waiting = paid()
    assert [cancel(waiting), cancel(waiting, reason="again")] == [True, False]
    assert OutboxEvent.objects.filter(topic="order.cancelled").count() == 1
    assert OutboxEvent.objects.filter(topic="payment.refund_due").count() == 1
    assert level(waiting) == (10, 0)


def test_voucher_of_a_cancelled_order_may_be_used_again():
    make_trading_shop()
    waiting = make_waiting_order(method="bank_transfer")
    make_voucher(code="DEMO10")
    placed = make_checkout(shop=waiting.shop, items=[(make_item(shop=waiting.shop), 1)], vouchers=("DEMO10",)).place(
        payment_method="bank_transfer"
    )
    order = Order.objects.get(pk=placed.order_id)
    payment = order.payments.get()
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=payment.amount_minor, currency="EUR")
    payments.settle(
        gateway="bank_transfer", verdict=verdict, source=Source.STAFF, at=LATER, by="user:7", payment_id=payment.pk
    )
    assert VoucherSlot.objects.filter(order_id=order.pk).count() == 1
    cancel_order(order_id=order.pk, reason=WHY, by="user:7", at=LATER)
    assert VoucherSlot.objects.filter(order_id=order.pk).count() == 0
    drain_outbox(at=LATER)
    assert_books_hold()


def test_order_whose_first_parcel_has_left_is_refused_and_nothing_is_given_back():
    waiting = two_places()
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    first = Fulfilment.objects.filter(order_id=waiting.order_id).order_by("id")[0]
    fulfilments.ship(fulfilment_id=first.pk, carrier="Colis", tracking_code="6A", by="user:9", at=LATER)
    held = set(StockLevel.objects.filter(product=waiting.product).values_list("on_hand", "reserved"))
    with pytest.raises(GoodsHaveLeft, match=waiting.number):
        cancel(waiting)
    assert waiting.states == ("in_fulfilment", "paid")
    assert set(StockLevel.objects.filter(product=waiting.product).values_list("on_hand", "reserved")) == held
    assert not StockMovement.objects.filter(kind="release").exists()


@pytest.mark.parametrize("steps", ["shipped", "delivered"])
def test_order_that_is_gone_is_refused(steps):
    waiting = paid()
    fulfilment = Fulfilment.objects.get(order_id=waiting.order_id)
    fulfilments.ship(fulfilment_id=fulfilment.pk, carrier="Colis", tracking_code="6A", by="user:9", at=LATER)
    if steps == "delivered":
        fulfilments.deliver(fulfilment_id=fulfilment.pk, by="user:9", at=LATER)
    with pytest.raises(GoodsHaveLeft):
        cancel(waiting)
    assert waiting.states == (steps, "paid")


def test_unpaid_order_is_refused_and_keeps_its_goods():
    waiting = make_waiting_order()
    with pytest.raises(NotPaidYet, match=waiting.number):
        cancel(waiting)
    assert level(waiting) == (10, 2)
    assert waiting.order.state == "placed"


def test_expired_order_cannot_be_cancelled():
    waiting = make_waiting_order()
    late = waiting.expires_at + timedelta(seconds=1)
    payments.expire_unpaid(at=late)
    with pytest.raises(IllegalMove):
        cancel(waiting, at=late)


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_reason_is_refused(reason):
    waiting = paid()
    with pytest.raises(CancelReasonMissing):
        cancel(waiting, reason=reason)
    assert waiting.order.state == "in_fulfilment"


def test_cancelled_order_can_neither_be_picked_shipped_nor_confirmed_again():
    waiting = paid()
    fulfilment = Fulfilment.objects.get(order_id=waiting.order_id)
    fulfilments.pick(fulfilment_id=fulfilment.pk, by="user:9", at=LATER)
    cancel(waiting)
    with pytest.raises(IllegalMove):
        fulfilments.ship(fulfilment_id=fulfilment.pk, carrier="Colis", tracking_code="6A", by="user:9", at=LATER)
    with pytest.raises(IllegalMove):
        fulfilments.pick(fulfilment_id=fulfilment.pk, by="user:9", at=LATER)
    with pytest.raises(again.OrderEnded):
        again.send_confirmation_again(order_id=waiting.order_id, key="a", by="user:7", at=LATER)
    assert level(waiting) == (10, 0)


@pytest.mark.parametrize("lines", [1, 3])
def test_cancelling_asks_the_same_number_of_statements_whatever_the_lines(lines, django_assert_num_queries):
    waiting = make_waiting_order(method="bank_transfer")
    items = [(make_item(shop=waiting.shop), 1) for _ in range(lines)]
    placed = make_checkout(shop=waiting.shop, items=items).place(payment_method="bank_transfer")
    order = Order.objects.get(pk=placed.order_id)
    pay(replace(waiting, order_id=order.pk, payment_id=placed.payment_id, number=order.number), at=LATER)
    drain_outbox(at=LATER)
    with django_assert_num_queries(30):
        cancel_order(order_id=order.pk, reason=WHY, by="user:7", at=LATER)


def test_tracking_page_tells_the_cancelling_and_where_the_money_is(client):
    waiting = paid()
    url = f"/fr-fr/orders/{waiting.token}/"
    cancel(waiting)
    due = client.get(url).content.decode()
    payments.record_refund(payment_id=waiting.payment_id, reference="OUT-1", by="user:7", at=LATER)
    back = client.get(url).content.decode()
    assert "Votre commande a été annulée" in due
    assert "Commande annulée" in due
    assert WHY not in due
    with translation.override("fr"):
        under_way = escape(gettext("What you paid is sent back to you."))
        sent = escape(gettext("We have sent back what you paid; banks take a few days."))
    assert (under_way in due, sent in due) == (True, False)
    assert (under_way in back, sent in back) == (False, True)
