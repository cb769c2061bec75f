"""What is authorised is charged parcel by parcel, and let go where goods will never be sent: to the cent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core import books
from apps.core.errors import Final, TryAgain
from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.orders.cancellation import cancel_order
from apps.orders.enums import Answer, SettleOutcome, Source
from apps.orders.models import (
    DemoBankPayment,
    Fulfilment,
    Invoice,
    MailLog,
    Order,
    PaymentCapture,
    Refund,
    RefundTender,
    Return,
)
from apps.orders.payments import demo_bank, operations, queries
from apps.orders.payments.errors import CaptureNotRefused, CaptureReferenceMissing
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import Verdict
from apps.orders.payments.operations import capturing
from apps.orders.payments.operations.authorise import AUTHORISED_FOR
from apps.orders.returns import operations as returns
from apps.orders.returns import unsent
from tests.factories.authorised import BY, at_the_bank, card_of, charging_later, place_authorised, ship_from
from tests.factories.credit import balance, make_gift_card, use
from tests.factories.network import LILLE, MARAIS, line_of, make_network
from tests.factories.orders import AT, make_checkout, make_offer
from tests.integration.fulfilment.test_rejection import reject

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


def sums(order):
    card = card_of(order)
    there = at_the_bank(order)
    assert card.captured_minor == there.captured_minor
    assert card.refunded_minor == there.refunded_minor
    return card.state, card.captured_minor, card.released_minor


def broken(at=LATER):
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def give_up(order, *, at=LATER, drain=True):
    waiting = Fulfilment.objects.get(order=order, state="waiting")
    unsent.give_up(fulfilment_id=waiting.pk, reason="gone", by=BY, at=at)
    if drain:
        drain_outbox(at=at)


def give_back(order, sku, *, place, at=LATER):
    made = returns.declare_withdrawal(
        order_id=order.pk, units={line_of(order, sku).pk: 1}, name="D", email="d@example.com", by="shopper", at=at
    )
    found = {made.lines.get().pk: returns.Found(sellable=1)}
    returns.inspect_return(return_id=made.pk, found=found, location_id=place.pk, note="", by=BY, at=at)
    drain_outbox(at=at)


@pytest.fixture
def network():
    return charging_later(make_network())


def test_authorised_order_is_confirmed_and_nothing_is_charged(network):
    order = place_authorised(network, units={"POT": 2, "LID": 1})

    assert (order.state, *sums(order)) == ("in_fulfilment", "authorised", 0, 0)
    assert card_of(order).authorised_until == AT + demo_bank.SETS_ASIDE
    assert queries.payment_status(order).status == "authorised"
    assert broken(AT) == []


def test_each_parcel_is_charged_as_it_leaves_and_the_last_ends_the_payment(network):
    order = place_authorised(network, units={"POT": 2, "LID": 1})

    ship_from(order, MARAIS, at=LATER)
    assert sums(order) == ("authorised", 2490, 0)  # two pots and the delivery
    ship_from(order, LILLE, at=LATER)

    assert sums(order) == ("paid", 3490, 0)
    assert [row.gross_minor for row in Invoice.objects.order_by("id")] == [2490, 1000]
    parts = PaymentCapture.objects.order_by("id").values_list("amount_minor", "is_last", "state")
    assert list(parts) == [(2490, False, "done"), (1000, True, "done")]
    assert at_the_bank(order).is_released
    assert broken() == []


def test_three_portions_of_a_line_are_charged_to_the_cent(network):
    make_offer(benefit=("Absolute", "9.99"))
    network.put(sku="POT", at=MARAIS, units=3)
    order = place_authorised(network, units={"POT": 3})

    for _ in range(2):
        ship_from(order, MARAIS, units={"POT": 1}, at=LATER)
    ship_from(order, MARAIS, at=LATER)

    parts = PaymentCapture.objects.order_by("id").values_list("amount_minor", flat=True)
    assert list(parts) == [667 + 490, 667, 667]
    assert sums(order) == ("paid", 2001 + 490, 0)
    assert broken() == []


@pytest.mark.parametrize("sent_first", [True, False])
def test_goods_that_are_given_up_are_released_and_never_charged(network, sent_first):
    order = place_authorised(network, units={"POT": 1, "LID": 1})
    reject(order, LILLE, "LID")

    if sent_first:
        ship_from(order, MARAIS, at=LATER)
    give_up(order)
    if not sent_first:
        assert sums(order) == ("authorised", 0, 1000)
        ship_from(order, MARAIS, at=LATER)

    assert sums(order) == ("paid", 1490, 1000)
    assert at_the_bank(order).is_released
    refund = Refund.objects.get()
    assert (refund.state, Return.objects.get().state) == ("sent", "refunded")
    assert list(refund.tenders.values_list("amount_minor", "is_release", "state")) == [(1000, True, "sent")]
    assert list(MailLog.objects.filter(kind__in=["not_sent", "return_refunded"]).values_list("kind", flat=True)) == [
        "not_sent"
    ]
    assert broken() == []


def test_gift_card_pays_for_what_leaves_first(network):
    gift = make_gift_card(shop=network.shop, amount="20.00").account_id
    order = place_authorised(network, units={"POT": 1, "LID": 1}, credits_=[use(account_id=gift, amount="20.00")])

    ship_from(order, MARAIS, at=LATER)
    assert sums(order) == ("authorised", 0, 0)
    assert not PaymentCapture.objects.exists()
    ship_from(order, LILLE, at=LATER)

    assert sums(order) == ("paid", 490, 0)
    assert broken() == []


def test_giving_up_more_than_is_authorised_releases_all_and_gives_the_card_the_rest(network):
    gift = make_gift_card(shop=network.shop, amount="20.00").account_id
    order = place_authorised(network, units={"POT": 1, "LID": 1}, credits_=[use(account_id=gift, amount="20.00")])
    reject(order, LILLE, "LID")
    ship_from(order, MARAIS, at=LATER)

    give_up(order)

    assert sums(order) == ("voided", 0, 490)
    assert balance(gift) == 510
    assert list(RefundTender.objects.order_by("id").values_list("amount_minor", "is_release")) == [
        (490, True),
        (510, False),
    ]
    assert broken() == []


def test_cancelled_order_is_released_and_its_shopper_told(network):
    order = place_authorised(network, units={"POT": 1})

    cancel_order(order_id=order.pk, reason="changed mind", by=BY, at=LATER)
    drain_outbox(at=LATER)

    assert sums(order) == ("voided", 0, 0)
    assert at_the_bank(order).is_released
    assert queries.payment_status(Order.objects.get(pk=order.pk)).status == "released"
    kinds = MailLog.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["order_cancelled", "refund"]
    assert broken() == []


def test_return_of_what_was_charged_is_sent_back_while_the_rest_waits(network):
    order = place_authorised(network, units={"POT": 2, "LID": 1})
    ship_from(order, MARAIS, at=LATER)

    give_back(order, "POT", place=network.places[MARAIS])
    assert sums(order) == ("authorised", 2490, 0)
    assert card_of(order).refunded_minor == 1000
    ship_from(order, LILLE, at=LATER)

    assert sums(order) == ("paid", 3490, 0)
    assert broken() == []


def test_return_that_overtakes_its_own_capture_waits_for_it(network):
    order = place_authorised(network, units={"POT": 2, "LID": 1})
    ship_from(order, MARAIS, at=LATER, drain=False)

    give_back(order, "POT", place=network.places[MARAIS])
    drain_outbox(at=LATER + timedelta(minutes=30))

    assert sums(order) == ("authorised", 2490, 0)
    assert card_of(order).refunded_minor == 1000
    assert broken() == []


def test_capture_whose_answer_is_lost_is_charged_once(network, monkeypatch):
    order = place_authorised(network, units={"POT": 1})
    ship_from(order, MARAIS, at=LATER, drain=False)
    with monkeypatch.context() as patch:
        patch.setattr(capturing, "record_capture", _dies)
        drain_outbox(at=LATER, fail_on_error=False)
    assert (card_of(order).captured_minor, at_the_bank(order).captured_minor) == (0, 1490)
    drain_outbox(at=LATER + timedelta(minutes=30))

    assert sums(order) == ("paid", 1490, 0)
    assert broken() == []


def test_capture_the_bank_refuses_waits_for_staff_who_ask_again(network, monkeypatch):
    order = place_authorised(network, units={"POT": 1})

    def refuses(*_args, **_kwargs):
        raise Final("authorisation over", system="demo bank")

    with monkeypatch.context() as patch:
        patch.setattr(demo_bank.Books, "capture", refuses)
        ship_from(order, MARAIS, at=LATER)
    row = PaymentCapture.objects.get()
    assert (row.state, row.refusal_code) == ("refused", "authorisation over")
    assert list(queries.needing_staff()) == [card_of(order)]

    operations.ask_again(capture_id=row.pk, by=BY, at=LATER)
    with pytest.raises(CaptureNotRefused):
        operations.ask_again(capture_id=row.pk, by=BY, at=LATER)
    drain_outbox(at=LATER)

    assert sums(order) == ("paid", 1490, 0)
    assert AuditEvent.objects.filter(action="payment.capture_again", actor=BY).count() == 1
    assert broken() == []


def test_money_that_came_another_way_is_recorded_once_and_after_a_refusal_only(network):
    order = place_authorised(network, units={"POT": 1})
    # The bank lets go of it after seven days, and nobody captured in time.
    late = AT + demo_bank.SETS_ASIDE + timedelta(hours=1)
    ship_from(order, MARAIS, at=late)
    row = PaymentCapture.objects.get()
    assert (row.state, card_of(order).state) == ("refused", "authorised")

    with pytest.raises(CaptureReferenceMissing):
        operations.record_capture(capture_id=row.pk, reference="  ", by=BY, at=late)
    assert operations.record_capture(capture_id=row.pk, reference="TRANSFER 7", by=BY, at=late) is True
    assert operations.record_capture(capture_id=row.pk, reference="TRANSFER 7", by=BY, at=late) is False

    card = card_of(order)
    assert (card.state, card.captured_minor) == ("paid", 1490)
    assert AuditEvent.objects.get(action="payment.capture_recorded").after["reference"] == "TRANSFER 7"
    assert broken(late) == []


def test_capture_under_way_is_not_recorded_by_hand(network):
    order = place_authorised(network, units={"POT": 1})
    ship_from(order, MARAIS, at=LATER, drain=False)
    (capture_id,) = operations.ask_captures(fulfilment_id=Fulfilment.objects.get(order=order).pk, at=LATER)

    with pytest.raises(CaptureNotRefused):
        operations.record_capture(capture_id=capture_id, reference="X", by=BY, at=LATER)
    drain_outbox(at=LATER)

    assert sums(order) == ("paid", 1490, 0)
    assert PaymentCapture.objects.count() == 1


def test_authorisation_is_charged_whole_before_it_ends(network):
    order = place_authorised(network, units={"POT": 1, "LID": 1})
    reject(order, LILLE, "LID")
    end = AT + demo_bank.SETS_ASIDE
    assert operations.capture_before_end(at=end - timedelta(hours=25)) == []

    nearly = end - timedelta(hours=23)
    assert operations.capture_before_end(at=nearly) == [order.number]
    assert operations.capture_before_end(at=nearly) == []
    drain_outbox(at=nearly)
    assert sums(order) == ("paid", 2490, 0)

    give_up(order, at=nearly)
    assert (sums(order), card_of(order).refunded_minor) == (("paid", 2490, 0), 1000)
    ship_from(order, MARAIS, at=nearly)
    assert broken(nearly) == []


def test_provider_that_charges_once_is_charged_whole_with_the_first_parcel(network):
    order = place_authorised(network, units={"POT": 1, "LID": 1})
    card = card_of(order)
    card.capture = "at_first_shipment"
    card.save()

    ship_from(order, MARAIS, at=LATER)

    assert sums(order) == ("paid", 2490, 0)
    ship_from(order, LILLE, at=LATER)
    assert PaymentCapture.objects.count() == 1
    assert broken() == []


def test_yes_that_comes_after_the_order_ended_is_released(network):
    items = [(network.goods["POT"], 1)]
    placed = make_checkout(shop=network.shop, items=items).place(payment_method="demo")
    operations.start_payment(payment_id=placed.payment_id, at=AT)
    order = Order.objects.get(pk=placed.order_id)
    reference = card_of(order).provider_reference
    after = order.expires_at + timedelta(seconds=1)
    operations.expire_order(order_id=order.pk, at=after)
    order.refresh_from_db()
    assert (order.state, card_of(order).state) == ("expired", "expired")

    row = at_the_bank(order)
    row.decision, row.decided_at = "approved", after
    row.save()
    gateway = registry.gateway_for(code="demo")
    operations.settle(gateway="demo", verdict=gateway.fetch(reference=reference), source=Source.WEBHOOK, at=after)
    drain_outbox(at=after)

    assert sums(order) == ("voided", 0, 0)
    assert MailLog.objects.order_by("id").last().kind == "refund"
    assert broken(after) == []


def asked(network):
    """An order whose page is open at the bank, and the bank's yes to it."""
    placed = make_checkout(shop=network.shop, items=[(network.goods["POT"], 1)]).place(payment_method="demo")
    operations.start_payment(payment_id=placed.payment_id, at=AT)
    order = Order.objects.get(pk=placed.order_id)
    payment = card_of(order)
    yes = Verdict(
        answer=Answer.YES,
        reference=payment.provider_reference,
        amount_minor=1490,
        currency="EUR",
        order_number=order.number,
        is_authorised=True,
        authorised_until=AT + timedelta(days=7),
        in_parts=True,
    )
    return order, yes


