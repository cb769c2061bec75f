"""Goods added to an order on a draft: at the order's price or today's, paid by the shopper or by what is taken out."""

from datetime import timedelta

import pytest

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import Reservation
from apps.orders.edits import operations as edits
from apps.orders.edits import queries
from apps.orders.edits.errors import EditOutdated, NothingChanged
from apps.orders.errors import NotEnough, NotInStore
from apps.orders.follow_ups.errors import NoPriceToKeep
from apps.orders.follow_ups.place import Added
from apps.orders.models import FollowUp, Fulfilment, Line, MailLog, Order, OrderEdit, Payment, Refund, RefundTender
from apps.orders.payments import operations as payments
from tests.factories.authorised import charging_later, place_authorised
from tests.factories.collecting import make_collecting, to_collect
from tests.factories.network import line_of, make_network
from tests.factories.orders import AT, make_address, reprice
from tests.factories.payments import ACCOUNT, Waiting, pay

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=2)
BY = "user:7"


@pytest.fixture
def network():
    return make_network()


@pytest.fixture
def order(network):
    return network.paid(units={"KETTLE": 2})


def draft(order, *, adds=(), out=None, address=None):
    units = {line_of(order, sku).pk: count for sku, count in (out or {}).items()}
    return edits.draft(order_id=order.pk, units=units, address=address, adds=adds, reason="wish", by=BY, at=LATER)


def change(order, **said):
    row = edits.confirm(edit_id=draft(order, **said).pk, by=BY, at=LATER)
    drain_outbox(at=LATER)
    return row


def settle(order):
    payment = Payment.objects.get(order=order, state__in=("created", "pending"))
    pay(Waiting(None, None, order.pk, payment.pk, order.number, LATER), at=LATER)
    drain_outbox(at=LATER)
    order.refresh_from_db()


def broken(at=LATER):
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def reserved(order):
    held = Reservation.objects.filter(reference=f"order:{order.number}", state="held")
    return {row.level.product.upc: row.quantity for row in held}


def test_added_goods_are_an_order_of_their_own_that_the_shopper_pays(network, order):
    row = draft(order, adds=[Added(network.goods["CUP"].pk, 2)])
    assert (row.expected["added_minor"], row.expected["netted_minor"], row.expected["to_pay_minor"]) == (2000, 0, 2000)
    assert [(line["sku"], line["quantity"], line["unit"]) for line in row.expected["added"]] == [("CUP", 2, "10.00")]
    # Nothing of it stays of a draft.
    assert (Order.objects.count(), FollowUp.objects.count(), reserved(order)) == (1, 0, {"KETTLE": 2})

    done = edits.confirm(edit_id=row.pk, by=BY, at=LATER)
    drain_outbox(at=LATER)

    added = done.follow_up
    assert (done.version, added.state, added.total_incl_tax, added.shipping_incl_tax) == (2, "placed", 20, 0)
    link = FollowUp.objects.get(order=added)
    assert (link.parent, link.kind, link.given_back) == (order, "addition", None)
    assert (added.email, added.shipping_address.line1) == (order.email, order.shipping_address.line1)
    assert reserved(added) == {"CUP": 2}
    assert queries.balance_of(order_id=order.pk).is_even
    # Nobody pressed a button yet: the shopper is asked once, with where to pay, and confirmed once that was done.
    told = MailLog.objects.filter(order=added)
    assert [each.kind for each in told] == ["follow_up"]
    assert ACCOUNT["iban"] in told.get().text
    settle(added)
    assert added.state == "in_fulfilment"
    assert sorted(told.values_list("kind", flat=True)) == ["follow_up", "order_confirmation"]
    assert broken(LATER + timedelta(hours=1)) == []


def test_added_goods_that_nobody_pays_are_free_again(network, order):
    added = change(order, adds=[Added(network.goods["CUP"].pk, 1)]).follow_up
    late = LATER + timedelta(days=5, minutes=1)
    assert payments.expire_unpaid(at=late).expired == [added.number]
    drain_outbox(at=late)
    assert reserved(added) == {}
    assert broken(late) == []


