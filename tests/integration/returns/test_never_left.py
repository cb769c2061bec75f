"""Goods that are withdrawn from before they leave: nobody says they came back, and they are paid back once."""

from datetime import timedelta

import pytest

from apps.core.models import AuditEvent
from apps.core.testing import drain_outbox
from apps.inventory.models import StockLevel
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.fulfilment import rerouting
from apps.orders.models import Fulfilment, Refund, Return
from apps.orders.returns import unsent
from apps.orders.returns.errors import NotLeftYet
from tests.integration.returns.helpers import BACK, LATER, arrived, assert_books_hold, declare, inspect, line_of
from tests.integration.returns.test_withdrawal_pages import read

pytestmark = pytest.mark.django_db

BY = "user:7"


def being_picked(*, quantity=2):
    """An order of some units of which somebody fetches the first from the shelf."""
    waiting = arrived(ship=False, quantity=quantity)
    row = Fulfilment.objects.get(order_id=waiting.order_id)
    fulfilments.pick(fulfilment_id=row.pk, by=BY, at=LATER)
    return waiting, row


def stop(waiting, row, units):
    rerouting.reject(
        fulfilment_id=row.pk, units={line_of(waiting).pk: units}, reason="damaged", note="", by=BY, at=BACK
    )
    open_ = Fulfilment.objects.get(order_id=waiting.order_id, state="waiting")
    unsent.give_up(fulfilment_id=open_.pk, reason="broken here", by=BY, at=BACK)
    drain_outbox(at=BACK)


def test_nobody_says_that_goods_came_back_before_they_left():
    waiting, row = being_picked()
    made = declare(waiting, at=LATER)
    shelf = StockLevel.objects.values_list("on_hand", "reserved").get()
    with pytest.raises(NotLeftYet) as refusal:
        inspect(made, sellable=1)
    assert refusal.value.params == {"name": line_of(waiting).title, "left": 0}
    with pytest.raises(NotLeftYet):
        inspect(made, refused=1, note="did not come")
    assert (Return.objects.get().state, Refund.objects.count()) == ("declared", 0)
    assert StockLevel.objects.values_list("on_hand", "reserved").get() == shelf
    fulfilments.ship(fulfilment_id=row.pk, carrier="Demo Post", tracking_code="X1", by=BY, at=BACK)
    assert inspect(made, sellable=1, at=BACK + timedelta(hours=1)).state == "refunded"
    assert_books_hold(at=BACK + timedelta(hours=2))


def test_units_that_left_before_do_not_cover_those_that_did_not():
    waiting, row = being_picked()
    fulfilments.ship(
        fulfilment_id=row.pk,
        units={line_of(waiting).pk: 1},
        carrier="Demo Post",
        tracking_code="X1",
        by=BY,
        at=LATER,
    )
    first, second = declare(waiting, at=BACK), declare(waiting, at=BACK)
    inspect(first, sellable=1)
    with pytest.raises(NotLeftYet):
        inspect(second, sellable=1)


def test_goods_stopped_after_the_withdrawal_are_paid_back_once_and_awaited_no_more(client):
    waiting, row = being_picked()
    made = declare(waiting, units=1, at=LATER)
    stop(waiting, row, 2)
    other = Return.objects.exclude(pk=made.pk).get()
    assert (Return.objects.get(pk=made.pk).state, other.lines.get().unsent) == ("cancelled", 2)
    assert Refund.objects.get().amount_minor == 2490
    assert_books_hold()
    tracking = read(client.get(f"/fr-fr/orders/{waiting.token}/"))
    assert "il n’y a donc rien à renvoyer" in tracking
    assert "never_left" not in tracking


def test_what_a_return_awaits_less_is_audited():
    waiting, row = being_picked(quantity=3)
    made = declare(waiting, units=2, at=LATER)
    stop(waiting, row, 2)
    said = AuditEvent.objects.get(action="return.await_less")
    line = line_of(waiting).pk
    assert (said.target, said.actor) == (f"order.return:{made.pk}", BY)
    assert (said.before, said.after) == ({"line": line, "units": 2}, {"line": line, "units": 1})


def test_the_unit_that_still_leaves_is_awaited_still():
    waiting, row = being_picked()
    made = declare(waiting, units=1, at=LATER)
    stop(waiting, row, 1)
    assert Return.objects.get(pk=made.pk).state == "declared"
    assert Refund.objects.get().amount_minor == 1000
    left = Fulfilment.objects.get(order_id=waiting.order_id, state="picked")
    fulfilments.ship(fulfilment_id=left.pk, carrier="Demo Post", tracking_code="X1", by=BY, at=BACK)
    inspect(made, sellable=1, at=BACK)
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [1000, 1490]
    assert_books_hold()
