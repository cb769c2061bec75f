"""Reads of changes: what may still be changed, the versions of an order, and whether its money adds up."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Case, Max, Q, QuerySet, Sum, Value, When

from apps.core.money import Money
from apps.orders.enums import EditState, FulfilmentState, PaymentState
from apps.orders.models import Fulfilment, FulfilmentLine, Line, Order, OrderEdit, Payment, Refund, RefundLine
from apps.orders.worth import bought_of, sold_worth

FIRST = 1
"""The version of an order as it was placed."""
STILL_OURS = (FulfilmentState.WAITING, FulfilmentState.EXPECTED, FulfilmentState.NEW, FulfilmentState.READY)
"""Nobody has begun to prepare these, or they only lie in a store until the shopper comes."""
BROUGHT = (
    PaymentState.PAID,
    PaymentState.AUTHORISED,
    PaymentState.VOID_DUE,
    PaymentState.VOIDED,
    PaymentState.REFUND_DUE,
    PaymentState.REFUNDED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """
    An order's money, in minor units: what was paid or set aside for it, what went or goes back, what is owed for the
    rest.

    owed is counted from the units that stay and the delivery, not from the payments, so the three prove each other.
    """

    paid_minor: int
    back_minor: int
    owed_minor: int
    units: dict[str, int]

    @property
    def is_even(self) -> bool:
        """Whether what stays paid is what is owed."""
        return self.paid_minor - self.back_minor == self.owed_minor

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


def changeable(*, order_id: int) -> QuerySet[Fulfilment]:
    """
    Return an order's fulfilments nobody has begun with: waiting ones first, then expected ones, the newest first, last
    what is ready to be collected.
    """
    rows = Fulfilment.objects.filter(order_id=order_id, state__in=STILL_OURS, sent_at__isnull=True)
    ranks = [When(state=state, then=Value(rank)) for rank, state in enumerate(STILL_OURS)]
    return rows.order_by(Case(*ranks), "-id")


def open_units(*, order_id: int) -> dict[int, int]:
    """Return line id → units that may still be taken out of an order."""
    rows = FulfilmentLine.objects.filter(fulfilment__in=changeable(order_id=order_id).order_by())
    return dict(rows.values_list("line_id").annotate(units=Sum("quantity")))


def version_of(*, order_id: int) -> int:
    """Return which version of an order holds now."""
    rows = OrderEdit.objects.filter(order_id=order_id, state=EditState.CONFIRMED)
    return rows.aggregate(last=Max("version"))["last"] or FIRST


def versions(*, order_id: int) -> QuerySet[OrderEdit]:
    """Return the confirmed changes of an order, oldest first."""
    rows = OrderEdit.objects.filter(order_id=order_id, state=EditState.CONFIRMED)
    return rows.select_related("given_back").order_by("version")


def balance_of(*, order_id: int) -> Balance:
    """Count an order's money as it stands. Five statements. What was deducted for use stays owed."""
    order = Order.objects.get(pk=order_id)
    gone = {
        line_id: (units, deducted or 0)
        for line_id, units, deducted in RefundLine.objects.filter(line__order_id=order_id)
        .values_list("line_id")
        .annotate(units=Sum("quantity"), deducted=Sum("deducted_minor"))
    }
    refunds = Refund.objects.filter(parent__order_id=order_id).aggregate(
        back=Sum("amount_minor"), delivery=Sum("delivery_minor")
    )
    owed = Money(order.shipping_incl_tax, order.currency).minor - (refunds["delivery"] or 0)
    units: dict[str, int] = {}
    for line in Line.objects.filter(order_id=order_id).order_by("position", "id"):
        back, deducted = gone.get(line.pk, (0, 0))
        bought = bought_of(line=line, currency=order.currency)
        owed += sold_worth(bought=bought, units=line.quantity - back).amount_minor + deducted
        units[str(line.pk)] = line.quantity - back
    paid = Payment.objects.filter(Q(state__in=BROUGHT), order_id=order_id).aggregate(all=Sum("amount_minor"))
    return Balance(paid_minor=paid["all"] or 0, back_minor=refunds["back"] or 0, owed_minor=owed, units=units)
