"""Orders paid with gift cards, store credit and something else: every cent is asked for once and goes back once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail as outgoing

from apps.accounts.models import User
from apps.core import books
from apps.core.idempotency import IdempotencyConflict
from apps.core.models import AuditEvent
from apps.core.money import Money
from apps.core.testing import drain_outbox
from apps.inventory.models import Location
from apps.orders import cancellation, delivery
from apps.orders.credit import operations as credit
from apps.orders.credit.errors import CreditMoved
from apps.orders.enums import PaymentStatus
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import DeliveryMethod, Fulfilment, Line, MailLog, Order, Payment, RefundTender
from apps.orders.payments import operations as payments
from apps.orders.payments.queries import payment_status
from apps.orders.returns import operations as returns
from tests.factories.credit import balance, make_gift_card, make_store_credit, use
from tests.factories.orders import AT, make_checkout, make_item, make_offer, make_trading_shop
from tests.factories.payments import Waiting, make_waiting_order, pay

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)
BACK = AT + timedelta(days=6)


def euros(amount):
    return Money(Decimal(amount), "EUR")


def with_card(*, pays="20.00", on_card="50.00", method="bank_transfer", **changes):
    """Two kettles and delivery, 24.90, of which a gift card pays some; returns the order and the card's account."""
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount=on_card).account_id
    due = euros("24.90") - euros(pays)
    waiting = make_waiting_order(
        method=method, credits_=[use(account_id=card, amount=pays)], confirmed_due=due, **changes
    )
    return waiting, card


def tenders(waiting):
    rows = Payment.objects.filter(order_id=waiting.order_id).order_by("credit_account_id", "id")
    return [(row.gateway, row.state, row.amount_minor, row.captured_minor, row.refunded_minor) for row in rows]


def assert_books_hold():
    late = BACK + timedelta(hours=1)
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=late).broken] == []


def test_gift_card_pays_its_part_at_once_and_the_transfer_is_asked_for_the_rest():
    waiting, card = with_card()
    assert balance(card) == 3000
    assert tenders(waiting) == [("gift_card", "paid", 2000, 2000, 0), ("bank_transfer", "created", 490, 0, 0)]
    assert (waiting.order.state, waiting.order.payment_method) == ("placed", "bank_transfer")
    told = payment_status(waiting.order)
    assert (told.status, told.by_credit, told.amount_minor) == (PaymentStatus.TO_PAY, True, 490)
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    assert waiting.order.state == "in_fulfilment"
    assert_books_hold()


def test_transfer_s_instructions_name_what_is_left_to_pay():
    with_card()
    drain_outbox(at=LATER)
    said = outgoing.outbox[-1].body.replace("\u202f", " ").replace("\u00a0", " ")
    assert "4,90" in said
    assert "Carte cadeau" in said


def test_order_that_a_card_pays_whole_is_confirmed_at_once_without_asking_any_provider():
    waiting, card = with_card(pays="24.90", method="card")
    assert waiting.payment_id is None
    assert tenders(waiting) == [("gift_card", "paid", 2490, 2490, 0)]
    order = waiting.order
    assert (order.state, order.payment_method, order.expires_at) == ("confirmed", "credit", None)
    drain_outbox(at=LATER)
    assert MailLog.objects.filter(order_id=order.pk, kind="order_confirmation").count() == 1
    assert Fulfilment.objects.filter(order_id=order.pk).exists()
    assert payment_status(order).status == PaymentStatus.PAID
    assert balance(card) == 2510
    assert_books_hold()


def test_order_that_costs_nothing_is_confirmed_at_once():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    make_offer(benefit=("Percentage", "100"))
    DeliveryMethod.objects.update(price_minor=0)
    delivery.forget_methods()
    checkout = make_checkout(shop=shop, items=[(kettle, 1)])
    assert checkout.total == euros("0.00")
    placed = checkout.place(payment_method="")
    order = Order.objects.get(pk=placed.order_id)
    assert (placed.payment_id, order.state, order.payment_method) == (None, "confirmed", "nothing")
    drain_outbox(at=LATER)
    assert payment_status(order).status == PaymentStatus.PAID
    assert_books_hold()


def test_cards_and_store_credit_pay_together():
    shop = make_trading_shop()
    owner = User.objects.create_user(email="owner@example.com")
    account = make_store_credit(shop=shop, owner=owner, amount="8.00").pk
    cards = [make_gift_card(shop=shop, amount=amount).account_id for amount in ("5.00", "7.00")]
    kettle = make_item(shop=shop)
    uses = [
        use(account_id=key, amount=amount) for key, amount in zip([*cards, account], ["5", "7", "2.90"], strict=True)
    ]
    placed = make_checkout(shop=shop, items=[(kettle, 1)], owner_id=owner.pk).place(
        credits_=uses, confirmed_due=euros("0.00")
    )
    assert placed.payment_id is None
    assert [balance(key) for key in (*cards, account)] == [0, 0, 510]
    assert Payment.objects.filter(order_id=placed.order_id, state="paid").count() == 3
    drain_outbox(at=LATER)
    assert_books_hold()


