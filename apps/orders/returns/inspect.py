"""Say what came back: goods to the shelf, money to the shopper, or a refusal with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.core import locks, outbox
from apps.inventory import operations as inventory
from apps.markets.queries import market_by_code
from apps.orders import transitions
from apps.orders.enums import RefundState, ReturnState
from apps.orders.follow_ups import queries as follow_ups
from apps.orders.follow_ups import settle
from apps.orders.fulfilment.queries import units_left
from apps.orders.models import Order, Payment, Refund, Return, ReturnLine
from apps.orders.payments.queries import methods
from apps.orders.returns.errors import NotCounted, NoteMissing, NotLeftYet, ReasonMissing
from apps.orders.returns.owed import owe


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    What was found of one line's units: to be sold again, to be made good first, not to be sold, refused.

    deduct_minor: what is taken off the refund for use beyond what trying out needs, in minor units with tax.
    """

    sellable: int = 0
    refurbish: int = 0
    damaged: int = 0
    refused: int = 0
    deduct_minor: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return self.sellable + self.refurbish + self.damaged + self.refused

    def write(self, line: ReturnLine) -> None:
        """Put the units on the line they were found of."""
        line.sellable, line.refurbish, line.damaged, line.refused = (
            self.sellable,
            self.refurbish,
            self.damaged,
            self.refused,
        )

    @property
    def least(self) -> int:
        """The smallest number said."""
        return min(self.sellable, self.refurbish, self.damaged, self.refused, self.deduct_minor)


@locks.retry_on_conflict()
@transaction.atomic
def inspect_return(
    *, return_id: int, found: Mapping[int, Found], location_id: int, note: str, by: str, at: datetime
) -> Return:
    """
    Decide a return: `found` says for each of its lines (return line id) what every unit is. by: "user:id", audited.

    Sellable units go back on hand at the location. What is accepted is owed back at once: the share of each line, its
    discount and tax inside, less what is deducted for it (Directive 2011/83 art. 14(2), C. conso L221-23), and the
    delivery once every unit of the order has been accepted. Units to be made good are not put on hand: whoever has made
    them good receives them. note: required when anything is refused or deducted. Locks stock, order, payments, return.
    Publishes refund.due, return.refunded (nothing to pay) or return.refused. Raises NotCounted, NoteMissing,
    NotLeftYet, DeductionTooHigh, IllegalMove (decided before); then nothing is written.
    """
    row = Return.objects.select_related("order__market").get(pk=return_id)
    lines = list(ReturnLine.objects.filter(parent_id=return_id).select_related("line").order_by("id"))
    _check(lines=lines, found=found, note=note)
    back = _sellable(lines=lines, found=found)
    if back:
        inventory.take_back(
            location_id=location_id,
            quantities=back,
            reference=f"return:{row.number}",
            reason=note.strip(),
            by=by,
            at=at,
        )
    with_order = _Locked.of(row)
    order, payments = with_order.order, with_order.payments
    locked = locks.lock_row(queryset=Return.objects.filter(pk=return_id), rank=locks.Rank.RETURN)
    _check_left(row=locked, lines=lines)
    for line in lines:
        found[line.pk].write(line)
    accepted = any(line.accepted for line in lines)
    transitions.move_return(
        return_id=return_id,
        to=ReturnState.REFUND_DUE if accepted else ReturnState.REFUSED,
        by=by,
        at=at,
        reason=note.strip(),
        changes={"inspected_at": at, "location_id": location_id, "note": note.strip()},
        locked=locked,
    )
    ReturnLine.objects.bulk_update(lines, ["sellable", "refurbish", "damaged", "refused"])
    payload: dict[str, Any] = {"order_id": order.pk, "return_id": return_id}
    if not accepted:
        with_order.give_up(at=at)
        outbox.publish(topic="return.refused", key=order.number, payload=payload, at=at)
        return locked
    deductions = {line.line_id: found[line.pk].deduct_minor for line in lines}
    refund = owe(row=row, lines=lines, payments=payments, deductions=deductions, by=by, at=at)
    with_order.pay_with(refund, by=by, at=at)
    if refund is None or refund.state == RefundState.SENT:
        # A gift cost nothing, so nothing goes back; of an exchange all of it may have paid for the other goods.
        transitions.move_return(return_id=return_id, to=ReturnState.REFUNDED, by=by, at=at, locked=locked)
        outbox.publish(topic="return.refunded", key=order.number, payload=payload, at=at)
    if refund is not None:
        outbox.publish(topic="refund.due", key=order.number, payload={**payload, "refund_id": refund.pk}, at=at)
    return locked


