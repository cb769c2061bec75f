"""Illegal moves are refused by the operation and by the database."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.models import AuditEvent
from apps.orders import legal_moves, transitions
from apps.orders.enums import OrderState
from apps.orders.models import Fulfilment, Order, Payment, Transition
from apps.orders.moves import ORDER_MOVES
from apps.orders.transitions import IllegalMove
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db


def test_move_order_writes_state_mirror_and_history():
    waiting = make_waiting_order()
    transitions.move_order(order_id=waiting.order_id, to="cancelled", by="user:3", at=AT, reason="asked by phone")
    assert (waiting.order.state, waiting.order.status) == ("cancelled", "cancelled")
    step = Transition.objects.latest("id")
    assert (step.machine, step.old, step.new, step.actor, step.reason) == (
        "order",
        "placed",
        "cancelled",
        "user:3",
        "asked by phone",
    )
    assert AuditEvent.objects.get(actor="user:3").action == "order.cancelled"


@pytest.mark.parametrize("to", sorted(set(OrderState) - ORDER_MOVES[OrderState.PLACED]))
def test_move_order_when_illegal_names_both_states_and_writes_nothing(to):
    waiting = make_waiting_order()
    before = Transition.objects.count()
    with pytest.raises(IllegalMove) as refusal:
        transitions.move_order(order_id=waiting.order_id, to=to, by="system:test", at=AT)
    assert (str(refusal.value.params["old"]), str(refusal.value.params["new"])) == (
        str(OrderState.PLACED.label),
        str(OrderState(to).label),
    )
    assert (waiting.order.state, Transition.objects.count()) == ("placed", before)


@pytest.mark.parametrize(("model", "to"), [(Order, "shipped"), (Payment, "refunded")])
def test_database_refuses_an_illegal_jump_by_plain_update(model, to):
    waiting = make_waiting_order()
    rows = model.objects.filter(pk=waiting.order_id if model is Order else waiting.payment_id)
    with pytest.raises(IntegrityError, match="may not move from"), transaction.atomic():
        rows.update(state=to)


def test_database_refuses_to_change_or_delete_history():
    make_waiting_order()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Transition.objects.update(actor="somebody else")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Transition.objects.all()._raw_delete("default")


@pytest.mark.parametrize("table", sorted(legal_moves.TABLES))
def test_database_holds_the_same_moves_as_the_code(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [f"{table}_legal_moves"])
        definition = cursor.fetchone()[0]
    assert legal_moves.moves_json(legal_moves.TABLES[table]) in definition


def test_every_state_has_its_moves_declared():
    for model, table in ((Order, "order_order"), (Payment, "order_payment"), (Fulfilment, "order_fulfilment")):
        states = {value for value, _label in model._meta.get_field("state").choices}
        assert set(legal_moves.TABLES[table]) == states