def _too_little(shop, card):
    return [use(account_id=card, amount="20.01")]


def _blocked(shop, card):
    credit.change_terms(account_id=card, is_blocked=True, expires_on=None, reason="Lost", by="user:7", at=AT)
    return [use(account_id=card, amount="5.00")]


def _over(shop, card):
    yesterday = AT.date() - timedelta(days=1)
    credit.change_terms(account_id=card, is_blocked=False, expires_on=yesterday, reason="Over", by="user:7", at=AT)
    return [use(account_id=card, amount="5.00")]


def _of_somebody(shop, card):
    owner = User.objects.create_user(email="owner@example.com")
    return [use(account_id=make_store_credit(shop=shop, owner=owner).pk, amount="5.00")]


def _twice(shop, card):
    return [use(account_id=card, amount="10.00"), use(account_id=card, amount="10.01")]


def _gone(shop, card):
    return [use(account_id=card + 1000, amount="5.00")]


@pytest.mark.parametrize("uses_of", [_too_little, _blocked, _over, _of_somebody, _twice, _gone])
def test_credit_that_cannot_pay_places_nothing_and_takes_nothing(uses_of):
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="20.00").account_id
    uses = uses_of(shop, card)
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop, price="30.00"), 1)])
    rest = checkout.total - sum((each.amount for each in uses), euros("0.00"))
    with pytest.raises(CreditMoved):
        checkout.place(credits_=uses, confirmed_due=rest)
    assert (Order.objects.count(), Payment.objects.count(), balance(card)) == (0, 0, 2000)


@pytest.mark.parametrize("amount", ["-5.00", "0.00"])
def test_use_that_would_put_money_on_a_card_is_refused(amount):
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="20.00").account_id
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    with pytest.raises(CreditMoved):
        checkout.place(credits_=[use(account_id=card, amount=amount)], confirmed_due=checkout.total - euros(amount))
    assert (balance(card), Order.objects.count()) == (2000, 0)


@pytest.mark.parametrize("due", ["0.00", "9.89", "9.91", "14.90", "-0.10"])
def test_amounts_that_do_not_sum_to_the_total_are_refused(due):
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="20.00").account_id
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    with pytest.raises(CreditMoved):
        checkout.place(credits_=[use(account_id=card, amount="5.00")], confirmed_due=euros(due))
    assert balance(card) == 2000


def test_order_sent_twice_takes_the_card_once():
    shop = make_trading_shop()
    card = make_gift_card(shop=shop, amount="20.00").account_id
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    said = {"credits_": [use(account_id=card, amount="5.00")], "confirmed_due": euros("9.90")}
    first, again = checkout.place(**said), checkout.place(**said)
    assert (again.number, again.replayed, balance(card)) == (first.number, True, 1500)
    # The page it was sent from may name no card any more; what it agreed to pay is what tells a repeat.
    assert checkout.place(**{**said, "credits_": []}).number == first.number
    with pytest.raises(IdempotencyConflict):
        checkout.place(credits_=[], confirmed_due=euros("14.90"))


def test_card_has_its_money_again_when_the_rest_is_not_paid_in_time():
    waiting, card = with_card(method="demo")
    payments.expire_unpaid(at=waiting.expires_at)
    drain_outbox(at=waiting.expires_at)
    assert waiting.order.state == "expired"
    assert tenders(waiting) == [("gift_card", "refunded", 2000, 2000, 2000), ("demo", "expired", 490, 0, 0)]
    assert balance(card) == 5000
    told = payment_status(waiting.order)
    assert (told.status, told.by_credit) == (PaymentStatus.EXPIRED, True)
    said = " ".join(each.body.replace("\n", " ") for each in outgoing.outbox)
    assert "carte cadeau ou votre avoir" in said
    assert_books_hold()


def test_another_attempt_asks_for_the_rest_only():
    waiting, _card = with_card(method="demo")
    Payment.objects.filter(pk=waiting.payment_id).update(state="refused")
    again = payments.retry_payment(order_id=waiting.order_id, gateway="demo", key="again", at=AT, by="shopper")
    assert (again.amount_minor, again.credit_account_id) == (490, None)


