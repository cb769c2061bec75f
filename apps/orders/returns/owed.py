"""Count and write what a return owes the shopper."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Sum

from apps.core.money import Money
from apps.markets.queries import shop_for_market
from apps.orders import delivery
from apps.orders.models import Line, Order, Payment, Refund, RefundLine, Return, ReturnLine
from apps.orders.returns.amounts import Bought, Worth, delivery_worth, worth_of


def owe(*, row: Return, lines: list[ReturnLine], payment: Payment, at: datetime) -> Refund | None:
    """
    Write what is to be sent back for the accepted units of a return's lines, None when that is nothing.

    The share of each line, its discount and tax inside, and the delivery once every unit of the order was accepted.
    Call under the order's lock. Three to six statements for any number of lines.
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
