"""
What of an authorised payment is charged for what left, and what of it may still be let go. Minor units.

Gift cards, store credit and what came back of another order, which were here before, pay for what leaves first; the
authorised payment pays the rest. So captures and releases of an order sum to what was authorised, to the cent
(`orders.worth`).
"""

from collections.abc import Sequence

from django.db.models import Sum

from apps.core.money import Money
from apps.markets.enums import CapturePolicy
from apps.orders.enums import PaymentState
from apps.orders.models import FulfilmentLine, Line, Order, Payment, PaymentCapture
from apps.orders.worth import bought_of, sold_worth

# Payments whose money is here or set aside for the order.
GOOD = frozenset({PaymentState.PAID, PaymentState.AUTHORISED, PaymentState.VOID_DUE})


def left_minor(*, order: Order) -> int:
    """Return what the goods of an order that left cost, with the delivery from the first parcel on. Two statements."""
    parcels = FulfilmentLine.objects.filter(fulfilment__order_id=order.pk, fulfilment__shipped_at__isnull=False)
    left = dict(parcels.values_list("line_id").annotate(units=Sum("quantity")))
    if not left:
        return 0
    goods = sum(
        sold_worth(bought=bought_of(line=line, currency=order.currency), units=left[line.pk]).amount_minor
        for line in Line.objects.filter(pk__in=left)
    )
    return goods + Money(order.shipping_incl_tax, order.currency).minor


def asked_minor(*, payment: Payment) -> int:
    """Return what of a payment was asked to be charged, whatever became of it. One statement."""
    asked = PaymentCapture.objects.filter(payment_id=payment.pk).aggregate(minor=Sum("amount_minor"))["minor"]
    return int(asked or 0)


def due_minor(*, order: Order, payment: Payment, payments: Sequence[Payment]) -> int:
    """
    Return what of an authorised payment is to be charged by now, what was asked before included.

    payments: of the order, locked. Three statements.
    """
    asked = asked_minor(payment=payment)
    most = payment.amount_minor - payment.released_minor
    left = left_minor(order=order)
    if left and payment.capture == CapturePolicy.AT_FIRST_SHIPMENT:
        return most
    by_credit = sum(each.captured_minor for each in payments if each.is_ours and each.state == PaymentState.PAID)
    return max(asked, min(left - by_credit, most))


def here_minor(*, order: Order, payment: Payment, payments: Sequence[Payment]) -> int:
    """Return what of a payment may be sent back: what was captured, or will be for what left already."""
    if payment.state == PaymentState.AUTHORISED:
        return due_minor(order=order, payment=payment, payments=payments)
    return payment.captured_minor if payment.state in GOOD else 0


def releasable_minor(*, order: Order, payment: Payment, payments: Sequence[Payment]) -> int:
    """Return what of a payment is set aside for goods that have not left: it can be let go, nothing is to be sent."""
    if payment.state != PaymentState.AUTHORISED:
        return 0
    due = due_minor(order=order, payment=payment, payments=payments)
    return payment.amount_minor - payment.released_minor - due
