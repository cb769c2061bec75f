"""Say what came back: goods to the shelf, money to the shopper, or a refusal with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.core import locks, outbox
from apps.core.money import Money
from apps.inventory import operations as inventory
from apps.markets.queries import shop_for_market
from apps.orders import delivery, transitions
from apps.orders.enums import PaymentState, ReturnState
from apps.orders.models import Line, Order, Payment, Refund, RefundLine, Return, ReturnLine
from apps.orders.returns.amounts import Bought, Worth, delivery_worth, worth_of
from apps.orders.returns.errors import NotCounted, NoteMissing, ReasonMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of one line's units: to be sold again, accepted but not to be sold, refused."""

    sellable: int = 0
    damaged: int = 0
    refused: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return self.sellable + self.damaged + self.refused


@locks.retry_on_conflict()
@transaction.atomic
def inspect_return(
    *, return_id: int, found: Mapping[int, Found], location_id: int, note: str, by: str, at: datetime
) -> Return:
    """
    Decide a return: `found` says for each of its lines (return line id) what every unit is. by: "user:id", audited.

    Sellable units go back on hand at the location. What is accepted is owed back at once: the share of each line, its
    discount and tax inside, and the delivery once every unit of the order has been accepted. note: required when
    anything is refused. Locks stock, order, payments, return. Publishes refund.due, return.refunded (nothing to pay)
    or return.refused. Raises NotCounted, NoteMissing, IllegalMove (decided before); then nothing is written.
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
    order = locks.lock_row(queryset=Order.objects.filter(pk=row.order_id), rank=locks.Rank.ORDER)
    payments = locks.lock_rows(queryset=Payment.objects.filter(order_id=order.pk), rank=locks.Rank.PAYMENT)
    locked = locks.lock_row(queryset=Return.objects.filter(pk=return_id), rank=locks.Rank.RETURN)
    for line in lines:
        line.sellable, line.damaged, line.refused = (
            found[line.pk].sellable,
            found[line.pk].damaged,
            found[line.pk].refused,
        )
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
    ReturnLine.objects.bulk_update(lines, ["sellable", "damaged", "refused"])
    payload: dict[str, Any] = {"order_id": order.pk, "return_id": return_id}
    if not accepted:
        outbox.publish(topic="return.refused", key=order.number, payload=payload, at=at)
        return locked
    paid = next(each for each in payments if each.state == PaymentState.PAID)
    refund = _owe(row=row, lines=lines, payment=paid, at=at)
    if refund is None:
        # A gift: the goods cost nothing, so nothing goes back.
        transitions.move_return(return_id=return_id, to=ReturnState.REFUNDED, by=by, at=at, locked=locked)
        outbox.publish(topic="return.refunded", key=order.number, payload=payload, at=at)
    else:
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
    order_id = Return.objects.values_list("order_id", flat=True).get(pk=return_id)
    locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
    transitions.move_return(return_id=return_id, to=ReturnState.CANCELLED, by=by, at=at, reason=reason.strip())


def _check(*, lines: list[ReturnLine], found: Mapping[int, Found], note: str) -> None:
    for line in lines:
        told = found.get(line.pk, Found())
        if told.units != line.quantity or min(told.sellable, told.damaged, told.refused) < 0:
            raise NotCounted(name=line.line.title, quantity=line.quantity)
    if any(each.refused for each in found.values()) and not note.strip():
        raise NoteMissing


def _sellable(*, lines: list[ReturnLine], found: Mapping[int, Found]) -> dict[int, int]:
    """Product id → units for the shelf; a product that was deleted since has no shelf."""
    back: dict[int, int] = {}
    for line in lines:
        if line.line.product_id and found[line.pk].sellable:
            back[line.line.product_id] = back.get(line.line.product_id, 0) + found[line.pk].sellable
    return back


def _owe(*, row: Return, lines: list[ReturnLine], payment: Payment, at: datetime) -> Refund | None:
    """Write what is to be sent back, None when that is nothing. Under the order's lock."""
    order = row.order
    before = dict(
        RefundLine.objects.filter(line__order_id=order.pk).values_list("line_id").annotate(units=Sum("quantity"))
    )
    parts = {
        line: worth_of(bought=_bought(line.line, order, before.get(line.line_id, 0)), units=line.accepted)
        for line in lines
        if line.accepted
    }
    after = {**before}
    for line in parts:
        after[line.line_id] = after.get(line.line_id, 0) + line.accepted
    carried = _delivery(order) if _is_whole(order, after) else Worth(0, 0)
    amount = sum(part.amount_minor for part in parts.values()) + carried.amount_minor
    if not amount:
        return None
    refund = Refund.objects.create(
        parent=row,
        payment=payment,
        amount_minor=amount,
        tax_minor=sum(part.tax_minor for part in parts.values()) + carried.tax_minor,
        delivery_minor=carried.amount_minor,
        delivery_tax_minor=carried.tax_minor,
        currency=order.currency,
        idempotency_key=f"refund-{row.number}",
        requested_at=at,
    )
    RefundLine.objects.bulk_create(
        [
            RefundLine(
                refund=refund,
                line_id=line.line_id,
                quantity=line.accepted,
                amount_minor=part.amount_minor,
                tax_minor=part.tax_minor,
            )
            for line, part in parts.items()
        ]
    )
    return refund


def _bought(line: Line, order: Order, paid_back: int) -> Bought:
    gross = Money(line.line_price_incl_tax, order.currency).minor
    return Bought(
        quantity=line.quantity,
        amount_minor=gross,
        tax_minor=gross - Money(line.line_price_excl_tax, order.currency).minor,
        paid_back=paid_back,
    )


def _is_whole(order: Order, accepted: Mapping[int, int]) -> bool:
    """Whether nothing of the contract is left: then its delivery goes back too (CJEU C-511/08, Heine)."""
    rows = Line.objects.filter(order_id=order.pk).values_list("pk", "quantity")
    return all(accepted.get(line_id, 0) == quantity for line_id, quantity in rows)


def _delivery(order: Order) -> Worth:
    gross = Money(order.shipping_incl_tax, order.currency).minor
    net = Money(order.shipping_excl_tax, order.currency).minor
    shop = shop_for_market(market_code=order.market.code, language=order.language)
    shows_tax = shop.market.prices_include_tax
    goods = order.total_incl_tax - order.shipping_incl_tax
    if not shows_tax:
        goods = order.total_excl_tax - order.shipping_excl_tax
    offers = delivery.options(shop=shop, goods=Money(goods, order.currency), at=order.date_placed)
    shown = gross if shows_tax else net
    return delivery_worth(
        paid=Worth(gross, gross - net),
        shown_minor=shown,
        standard_minor=min((each.price.minor for each in offers), default=shown),
    )
