"""Goods exchanged for others: the new ones are kept first, the old ones come back, and the difference is settled."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import Reservation
from apps.orders.follow_ups.errors import NothingAdded, NotWithTheShopper
from apps.orders.follow_ups.exchange import WAIT, exchange
from apps.orders.follow_ups.place import Added
from apps.orders.models import (
    FollowUp,
    Fulfilment,
    Invoice,
    MailLog,
    Order,
    Payment,
    Refund,
    RefundTender,
    Return,
    ReturnLine,
)
from apps.orders.payments import operations as payments
from apps.orders.returns import operations as returns
from apps.orders.returns.errors import TooMany, WindowOver
from tests.factories.network import line_of, make_network
from tests.factories.orders import AT, reprice
from tests.factories.payments import Waiting, pay
from tests.integration.fulfilment.test_rejection import ship_all

pytestmark = pytest.mark.django_db
ARRIVED, BACK = AT + timedelta(days=2), AT + timedelta(days=6)
BY = "user:7"


@pytest.fixture
def network():
    return make_network()


@pytest.fixture
def order(network):
    """Two kettles, sent and arrived."""
    from apps.orders.fulfilment import operations as fulfilments

    found = network.paid(units={"KETTLE": 2})
    ship_all(found)
    for row in Fulfilment.objects.filter(order=found):
        fulfilments.deliver(fulfilment_id=row.pk, by=BY, at=ARRIVED)
    drain_outbox(at=ARRIVED)
    found.refresh_from_db()
    return found


def swap(order, wanted, *, units=1, at=ARRIVED):
    made = exchange(
        order_id=order.pk, units={line_of(order, "KETTLE").pk: units}, wanted=wanted, reason="too loud", by=BY, at=at
    )
    drain_outbox(at=at)
    return made


def came_back(network, *, at=BACK, **found):
    (part,) = ReturnLine.objects.filter(parent__state="declared")
    told = {part.pk: returns.Found(**(found or {"sellable": part.quantity}))}
    returns.inspect_return(
        return_id=part.parent_id,
        found=told,
        location_id=network.places["depot"].pk,
        note="worn" if "deduct_minor" in found or "refused" in found else "",
        by=BY,
        at=at,
    )
    drain_outbox(at=at)


def broken(at=BACK):
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def held(order):
    return sum(
        Reservation.objects.filter(reference=f"order:{order.number}", state="held").values_list("quantity", flat=True)
    )


def sent():
    return [message.subject for message in mail.outbox]


def test_new_goods_are_kept_before_the_old_ones_come_and_one_mail_says_both(network, order):
    mail.outbox.clear()
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])

    assert (new.state, new.expires_at, held(new)) == ("placed", ARRIVED + WAIT, 1)
    made = Return.objects.get()
    assert (made.state, FollowUp.objects.get(order=new).given_back) == ("declared", made)
    assert sent() == [f"Votre échange pour la commande {order.number}"]
    for words in ("1 × Cup", "1 × Kettle", made.number, "Gardé pour vous jusqu’au"):
        assert words in mail.outbox[0].body
    assert broken(ARRIVED) == []


def test_goods_of_equal_worth_go_on_when_the_others_are_accepted(network, order):
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])
    mail.outbox.clear()

    came_back(network)

    new.refresh_from_db()
    assert new.state == "in_fulfilment"
    assert (Return.objects.get().state, Refund.objects.get().state) == ("refunded", "sent")
    assert RefundTender.objects.get().into == Payment.objects.get(order=new)
    assert Payment.objects.get(order=order).refunded_minor == 0
    # What came back is credited on paper all the same; the new goods are invoiced when they leave.
    assert Invoice.objects.get(order=order, kind="credit_note").gross_minor == 1000
    assert sent() == [f"Votre commande {new.number} chez Halles"]
    ship_all(new, at=BACK)
    drain_outbox(at=BACK)
    assert Invoice.objects.get(order=new).gross_minor == 1000
    assert broken() == []


def test_what_the_new_goods_cost_less_goes_back_the_way_it_came(network, order):
    reprice(product=network.goods["CUP"], price="4.00")
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])
    came_back(network)
    new.refresh_from_db()
    assert new.state == "in_fulfilment"
    due = RefundTender.objects.get(into__isnull=True)
    assert (due.amount_minor, due.state, Return.objects.get().state) == (600, "due", "refund_due")
    returns.record_sent(refund_id=due.refund_id, reference="SEPA", by=BY, at=BACK)
    drain_outbox(at=BACK)
    assert Payment.objects.get(order=order).refunded_minor == 600
    assert "dont 4,00" in mail.outbox[-1].body
    assert broken() == []


def test_what_the_new_goods_cost_more_is_asked_for_and_then_they_go_on(network, order):
    reprice(product=network.goods["POT"], price="14.00")
    new = swap(order, [Added(network.goods["POT"].pk, 1)])
    mail.outbox.clear()
    came_back(network)
    new.refresh_from_db()
    assert (new.state, new.payment_method) == ("placed", "bank_transfer")
    assert sent() == [f"Il reste à payer la commande {new.number}"]
    assert "4,00" in mail.outbox[0].body
    payment = Payment.objects.get(order=new, state="created")
    pay(Waiting(None, None, new.pk, payment.pk, new.number, BACK), at=BACK)
    drain_outbox(at=BACK)
    new.refresh_from_db()
    assert new.state == "in_fulfilment"
    # The contract is confirmed once, with its terms, though its rest came by transfer.
    assert MailLog.objects.filter(order=new, kind="order_confirmation").count() == 1
    assert broken(BACK + timedelta(hours=1)) == []


def test_deduction_for_use_is_what_is_still_to_be_paid(network, order):
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])
    came_back(network, damaged=1, deduct_minor=300)
    rows = Payment.objects.filter(order=new).order_by("id").values_list("gateway", "state", "amount_minor")
    assert list(rows) == [("exchange", "paid", 700), ("bank_transfer", "created", 300)]
    assert broken() == []


@pytest.mark.parametrize("how", ["refused", "closed", "silence"])
def test_new_goods_are_free_again_when_nothing_good_comes_back(network, order, how):
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])
    at = BACK
    if how == "refused":
        came_back(network, refused=1)
    elif how == "closed":
        returns.close_return(return_id=Return.objects.get().pk, reason="never came", by=BY, at=at)
    else:
        at = ARRIVED + WAIT + timedelta(minutes=1)
    assert payments.expire_unpaid(at=at).expired == [new.number]
    drain_outbox(at=at)
    assert held(new) == 0
    assert Payment.objects.get(order=new).state == "expired"
    assert "ne nous sont pas parvenus à temps" in MailLog.objects.get(order=new, kind="order_expired").text
    assert broken(at) == []


def test_goods_that_come_after_their_exchange_ended_are_paid_back(network, order):
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])
    late = ARRIVED + WAIT + timedelta(days=1)
    payments.expire_unpaid(at=late)
    drain_outbox(at=late)
    came_back(network, at=late)
    assert Return.objects.get().state == "refund_due"
    assert RefundTender.objects.get().into is None
    new.refresh_from_db()
    assert new.state == "expired"
    assert broken(late) == []


def test_whole_order_is_exchanged_and_its_delivery_is_paid_once(network, order):
    new = swap(order, [Added(network.goods["CUP"].pk, 2)], units=2)
    assert new.shipping_incl_tax == order.shipping_incl_tax
    came_back(network)
    new.refresh_from_db()
    assert new.state == "in_fulfilment"
    assert not RefundTender.objects.filter(into__isnull=True).exists()
    assert broken() == []


def test_price_is_kept_though_it_rose_since(network, order):
    network.put(sku="KETTLE", at="depot", units=5)
    reprice(product=network.goods["KETTLE"], price="19.00")
    new = swap(order, [Added(network.goods["KETTLE"].pk, 1, keeps_price=True)])
    assert new.total_incl_tax == 10


def test_refusals_keep_nothing(network, order):
    line = line_of(order, "KETTLE").pk
    cup = [Added(network.goods["CUP"].pk, 1)]
    unsent = network.paid(units={"CUP": 1})
    values = {"reason": "r", "by": BY, "at": ARRIVED}
    for refusal, told in (
        (NotWithTheShopper, {"order_id": unsent.pk, "units": {line_of(unsent, "CUP").pk: 1}, "wanted": cup}),
        (NothingAdded, {"order_id": order.pk, "units": {line: 1}, "wanted": []}),
        (NotWithTheShopper, {"order_id": order.pk, "units": {line: 3}, "wanted": cup}),
        (WindowOver, {"order_id": order.pk, "units": {line: 1}, "wanted": cup, "at": AT + timedelta(days=90)}),
    ):
        with pytest.raises(refusal):
            exchange(**{**values, **told})
    exchange(order_id=order.pk, units={line: 2}, wanted=cup, **values)
    with pytest.raises(TooMany):
        exchange(order_id=order.pk, units={line: 1}, wanted=[Added(network.goods["LID"].pk, 1)], **values)
    assert Order.objects.count() == 3
    assert Return.objects.count() == 1


def test_new_goods_are_promised_from_the_day_the_others_came_not_from_the_day_they_were_kept(network, order):
    new = swap(order, [Added(network.goods["CUP"].pk, 1)])
    before = new.delivery_promise["latest"]
    late = BACK + timedelta(days=8)
    came_back(network, at=late)
    new.refresh_from_db()
    assert before < late.date().isoformat() < new.delivery_promise["ships_on"] < new.delivery_promise["latest"]
    assert "first" not in new.delivery_promise
    assert not any("plus tard" in subject for subject in sent())
