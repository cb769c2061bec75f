"""Staff, shoppers and the clock do anything in any order to one order: the books agree after every step."""

import contextlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from apps.core import books
from apps.core.errors import Refusal
from apps.core.testing import drain_outbox
from apps.orders.cancellation import cancel_order
from apps.orders.enums import FulfilmentState, OrderState, RejectReason
from apps.orders.fulfilment import operations, rerouting
from apps.orders.models import Fulfilment, Order, Return
from apps.orders.moves import FULFILMENT_MOVES, ORDER_MOVES
from apps.orders.returns import operations as returns
from apps.orders.returns import unsent, waiting
from apps.orders.transitions import IllegalMove, move_fulfilment, move_order
from tests.factories.network import DEPOT, LILLE, MARAIS, NAMES, WHERE, make_network, make_rule
from tests.factories.orders import AT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BY = "user:9"
PICK = st.integers(0, 9)


class Walk(RuleBasedStateMachine):
    """One order, and everything that may be tried with it."""

    network = None

    @initialize(units=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 2), min_size=1))
    def place(self, units):
        for sku, place in WHERE.items():
            self.network.put(sku=sku, at=place, units=_free_after(self.network, sku, place))
        self.at = AT
        self.order = self.network.paid(units=units)

    def some(self, pick, *states):
        rows = list(Fulfilment.objects.filter(order=self.order, state__in=states).order_by("id"))
        return rows[pick % len(rows)] if rows else None

    def attempt(self, call):
        self.at += timedelta(minutes=1)
        with contextlib.suppress(Refusal):
            call()

    @rule(pick=PICK, take=st.booleans())
    def ship(self, pick, take):
        row = self.some(pick, *FulfilmentState.values)
        if row is None:
            return
        units = {line.line_id: 1 for line in row.lines.all()} if take else None
        said = {"carrier": "GLS", "tracking_code": "T", "by": BY}
        self.attempt(lambda: operations.ship(fulfilment_id=row.pk, units=units, at=self.at, **said))

    @rule(pick=PICK, reason=st.sampled_from(RejectReason.values), one=st.booleans())
    def reject(self, pick, reason, one):
        row = self.some(pick, *FulfilmentState.values)
        if row is None:
            return
        units = {line.line_id: 1 if one else line.quantity for line in row.lines.all()}
        said = {"reason": reason, "note": "", "by": BY}
        self.attempt(lambda: rerouting.reject(fulfilment_id=row.pk, units=units, at=self.at, **said))

    @rule(pick=PICK, move=st.sampled_from(("pick", "pack", "deliver")))
    def move_on(self, pick, move):
        row = self.some(pick, *FulfilmentState.values)
        if row is not None:
            self.attempt(lambda: getattr(operations, move)(fulfilment_id=row.pk, by=BY, at=self.at))

    @rule(pick=PICK)
    def split(self, pick):
        row = self.some(pick, "new", "picked", "packed")
        if row is not None and row.lines.exists():
            units = {row.lines.order_by("id")[0].line_id: 1}
            self.attempt(lambda: operations.split(fulfilment_id=row.pk, units=units, by=BY, at=self.at))

    @rule(sku=st.sampled_from(NAMES), place=st.sampled_from((DEPOT, MARAIS, LILLE)))
    def stock_comes_and_the_clock_looks(self, sku, place):
        self.network.put(sku=sku, at=place, units=_free_after(self.network, sku, place))
        waiting.work_off(at=self.at)

    @rule(pick=PICK)
    def give_up(self, pick):
        row = self.some(pick, *FulfilmentState.values)
        if row is not None:
            self.attempt(lambda: unsent.give_up(fulfilment_id=row.pk, reason="gone", by=BY, at=self.at))

    @rule()
    def cancel(self):
        self.attempt(lambda: cancel_order(order_id=self.order.pk, reason="changed their mind", by=BY, at=self.at))

    @rule(pick=PICK)
    def withdraw_and_inspect(self, pick):
        lines = list(self.order.lines.order_by("position"))
        line = lines[pick % len(lines)]
        said = {"name": "Demo", "email": "demo@example.com", "by": returns.SHOPPER}
        self.attempt(lambda: returns.declare_withdrawal(order_id=self.order.pk, units={line.pk: 1}, at=self.at, **said))
        for row in Return.objects.filter(order=self.order, state="declared"):
            found = {each.pk: returns.Found(sellable=each.quantity) for each in row.lines.all()}
            said = {"location_id": self.network.places[DEPOT].pk, "note": "", "by": BY}
            self.attempt(
                lambda row=row, found=found, said=said: returns.inspect_return(
                    return_id=row.pk, found=found, at=self.at, **said
                )
            )

    @rule(pick=PICK, to=st.sampled_from(FulfilmentState.values), order_to=st.sampled_from(OrderState.values))
    def illegal_moves_are_impossible_for_code_and_for_sql(self, pick, to, order_to):
        row = self.some(pick, *FulfilmentState.values)
        if row is not None and to not in FULFILMENT_MOVES[row.state] and to != row.state:
            with pytest.raises(IllegalMove):
                move_fulfilment(fulfilment_id=row.pk, to=to, by=BY, at=self.at)
            refused_by_database("order_fulfilment", row.pk, to)
        order = Order.objects.get(pk=self.order.pk)
        if order_to not in ORDER_MOVES[order.state] and order_to != order.state:
            with pytest.raises(IllegalMove):
                move_order(order_id=order.pk, to=order_to, by=BY, at=self.at)
            refused_by_database("order_order", order.pk, order_to)

    @invariant()
    def books_agree(self):
        if not hasattr(self, "order"):
            return
        drain_outbox(at=self.at)
        broken = [(each.invariant.name, each.exceptions) for each in books.prove(at=self.at).broken]
        assert broken == []


def refused_by_database(table, pk, state):
    with pytest.raises(DatabaseError, match="may not move"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET state = %s WHERE id = %s", [state, pk])


def _free_after(network, sku, place):
    """Two units more than are promised there."""
    levels = network.goods[sku].levels.filter(location=network.places[place])
    return max(levels.values_list("reserved", flat=True), default=0) + 2


def test_any_walk_keeps_the_books_right():
    network = make_network()
    make_rule(network=network, name="One", max_parcels=1)
    make_rule(network=network, name="Part from stores", kinds=["store"], action="part")
    make_rule(network=network, name="Four", max_parcels=4)
    make_rule(network=network, name="Wait", action="wait", wait_days=3)
    Walk.network = network
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Walk, settings=settings(max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=checks)
    )