@pytest.mark.parametrize(
    ("changes", "outcome", "state"),
    [
        ({"amount_minor": 1489}, "amount_mismatch", "void_due"),
        ({"currency": "SEK"}, "currency_mismatch", "void_due"),
        ({"order_number": "X-1"}, "order_mismatch", "pending"),
    ],
)
def test_yes_that_differs_pays_nothing_and_is_let_go_where_it_is_ours(network, changes, outcome, state):
    order, yes = asked(network)

    done = operations.settle(gateway="demo", verdict=replace(yes, **changes), source=Source.WEBHOOK, at=LATER)

    card = card_of(order)
    assert (done.outcome, card.state, card.received_minor, order.state) == (outcome, state, 0, "placed")
    assert (card in queries.needing_staff()) == (state == "void_due")


def test_yes_is_worked_on_once_whatever_was_charged_since(network):
    order, yes = asked(network)
    said = [operations.settle(gateway="demo", verdict=yes, source=Source.WEBHOOK, at=LATER).outcome for _ in range(2)]
    drain_outbox(at=LATER)
    DemoBankPayment.objects.update(decision="approved", decided_at=LATER)
    ship_from(order, MARAIS, at=LATER)
    said += [operations.settle(gateway="demo", verdict=yes, source=Source.RETURN, at=LATER).outcome]
    charged = replace(yes, is_authorised=False)
    said += [operations.settle(gateway="demo", verdict=charged, source=Source.RETURN, at=LATER).outcome]

    known = SettleOutcome.ALREADY_SETTLED
    assert said == [SettleOutcome.AUTHORISED, known, known, known]
    assert sums(order) == ("paid", 1490, 0)


