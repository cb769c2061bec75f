"""Count and write what a return owes the shopper."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import Sum

from apps.core.money import Money, from_minor
from apps.markets.queries import shop_for_market
from apps.orders import delivery
from apps.orders.enums import RefundState
from apps.orders.models import Line, Order, Payment, Refund, RefundLine, RefundTender, Return, ReturnLine
from apps.orders.payments import parts
from apps.orders.payments.operations.capturing import release
from apps.orders.returns.errors import DeductionTooHigh
from apps.orders.worth import Worth, bought_of, delivery_worth, portion, worth_of


def owe(
    *,
    row: Return,
    lines: list[ReturnLine],
    payments: Sequence[Payment],
    by: str,
    at: datetime,
    deductions: Mapping[int, int] | None = None,
) -> Refund | None:
    """
    Write what is to be sent back for the accepted units of a return's lines, None when that is nothing.

    The share of each line, its discount and tax inside, less what is deducted for it (order line id → minor units), and
    the delivery once every unit of the order was accepted.
    It goes back the way it came: to the payment of the rest first, then to gift cards and store credit, none of them
    above what it paid (C. conso L221-24). What was only authorised for goods that never left is let go at once; where
    that is all, the refund is sent already. payments: of the order, locked. Call under the order's lock. by: who let it
    go. A fixed number of statements for any number of lines.
    """
    order = row.order
    before = dict(
        RefundLine.objects.filter(line__order_id=order.pk).values_list("line_id").annotate(units=Sum("quantity"))
    )
    deducted = deductions or {}
    worth = {
        line: _less(
            line,
            worth_of(
                bought=bought_of(line=line.line, currency=order.currency),
                units=line.accepted,
                paid_back=before.get(line.line_id, 0),
            ),
            deducted.get(line.line_id, 0),
            currency=order.currency,
        )
        for line in lines
        if line.accepted
    }
    after = {**before}
    for line in worth:
        after[line.line_id] = after.get(line.line_id, 0) + line.accepted
    carried = _delivery(order) if _is_whole(order, after) else Worth(0, 0)
    amount = sum(part.amount_minor for part in worth.values()) + carried.amount_minor
    if not amount:
        return None
    refund = Refund.objects.create(
        parent=row,
        amount_minor=amount,
        tax_minor=sum(part.tax_minor for part in worth.values()) + carried.tax_minor,
        delivery_minor=carried.amount_minor,
        delivery_tax_minor=carried.tax_minor,
        currency=order.currency,
        requested_at=at,
    )
    never_left = all(line.unsent for line in lines)
    tenders = _tenders(refund=refund, order=order, number=row.number, payments=payments, never_left=never_left)
    RefundTender.objects.bulk_create(tenders)
    for tender in tenders:
        if tender.is_release:
            release(payment=tender.payment, amount_minor=tender.amount_minor, number=order.number, by=by, at=at)
    if all(tender.is_release for tender in tenders):
        refund.state, refund.sent_at = RefundState.SENT, at
        refund.save(update_fields=["state", "sent_at"])
    RefundLine.objects.bulk_create(
        [
            RefundLine(
                refund=refund,
                line_id=line.line_id,
                quantity=line.accepted,
                amount_minor=part.amount_minor,
                tax_minor=part.tax_minor,
                deducted_minor=deducted.get(line.line_id, 0),
            )
            for line, part in worth.items()
        ]
    )
    return refund


def _less(line: ReturnLine, worth: Worth, deducted_minor: int, *, currency: str) -> Worth:
    """What is left of a line's worth after a deduction, its tax in proportion. Raises DeductionTooHigh."""
    if not deducted_minor:
        return worth
    if deducted_minor >= worth.amount_minor:
        raise DeductionTooHigh(name=line.line.title, most=str(from_minor(worth.amount_minor, currency)))
    left = worth.amount_minor - deducted_minor
    return Worth(left, portion(worth.tax_minor, left, worth.amount_minor))


def _tenders(
    *, refund: Refund, order: Order, number: str, payments: Sequence[Payment], never_left: bool
) -> list[RefundTender]:
    """Share a refund out over what the order was paid with, what was paid last first."""
    rest = refund.amount_minor
    tenders: list[RefundTender] = []
    for payment, most, is_release in _sources(order=order, payments=payments, never_left=never_left):
        amount = min(rest, most)
        if amount <= 0:
            continue
        # The first keeps the name that refunds to one tender always had.
        key = f"refund-{number}" if not tenders else f"refund-{number}-{len(tenders) + 1}"
        tender = RefundTender(refund=refund, payment=payment, amount_minor=amount, idempotency_key=key)
        if is_release:
            tender.is_release, tender.state, tender.sent_at = True, RefundState.SENT, refund.requested_at
        tenders.append(tender)
        rest -= amount
    if rest:
        raise ValueError(f"return {number} owes {refund.amount_minor}, {rest} more than its order paid")
    return tenders


def _sources(*, order: Order, payments: Sequence[Payment], never_left: bool) -> Iterator[tuple[Payment, int, bool]]:
    """Where money for a refund may come from: the payment, how much, and whether it was never charged."""
    owed = dict(
        RefundTender.objects.filter(payment__in=payments, is_release=False)
        .values_list("payment_id")
        .annotate(total=Sum("amount_minor"))
    )
    for payment in sorted(payments, key=lambda each: (each.is_ours, -each.pk)):
        if never_left:
            yield payment, parts.releasable_minor(order=order, payment=payment, payments=payments), True
        here = parts.here_minor(order=order, payment=payment, payments=payments)
        yield payment, here - owed.get(payment.pk, 0), False


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