def test_first_retry_gives_the_order_its_time_again_and_the_second_does_not():
    waiting, _card = with_card(method="demo")
    ends = waiting.expires_at
    late = ends - timedelta(minutes=5)
    for number, expected in enumerate([late + timedelta(hours=1), late + timedelta(hours=1)]):
        Payment.objects.filter(order_id=waiting.order_id, credit_account=None).update(state="refused")
        made = payments.retry_payment(
            order_id=waiting.order_id, gateway="demo", key=f"again-{number}", at=late, by="shopper"
        )
        assert (waiting.order.expires_at, made.deadline_at) == (expected, expected)
        late += timedelta(minutes=20)
    told = AuditEvent.objects.get(action="order.extend")
    assert (told.actor, told.before) == ("shopper", {"expires_at": ends.isoformat()})
    assert payments.expire_unpaid(at=ends).expired == []


def test_late_money_goes_back_and_the_card_was_given_back_before():
    waiting, card = with_card()
    payments.expire_unpaid(at=waiting.expires_at)
    drain_outbox(at=waiting.expires_at)
    pay(waiting, at=waiting.expires_at + timedelta(minutes=1))
    assert tenders(waiting)[1] == ("bank_transfer", "refund_due", 490, 490, 0)
    assert balance(card) == 5000
    assert_books_hold()


def test_cancelled_order_gives_each_tender_its_own_back():
    waiting, card = with_card()
    pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    cancellation.cancel_order(order_id=waiting.order_id, reason="Changed mind", by="user:7", at=LATER)
    drain_outbox(at=LATER)
    assert balance(card) == 5000
    assert tenders(waiting) == [
        ("gift_card", "refunded", 2000, 2000, 2000),
        ("bank_transfer", "refund_due", 490, 490, 0),  # a person sends it
    ]
    payments.refund_due(payment_id=Payment.objects.get(gateway="gift_card").pk, at=BACK)  # again: nothing
    assert balance(card) == 5000
    assert_books_hold()


def come_back(waiting: Waiting, *, units: int):
    line = Line.objects.get(order_id=waiting.order_id)
    made = returns.declare_withdrawal(
        order_id=waiting.order_id, units={line.pk: units}, name="D", email="d@example.com", by="shopper", at=BACK
    )
    found = {made.lines.get().pk: returns.Found(sellable=units)}
    place = Location.objects.get(code="main").pk
    done = returns.inspect_return(return_id=made.pk, found=found, location_id=place, note="", by="user:9", at=BACK)
    drain_outbox(at=BACK)
    done.refresh_from_db()
    return done


def shipped(waiting: Waiting) -> Waiting:
    if waiting.payment_id is not None:
        pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    for parcel in Fulfilment.objects.filter(order_id=waiting.order_id):
        fulfilments.ship(fulfilment_id=parcel.pk, carrier="Demo Post", tracking_code="X1", by="user:7", at=LATER)
        fulfilments.deliver(fulfilment_id=parcel.pk, by="user:7", at=LATER)
    drain_outbox(at=LATER)
    return waiting


def test_what_comes_back_is_paid_to_the_transfer_first_and_the_rest_to_the_card():
    waiting, card = with_card()
    shipped(waiting)
    first = come_back(waiting, units=1)  # 10.00: 4.90 by transfer, 5.10 to the card
    shares = RefundTender.objects.filter(refund__parent=first).order_by("id")
    assert [(each.payment.gateway, each.amount_minor, each.state) for each in shares] == [
        ("bank_transfer", 490, "due"),
        ("gift_card", 510, "sent"),
    ]
    assert (first.state, balance(card)) == ("refund_due", 3510)
    assert returns.record_sent(refund_id=first.refund.pk, reference="OUT-1", by="user:9", at=BACK)
    assert not returns.record_sent(refund_id=first.refund.pk, reference="OUT-1", by="user:9", at=BACK)
    first.refresh_from_db()
    assert first.state == "refunded"
    second = come_back(waiting, units=1)  # 14.90 with the delivery, all to the card: the transfer has its own
    assert (second.state, balance(card)) == ("refunded", 5000)
    assert tenders(waiting) == [
        ("gift_card", "paid", 2000, 2000, 2000),
        ("bank_transfer", "paid", 490, 490, 490),
    ]
    drain_outbox(at=BACK)
    assert_books_hold()


def test_goods_paid_by_a_card_that_ended_since_bring_its_money_back_to_it():
    waiting, card = with_card(pays="24.90", method="card")
    shipped(waiting)
    credit.change_terms(account_id=card, is_blocked=True, expires_on=AT.date(), reason="Stolen", by="user:7", at=LATER)
    done = come_back(waiting, units=2)
    assert (done.state, balance(card)) == ("refunded", 5000)
    assert_books_hold()


def test_one_refund_that_was_sent_is_never_sent_again_to_any_tender():
    waiting, card = with_card(pays="24.90", method="card")
    shipped(waiting)
    done = come_back(waiting, units=2)
    assert returns.send_refund(refund_id=done.refund.pk, at=BACK) == ""
    assert balance(card) == 5000