def test_no_page_of_a_provider_is_opened_before_the_shopper_comes_to_pay(network, order):
    Order.objects.filter(pk=order.pk).update(payment_method="demo")
    order.refresh_from_db()
    added = change(order, adds=[Added(network.goods["CUP"].pk, 1)]).follow_up
    later = LATER + timedelta(days=2)
    report = payments.reconcile(at=later, older_than=timedelta(0))
    waiting = Payment.objects.get(order=added)
    assert (waiting.gateway, waiting.state, waiting.provider_reference) == ("demo", "created", "")
    assert not [each for each in report.lines if each.payment_id == waiting.pk]
    # Once they went there it is asked about like any other.
    payments.start_payment(payment_id=waiting.pk, at=later)
    report = payments.reconcile(at=later + timedelta(hours=1), older_than=timedelta(0))
    assert [each.payment_id for each in report.lines] == [waiting.pk]


def test_price_is_kept_or_refreshed_line_by_line_and_the_trace_says_which(network, order):
    for sku in ("KETTLE", "CUP"):
        reprice(product=network.goods[sku], price="12.00")
        network.put(sku=sku, at="depot", units=9)
    kept, today = Added(network.goods["KETTLE"].pk, 2, keeps_price=True), Added(network.goods["CUP"].pk, 1)

    added = change(order, adds=[kept, today]).follow_up

    lines = {line.partner_sku: line for line in Line.objects.filter(order=added)}
    assert (lines["KETTLE"].line_price_incl_tax, lines["CUP"].line_price_incl_tax) == (20, 12)
    assert lines["KETTLE"].price_trace["agreed"] == order.number
    assert "agreed" not in lines["CUP"].price_trace
    assert added.total_incl_tax == 32


def test_another_variant_keeps_the_price_of_its_sibling_and_strangers_have_none_to_keep(network, order):
    with pytest.raises(NoPriceToKeep):
        draft(order, adds=[Added(network.goods["CUP"].pk, 1, keeps_price=True)])
    assert not OrderEdit.objects.exists()


def test_swap_of_equal_worth_moves_no_money_and_goes_on_at_once(network, order):
    row = draft(order, out={"KETTLE": 1}, adds=[Added(network.goods["CUP"].pk, 1)])
    assert (row.expected["refund_minor"], row.expected["netted_minor"], row.expected["to_pay_minor"]) == (1000, 1000, 0)
    assert row.expected["tenders"] == []

    done = edits.confirm(edit_id=row.pk, by=BY, at=LATER)
    drain_outbox(at=LATER)

    added = done.follow_up
    added.refresh_from_db()
    assert added.state == "in_fulfilment"
    (tender,) = RefundTender.objects.all()
    paid = Payment.objects.get(order=added)
    assert (tender.into, tender.amount_minor, tender.state) == (paid, 1000, "sent")
    assert (paid.gateway, paid.state, paid.captured_minor) == ("exchange", "paid", 1000)
    assert Payment.objects.get(order=order).refunded_minor == 0
    assert (Refund.objects.get().state, done.given_back.__class__.objects.get().state) == ("sent", "refunded")
    assert queries.balance_of(order_id=order.pk).as_dict() == done.outcome
    assert (reserved(order), reserved(added)) == ({"KETTLE": 1}, {"CUP": 1})
    assert broken() == []


def test_swap_for_less_sends_the_difference_back_and_for_more_asks_for_it(network, order):
    reprice(product=network.goods["CUP"], price="4.00")
    cheap = change(order, out={"KETTLE": 1}, adds=[Added(network.goods["CUP"].pk, 1)])
    back = {(each.into_id is None, each.amount_minor) for each in RefundTender.objects.all()}
    assert back == {(False, 400), (True, 600)}
    assert Order.objects.get(pk=cheap.follow_up_id).state == "in_fulfilment"
    assert broken() == []

    reprice(product=network.goods["POT"], price="25.00")
    network.put(sku="KETTLE", at="depot", units=9)
    other = network.paid(units={"KETTLE": 2}, at=LATER)
    dear = change(other, out={"KETTLE": 1}, adds=[Added(network.goods["POT"].pk, 1)]).follow_up
    rows = Payment.objects.filter(order=dear).order_by("id").values_list("gateway", "state", "amount_minor")
    assert list(rows) == [("exchange", "paid", 1000), ("bank_transfer", "created", 1500)]
    dear.refresh_from_db()
    assert (dear.state, dear.payment_method, dear.expires_at) == ("placed", "bank_transfer", LATER + timedelta(days=5))
    settle(dear)
    assert dear.state == "in_fulfilment"
    assert broken() == []


