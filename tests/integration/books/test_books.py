"""The books are right after every honest day, and each sentence notices the one lie it is there for."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core import books
from apps.core.models import BooksProof, OutboxDelivery, OutboxEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import Location
from apps.orders.basket.queries import basket_view
from apps.orders.edits import operations as edits
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.holds import operations as holds
from apps.orders.models import Fulfilment, Line, Order
from apps.orders.payments import operations as payments
from apps.orders.returns import operations as returns
from tests.factories.credit import make_gift_card, use
from tests.factories.orders import AT, make_basket, make_checkout, make_item, make_kit, make_trading_shop, make_voucher
from tests.factories.payments import Waiting, make_waiting_order, pay

LATER = AT + timedelta(hours=1)
LONG_AFTER = AT + timedelta(days=2)

# What a lie in the tables looks like, by the sentence that must notice it. One row each, past every guard.
LIES = {
    "stock.movements_explain_every_level": "UPDATE partner_stocklevel SET on_hand = on_hand + 1",
    "stock.every_promise_is_kept_or_given_back": (
        "UPDATE partner_reservation SET state = 'held' WHERE reference = 'order:{shipped}'"
    ),
    "stock.capacities_count_their_orders": (
        "INSERT INTO partner_locationday (location_id, day, capacity, taken)"
        " SELECT min(id), '2026-11-18', 5, 1 FROM partner_location"
    ),
    "credit.movements_sum_to_the_balance": "UPDATE order_creditaccount SET balance_minor = balance_minor + 1",
    "credit.payments_agree_with_movements": (
        "UPDATE order_creditmovement SET amount_minor = amount_minor - 1 WHERE kind = 'spent'"
    ),
    "invoices.series_have_no_gap": "UPDATE order_invoiceseries SET last = last + 1",
    "invoices.lines_sum_to_each_document": "UPDATE order_invoiceline SET tax_minor = tax_minor + 1",
    "invoices.what_left_is_invoiced_once": (
        "UPDATE order_invoiceline SET quantity = quantity + 1 WHERE line_id IS NOT NULL"
    ),
    "invoices.refunds_of_what_left_are_credited": (
        "UPDATE order_invoice SET gross_minor = gross_minor + 1, net_minor = net_minor + 1 WHERE kind = 'credit_note'"
    ),
    "orders.holds_end_in_time": "UPDATE order_stockhold SET expires_at = NULL",
    "orders.parts_sum_to_the_total": (
        "UPDATE order_order SET total_incl_tax = total_incl_tax + 0.01 WHERE number = '{shipped}'"
    ),
    "orders.history_leads_to_the_state": "UPDATE order_order SET state = 'delivered' WHERE number = '{shipped}'",
    "orders.goods_are_promised_or_sent": (
        "UPDATE partner_reservation SET state = 'released' WHERE reference = 'order:{placed}'"
    ),
    "orders.expected_goods_are_promised": "UPDATE order_fulfilment SET state = 'expected' WHERE state = 'shipped'",
    "orders.collected_goods_lie_in_the_store": (
        "UPDATE order_fulfilment SET ready_at = '2026-11-18' WHERE state = 'shipped'"
    ),
    "orders.fulfilments_carry_every_unit": "UPDATE order_fulfilmentline SET quantity = quantity + 1",
    "orders.versions_add_up": "UPDATE order_orderedit SET outcome = outcome || '{{\"owed_minor\": 1}}'",
    "payments.a_confirmed_order_is_paid_once": (
        "UPDATE order_payment SET amount_minor = amount_minor - 1, captured_minor = captured_minor - 1"
        " WHERE state = 'paid'"
    ),
    "payments.amounts_follow_the_state": (
        "UPDATE order_payment SET captured_minor = 100 WHERE state IN ('created', 'pending')"
    ),
    "payments.exchanges_are_paid_with_refunds": "UPDATE order_payment SET gateway = 'exchange' WHERE state = 'paid'"
    " AND credit_account_id IS NULL",
    "payments.captures_follow_what_left": (
        "UPDATE order_payment SET state = 'authorised', capture = 'at_shipment', authorised_until = '2027-01-01'"
        " WHERE order_id = (SELECT id FROM order_order WHERE number = '{shipped}')"
    ),
    "orders.nothing_outlives_its_deadline": (
        "UPDATE order_order SET expires_at = '2026-01-01' WHERE number = '{placed}'"
    ),
    "vouchers.uses_are_counted": "UPDATE voucher_voucher SET num_orders = num_orders + 1",
    "mails.every_confirmed_order_is_told_once": "DELETE FROM order_maillog WHERE kind = 'order_confirmation'",
    "outbox.nothing_is_stuck": (
        "UPDATE core_outboxdelivery SET state = 'pending', done_at = NULL, next_attempt_at = '2026-01-01'"
        " WHERE id = (SELECT max(id) FROM core_outboxdelivery)"
    ),
    "outbox.nothing_was_given_up": (
        "UPDATE core_outboxdelivery SET state = 'dead', done_at = NULL"
        " WHERE id = (SELECT max(id) FROM core_outboxdelivery)"
    ),
    "catalog.kits_are_made_of_goods": (
        "INSERT INTO catalogue_kitcomponent (kit_id, product_id, quantity, position)"
        " SELECT product_id, kit_id, 1, 9 FROM catalogue_kitcomponent"
    ),
    "orders.kits_are_their_lines": "UPDATE order_orderkit SET unit_shown = unit_shown + 1",
    "catalog.publication_follows_the_truth": (
        "INSERT INTO catalogue_publicationdue (product_id, due_since, reason)"
        " SELECT min(id), '2026-01-01', 'test' FROM catalogue_product"
    ),
    "returns.no_unit_comes_back_twice": "UPDATE order_returnline SET quantity = 9, sellable = 9 WHERE unsent = 0",
    "returns.what_came_back_had_left": "UPDATE order_returnline SET quantity = 3, refused = 2 WHERE sellable = 1",
    "returns.refunds_sum_to_the_cent": "UPDATE order_refund SET amount_minor = amount_minor + 1",
    "returns.state_follows_the_refund": "UPDATE order_return SET state = 'refunded'",
}


def give_back_one(shipped: Waiting) -> None:
    """Half of the shipped order comes back; its transfer waits for a person to send the money."""
    line = Line.objects.get(order_id=shipped.order_id)
    made = returns.declare_withdrawal(
        order_id=shipped.order_id, units={line.pk: 1}, name="D", email="d@example.com", by="shopper", at=LATER
    )
    found = {made.lines.get().pk: returns.Found(sellable=1)}
    place = Location.objects.get(code="main").pk
    returns.inspect_return(return_id=made.pk, found=found, location_id=place, note="", by="user:9", at=LATER)


def change_one() -> None:
    """One of two units is taken out of an order that nobody prepares yet."""
    changed = make_waiting_order(method="bank_transfer")
    pay(changed, at=LATER)
    drain_outbox(at=LATER)
    units = {Line.objects.get(order_id=changed.order_id).pk: 1}
    row = edits.draft(order_id=changed.order_id, units=units, address=None, reason="r", by="user:9", at=LATER)
    edits.confirm(edit_id=row.pk, by="user:9", at=LATER)


def a_day() -> dict[str, str]:
    """One order shipped and half given back, one that waits with a voucher, one expired; returns their numbers."""
    shipped = make_waiting_order(method="bank_transfer")
    pay(shipped, at=LATER)
    drain_outbox(at=LATER)
    fulfilment = Fulfilment.objects.get(order_id=shipped.order_id)
    fulfilments.ship(fulfilment_id=fulfilment.pk, carrier="Colissimo", tracking_code="8R42", by="user:9", at=LATER)
    give_back_one(shipped)
    drain_outbox(at=LATER)
    change_one()
    late = make_waiting_order()
    payments.expire_unpaid(at=late.expires_at + timedelta(seconds=1))
    drain_outbox(at=LATER)
    shop = make_trading_shop()
    make_voucher(code="DEMO10")
    card = make_gift_card(shop=shop, amount="20.00").account_id
    kit = make_kit(shop=shop, components=[(make_item(shop=shop), 2)])
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1), (kit, 1)], vouchers=("DEMO10",))
    five = use(account_id=card, amount="5.00")
    placed = checkout.place(credits_=[five], confirmed_due=checkout.total - five.amount)
    kept = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    holds.keep(
        shop=shop,
        basket=basket_view(shop=shop, basket_id=kept, at=LATER),
        postcode="",
        at=LATER + timedelta(hours=1),
        may_start=lambda: True,
    )
    drain_outbox(at=LATER)
    return {"shipped": shipped.number, "placed": placed.number, "expired": late.number}


@pytest.mark.django_db
def test_books_are_right_after_a_day_of_orders():
    a_day()
    proof = books.prove(at=AT)
    assert proof.broken == ()
    assert len(proof.findings) == len(LIES)


def test_document_lists_every_sentence():
    page = (settings.BASE_DIR / "docs" / "rules" / "books.md").read_text()
    for each in books.invariants():
        assert f"| `{each.name}` | {each.sentence} |" in page


def test_every_sentence_has_a_lie_that_it_notices():
    assert {each.name for each in books.invariants()} == set(LIES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(LIES))
def test_sentence_notices_a_lie_in_the_tables(name):
    numbers = a_day()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Past triggers, as a restore gone wrong or a hand in the database would be.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(LIES[name].format(**numbers))
        assert cursor.rowcount >= 1
    (finding,) = books.prove(at=LATER + timedelta(hours=1), names=[name]).findings
    assert finding.exceptions, f"{name} saw nothing"
    assert all(each.subject and each.detail for each in finding.exceptions)


@pytest.mark.django_db
def test_a_confirmation_that_never_left_is_missed_only_when_it_is_late():
    waiting = make_waiting_order(method="bank_transfer")
    pay(waiting, at=LATER)
    names = ["mails.every_confirmed_order_is_told_once"]
    assert books.prove(at=LATER + timedelta(minutes=14), names=names).is_clean
    (finding,) = books.prove(at=LATER + timedelta(minutes=16), names=names).broken
    assert [each.subject for each in finding.exceptions] == [waiting.number]


@pytest.mark.django_db
def test_command_prints_every_sentence_and_fails_on_an_exception():
    numbers = a_day()
    Order.objects.filter(number=numbers["shipped"]).update(total_incl_tax=99)
    out = StringIO()
    only = ["--only", "orders.parts_sum_to_the_total", "--only", "vouchers.uses_are_counted"]
    with pytest.raises(CommandError, match="1 of 2 sentences do not hold"):
        call_command("check_books", *only, stdout=out, no_color=True)
    assert "BROKEN orders.parts_sum_to_the_total" in out.getvalue()
    assert f"{numbers['shipped']}: lines 20.00 + delivery 4.90, total 99.00" in out.getvalue()
    assert "ok     vouchers.uses_are_counted" in out.getvalue()


@pytest.mark.django_db
def test_command_speaks_json():
    out = StringIO()
    call_command("check_books", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["clean"] is True
    assert [each["name"] for each in told["invariants"]] == sorted(LIES)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--only", "stock.moon"], "No invariant is called stock.moon"), (["--keep", "--only", "x"], "is whole")],
)
def test_command_refuses_what_it_does_not_know(arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("check_books", *arguments)


@pytest.mark.django_db
def test_nightly_proof_is_kept_with_what_it_found():
    numbers = a_day()
    books.prove_and_keep(at=AT)
    Order.objects.filter(number=numbers["shipped"]).update(total_incl_tax=99)
    books.prove_and_keep(at=AT + timedelta(days=1))
    good, bad = BooksProof.objects.order_by("at")
    assert (good.invariants, good.exceptions, good.broken) == (len(LIES), 0, [])
    assert "orders.parts_sum_to_the_total" in {each["name"] for each in bad.broken}


@pytest.mark.django_db(transaction=True)
def test_books_are_read_in_one_snapshot_and_write_nothing(django_assert_num_queries):
    with django_assert_num_queries(len(LIES) + 3):  # begin, one snapshot, commit
        books.prove(at=LONG_AFTER)


def test_two_sentences_of_one_name_are_refused():
    known = books.invariants()[0]
    other = books.Invariant(name=known.name, sentence="Another.", sql="SELECT 1")
    with pytest.raises(ValueError, match=known.name):
        books.register(other)


@pytest.mark.django_db
def test_admin_names_the_rows_that_break_a_sentence(admin_client):
    numbers = a_day()
    Order.objects.filter(number=numbers["shipped"]).update(total_incl_tax=99)
    books.prove_and_keep(at=AT)
    proof = BooksProof.objects.get()
    assert b"does not hold" in admin_client.get("/admin/core/booksproof/").content
    page = admin_client.get(f"/admin/core/booksproof/{proof.pk}/change/").content.decode()
    assert "orders.parts_sum_to_the_total" in page
    assert f"{numbers['shipped']}: lines 20.00 + delivery 4.90, total 99.00" in page


@pytest.mark.django_db
@pytest.mark.parametrize(("queue", "is_stuck"), [("now", True), ("night", False)])
def test_night_work_may_wait_until_the_night(queue, is_stuck):
    event = OutboxEvent.objects.create(topic="test", key="k", payload={}, created_at=AT)
    OutboxDelivery.objects.create(event=event, handler="test", queue=queue, next_attempt_at=AT)
    names = ["outbox.nothing_is_stuck"]
    assert books.prove(at=AT + timedelta(hours=11), names=names).is_clean is not is_stuck
    assert not books.prove(at=AT + timedelta(hours=13), names=names).is_clean


@pytest.mark.django_db
def test_command_shows_twenty_exceptions_and_counts_the_others():
    event = OutboxEvent.objects.create(topic="test", key="k", payload={}, created_at=AT)
    OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, handler=f"test.{number}", queue="now", next_attempt_at=AT) for number in range(23)
    )
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_books", "--only", "outbox.nothing_is_stuck", stdout=out)
    assert out.getvalue().count("due since") == 20
    assert "and 3 others" in out.getvalue()