@transaction.atomic
def close_return(*, return_id: int, reason: str, by: str, at: datetime) -> None:
    """
    Close a return whose goods never came: the shopper keeps them, and may withdraw again while the time runs.

    by: "user:id", audited. Locks order, then return. Raises ReasonMissing, IllegalMove.
    """
    if not reason.strip():
        raise ReasonMissing
    _Locked.of(Return.objects.get(pk=return_id)).give_up(at=at)
    transitions.move_return(return_id=return_id, to=ReturnState.CANCELLED, by=by, at=at, reason=reason.strip())


@dataclass(frozen=True, slots=True)
class _Locked:
    """A return's order with its payments, and with those of the order it is exchanged for; all of them locked."""

    order: Order
    payments: list[Payment]
    other: Order | None
    other_payments: list[Payment]

    @classmethod
    def of(cls, row: Return) -> "_Locked":
        follow_up = follow_ups.of_return(return_id=row.pk)
        ids = [row.order_id] if follow_up is None else [row.order_id, follow_up.order_id]
        orders = locks.lock_rows(
            queryset=Order.objects.select_related("market").filter(pk__in=ids), rank=locks.Rank.ORDER
        )
        payments = locks.lock_rows(queryset=Payment.objects.filter(order_id__in=ids), rank=locks.Rank.PAYMENT)
        return cls(
            order=next(each for each in orders if each.pk == row.order_id),
            payments=[each for each in payments if each.order_id == row.order_id],
            other=next((each for each in orders if each.pk != row.order_id), None),
            other_payments=[each for each in payments if each.order_id != row.order_id],
        )

    def pay_with(self, refund: Refund | None, *, by: str, at: datetime) -> None:
        """Let the refund pay for the order it is exchanged for."""
        if self.other is not None:
            market = market_by_code(code=self.other.market.code)
            ways = methods(market=market)
            method = self.order.payment_method if self.order.payment_method in ways else next(iter(ways), "")
            settle.pay_with(order=self.other, payments=self.other_payments, refund=refund, method=method, by=by, at=at)

    def give_up(self, *, at: datetime) -> None:
        """Let the order it was to be exchanged for end."""
        if self.other is not None:
            settle.give_up(order=self.other, payments=self.other_payments, at=at)


def _check(*, lines: list[ReturnLine], found: Mapping[int, Found], note: str) -> None:
    for line in lines:
        told = found.get(line.pk, Found())
        if told.units != line.quantity or told.least < 0:
            raise NotCounted(name=line.line.title, quantity=line.quantity)
    if any(each.refused or each.deduct_minor for each in found.values()) and not note.strip():
        raise NoteMissing


def _check_left(*, row: Return, lines: list[ReturnLine]) -> None:
    """Refuse to decide more units than left and were not decided before; under the order's lock. Two statements."""
    mine = {line.line_id for line in lines}
    left = units_left(order_id=row.order_id)
    decided = ReturnLine.objects.filter(line__in=mine, parent__inspected_at__isnull=False, unsent=0).exclude(
        parent_id=row.pk
    )
    before = dict(decided.values_list("line_id").annotate(units=Sum("quantity")))
    for line in lines:
        here = left.get(line.line_id, 0) - before.get(line.line_id, 0)
        if line.quantity > here:
            raise NotLeftYet(name=line.line.title, left=max(here, 0))


def _sellable(*, lines: list[ReturnLine], found: Mapping[int, Found]) -> dict[int, int]:
    """Product id → units for the shelf; a product that was deleted since has no shelf."""
    back: dict[int, int] = {}
    for line in lines:
        if line.line.product_id and found[line.pk].sellable:
            back[line.line.product_id] = back.get(line.line.product_id, 0) + found[line.pk].sellable
    return back