def test_bank_that_lets_go_of_a_confirmed_orders_amount_is_reported(network):
    order, yes = asked(network)
    operations.settle(gateway="demo", verdict=yes, source=Source.WEBHOOK, at=LATER)
    no = replace(yes, answer=Answer.NO, is_authorised=False, amount_minor=None)

    done = operations.settle(gateway="demo", verdict=no, source=Source.RECONCILIATION, at=LATER)

    assert done.outcome == SettleOutcome.AUTHORISATION_LOST
    card = card_of(order)
    assert (card.state, card.refusal_code) == ("authorised", "authorisation_lost")


def test_what_a_notice_does_not_say_is_asked(network):
    order, yes = asked(network)
    DemoBankPayment.objects.update(decision="approved", decided_at=AT)
    short = replace(yes, authorised_until=None, in_parts=None)

    operations.settle(gateway="demo", verdict=short, source=Source.WEBHOOK, at=LATER)
    assert card_of(order).authorised_until == LATER + AUTHORISED_FOR
    drain_outbox(at=LATER)

    assert card_of(order).authorised_until == AT + demo_bank.SETS_ASIDE


def test_market_that_charges_at_once_does_not_wait():
    order = place_authorised(make_network(), units={"POT": 1})
    card = card_of(order)
    assert (card.state, card.capture, card.captured_minor) == ("paid", "at_once", 1490)


