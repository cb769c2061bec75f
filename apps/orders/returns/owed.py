"""Count and write what a return owes the shopper."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Sum

from apps.core.money import Money
from apps.markets.queries import shop_for_market
from apps.orders import delivery
from apps.orders.enums import PaymentState
from apps.orders.models import Line, Order, Payment, Refund, RefundLine, RefundTender, Return, ReturnLine
from apps.orders.returns.amounts import Bought, Worth, delivery_worth, worth_of


def owe(*, row: Return, lines: list[ReturnLine], payments: Sequence[Payment], at: datetime) -> Refund | None:
    """
    Write what is to be sent back for the accepted units of a return's lines, None when that is nothing.

    The share of each line, its discount and tax inside, and the delivery once every unit of the order was accepted.
    It goes back the way it came: to the payment of the rest first, then to gift cards and store credit, none of them
    above what it paid (C. conso L221-24). payments: of the order, locked. Call under the order's lock. Five to eight
    statements for any number of lines.
    """
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
        amount_minor=amount,
        tax_minor=sum(part.tax_minor for part in parts.values()) + carried.tax_minor,
        delivery_minor=carried.amount_minor,
        delivery_tax_minor=carried.tax_minor,
        currency=order.currency,
        requested_at=at,
    )
    RefundTender.objects.bulk_create(_tenders(refund=refund, number=row.number, payments=payments))
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


def _tenders(*, refund: Refund, number: str, payments: Sequence[Payment]) -> list[RefundTender]:
    """Share a refund out over what the order was paid with, what was paid last first."""
    paid = [each for each in payments if each.state == PaymentState.PAID]
    owed = dict(
        RefundTender.objects.filter(payment__in=paid).values_list("payment_id").annotate(total=Sum("amount_minor"))
    )
    rest = refund.amount_minor
    tenders: list[RefundTender] = []
    for payment in sorted(paid, key=lambda each: (each.credit_account_id is not None, -each.pk)):
        amount = min(rest, payment.captured_minor - owed.get(payment.pk, 0))
        if amount:
            # The first keeps the name that refunds to one tender always had.
            key = f"refund-{number}" if not tenders else f"refund-{number}-{len(tenders) + 1}"
            tenders.append(RefundTender(refund=refund, payment=payment, amount_minor=amount, idempotency_key=key))
            rest -= amount
    if rest:
        raise ValueError(f"return {number} owes {refund.amount_minor}, {rest} more than its order paid")
    return tenders


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