def test_whole_order_is_swapped_and_its_delivery_is_paid_once(network, order):
    done = change(order, out={"KETTLE": 2}, adds=[Added(network.goods["CUP"].pk, 2)])
    added = Order.objects.get(pk=done.follow_up_id)
    assert (added.total_incl_tax, added.shipping_incl_tax) == (order.total_incl_tax, order.shipping_incl_tax)
    assert added.state == "in_fulfilment"
    assert set(Fulfilment.objects.filter(order=order).values_list("state", flat=True)) == {"cancelled"}
    assert broken() == []


def test_rest_of_a_swap_that_is_never_paid_leaves_what_was_given_for_it_to_be_sent_back(network, order):
    reprice(product=network.goods["POT"], price="25.00")
    added = change(order, out={"KETTLE": 1}, adds=[Added(network.goods["POT"].pk, 1)]).follow_up
    late = LATER + timedelta(days=5, minutes=1)
    payments.expire_unpaid(at=late)
    drain_outbox(at=late)
    exchanged = Payment.objects.get(order=added, gateway="exchange")
    assert exchanged.state == "refund_due"
    assert "Rien n’a été débité" not in MailLog.objects.get(order=added, kind="order_expired").text
    payments.record_refund(payment_id=exchanged.pk, reference="SEPA 1", by=BY, at=late)
    drain_outbox(at=late)
    exchanged.refresh_from_db()
    assert (exchanged.state, exchanged.refunded_minor) == ("refunded", 1000)
    assert broken(late) == []


def test_what_was_only_authorised_is_let_go_and_the_added_goods_are_paid_anew(network):
    later = charging_later(network)
    order = place_authorised(later, units={"KETTLE": 2})
    row = draft(order, out={"KETTLE": 1}, adds=[Added(network.goods["CUP"].pk, 1)])
    assert (row.expected["netted_minor"], row.expected["to_pay_minor"]) == (0, 1000)
    added = edits.confirm(edit_id=row.pk, by=BY, at=LATER).follow_up
    drain_outbox(at=LATER)
    rows = Payment.objects.filter(order=added).order_by("id").values_list("gateway", "state", "amount_minor")
    assert [(gateway, amount) for gateway, _, amount in rows] == [("exchange", 1000), ("demo", 1000)]
    assert broken() == []


def test_goods_that_are_not_there_refuse_the_draft_and_leave_nothing(network, order):
    with pytest.raises(NotEnough):
        draft(order, out={"KETTLE": 1}, adds=[Added(network.goods["CUP"].pk, 3)])
    assert (Order.objects.count(), OrderEdit.objects.count(), reserved(order)) == (1, 0, {"KETTLE": 2})


def test_draft_whose_goods_cost_more_by_now_is_outdated(network, order):
    row = draft(order, adds=[Added(network.goods["CUP"].pk, 1)])
    reprice(product=network.goods["CUP"], price="11.00")
    with pytest.raises(EditOutdated):
        edits.confirm(edit_id=row.pk, by=BY, at=LATER)
    assert Order.objects.count() == 1


def test_nothing_named_is_nothing_changed(order):
    with pytest.raises(NothingChanged):
        draft(order, adds=[])


def test_added_goods_go_to_the_new_address_or_to_the_store_of_the_order(network, order):
    moved = change(order, adds=[Added(network.goods["CUP"].pk, 1)], address=make_address(line1="9 quai de Bercy"))
    assert moved.follow_up.shipping_address.line1 == "9 quai de Bercy"


def test_goods_added_to_a_collected_order_lie_in_its_store():
    network = make_collecting()
    order = to_collect(network, units={"POT": 1})
    added = change(order, adds=[Added(network.goods["POT"].pk, 1)]).follow_up
    assert (added.collect_at, added.shipping_code) == (order.collect_at, "collect")
    network.put(sku="POT", at="depot", units=9)
    with pytest.raises(NotInStore):
        draft(order, adds=[Added(network.goods["POT"].pk, 1)])