def test_capture_not_begun_when_the_order_is_cancelled_charges_nothing(network):
    order = place_authorised(network, units={"POT": 1})
    nearly = AT + demo_bank.SETS_ASIDE - timedelta(hours=1)
    operations.capture_before_end(at=nearly)

    cancel_order(order_id=order.pk, reason="changed mind", by=BY, at=nearly)
    drain_outbox(at=nearly, fail_on_error=False)
    drain_outbox(at=nearly + timedelta(minutes=30))

    assert sums(order) == ("voided", 0, 0)
    assert PaymentCapture.objects.get().state == "refused"
    assert not queries.needing_staff().exists()
    assert broken(nearly) == []


def test_capture_begun_when_the_order_is_cancelled_is_sent_back(network, monkeypatch):
    order = place_authorised(network, units={"POT": 1})
    nearly = AT + demo_bank.SETS_ASIDE - timedelta(hours=1)
    operations.capture_before_end(at=nearly)
    with monkeypatch.context() as patch:
        patch.setattr(capturing, "record_capture", _dies)
        drain_outbox(at=nearly, fail_on_error=False)

    cancel_order(order_id=order.pk, reason="changed mind", by=BY, at=nearly)
    for minutes in (30, 60, 90):
        drain_outbox(at=nearly + timedelta(minutes=minutes), fail_on_error=False)

    assert sums(order) == ("refunded", 1490, 0)
    assert card_of(order).refunded_minor == 1490
    assert broken(nearly) == []


def _dies(**_kwargs):
    raise RuntimeError("killed")


def two_captures(network):
    """A parcel that left and the last one, both to be charged, neither begun: the outbox keeps no order of them."""
    order = place_authorised(network, units={"POT": 1, "LID": 1})
    for code in (MARAIS, LILLE):
        parcel = ship_from(order, code, at=LATER, drain=False)
        operations.ask_captures(fulfilment_id=parcel, at=LATER)
    return order, *PaymentCapture.objects.order_by("id")


def test_last_capture_that_overtakes_another_waits_for_it(network):
    order, first, last = two_captures(network)
    assert (first.is_last, last.is_last) == (False, True)

    with pytest.raises(TryAgain):
        operations.capture(capture_id=last.pk, at=LATER)
    assert at_the_bank(order).captured_minor == 0
    drain_outbox(at=LATER)
    drain_outbox(at=LATER + timedelta(minutes=10))

    assert sums(order) == ("paid", 2490, 0)
    assert broken(LATER + timedelta(minutes=10)) == []


def test_last_capture_after_a_refused_one_leaves_it_something_to_be_charged_to(network, monkeypatch):
    order, first, last = two_captures(network)
    bank = registry.gateway_for(code="demo")
    with monkeypatch.context() as patched:
        patched.setattr(type(bank), "capture", refusing)
        operations.capture(capture_id=first.pk, at=LATER)

    operations.capture(capture_id=last.pk, at=LATER)
    assert not at_the_bank(order).is_released
    assert sums(order)[0] == "authorised"

    operations.ask_again(capture_id=first.pk, by=BY, at=LATER)
    drain_outbox(at=LATER)
    assert sums(order) == ("paid", 2490, 0)


def refusing(self, *, charge):
    raise Final("declined", system="demo bank")
