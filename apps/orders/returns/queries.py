"""Reads of returns: what may still be given back, an order's returns, what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet, Sum

from apps.catalog.enums import NO_WITHDRAWAL
from apps.inventory.models import Location
from apps.orders.enums import OrderState, ReturnState
from apps.orders.models import Fulfilment, Line, Order, RefundTender, Return, ReturnLine, ReturnPhoto
from apps.orders.payments.gateways.registry import find_gateway
from apps.orders.returns import window

BOUGHT = frozenset({OrderState.CONFIRMED, OrderState.IN_FULFILMENT, OrderState.SHIPPED, OrderState.DELIVERED})
WARN_BEFORE = timedelta(days=2)
"""Staff are told so long before a refund is overdue: on the twelfth day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    A line of an order and how many of its units are not given back yet. exception: why it cannot be, if so. ends_at:
    when its time to withdraw ends, None while not every parcel has arrived.
    """

    line: Line
    left: int
    ends_at: datetime | None = None

    @property
    def exception(self) -> str:
        """Why there is no right to withdraw from it, "" where there is one."""
        is_excepted = self.line.withdrawal_exception in NO_WITHDRAWAL
        return str(self.line.get_withdrawal_exception_display()) if is_excepted else ""

    def is_over(self, *, at: datetime) -> bool:
        """Whether its time to withdraw has ended."""
        return self.ends_at is not None and at > self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a shopper may withdraw from."""

    choices: tuple[Choice, ...]

    @property
    def ends_at(self) -> datetime | None:
        """When the last of it ends; None while not every parcel has arrived."""
        return max((choice.ends_at for choice in self.choices if choice.ends_at), default=None)

    @property
    def days(self) -> tuple[int, ...]:
        """The days promised with each of its lines."""
        return tuple(choice.line.withdrawal_days for choice in self.choices)

    @property
    def left(self) -> int:
        """Units that are not given back yet and that the law lets be given back, in time or not."""
        return sum(choice.left for choice in self.choices if not choice.exception)


def right_of(*, order: Order) -> Right:
    """Return what of a bought order is not given back yet. Four statements at most, whatever it holds."""
    fulfilments = list(Fulfilment.objects.filter(order_id=order.pk))
    lines = list(Line.objects.filter(order_id=order.pk).order_by("position", "id"))
    given = given_back(order_id=order.pk)
    ends = window.ends(order=order, fulfilments=fulfilments, days=[line.withdrawal_days for line in lines])
    return Right(
        choices=tuple(
            Choice(line=line, left=line.quantity - given.get(line.pk, 0), ends_at=ends.get(line.withdrawal_days))
            for line in lines
        )
    )


def number_of(*, order: Order) -> str:
    """Return the next number of a return of this order; under the order's lock."""
    return f"{order.number}-R{Return.objects.filter(order_id=order.pk).count() + 1}"


def given_back(*, order_id: int) -> dict[int, int]:
    """Return line id → units declared in returns that count: all but those whose goods the shopper keeps."""
    rows = ReturnLine.objects.filter(parent__order_id=order_id).exclude(parent__state=ReturnState.CANCELLED)
    return dict(rows.values_list("line_id").annotate(units=Sum("quantity")))


def leaves_nothing(*, order: Order, units: Mapping[int, int]) -> bool:
    """Whether with these units (line id → units) nothing of an order is left, so that its delivery goes back too."""
    given = given_back(order_id=order.pk)
    lines = Line.objects.filter(order_id=order.pk).values_list("pk", "quantity")
    return all(given.get(pk, 0) + units.get(pk, 0) >= quantity for pk, quantity in lines)


def is_open(*, order: Order, right: Right, at: datetime) -> bool:
    """Whether the shopper may still withdraw from something."""
    open_ = (choice for choice in right.choices if not choice.exception and not choice.is_over(at=at))
    return order.state in BOUGHT and any(choice.left > 0 for choice in open_)


def returns_of(*, order_id: int) -> list[Return]:
    """
    Return an order's returns with their lines, refunds, tenders and photos (without their content), oldest first. Five
    statements, one for none.
    """
    rows = (
        Return.objects.filter(order_id=order_id)
        .select_related("refund", "location", "drop_off", "order")
        .order_by("declared_at", "id")
    )
    photos = Prefetch("photos", queryset=ReturnPhoto.objects.defer("content").order_by("position"))
    return list(
        rows.prefetch_related("lines__line", "refund__lines", "refund__tenders__payment__credit_account", photos)
    )


def by_hand(tender: RefundTender) -> bool:
    """Whether a person sends this part of a refund: it was paid by transfer, or through a provider that is gone."""
    payment = tender.payment
    gateway = find_gateway(code=payment.gateway)
    return payment.credit_account_id is None and (gateway is None or not gateway.is_remote)


def of_number(*, order_number: str, number: str, market_id: int) -> Return | None:
    """Return a return of an order of a market by its number, with its goods and places; None when it is not there."""
    rows = Return.objects.filter(number=number, order__number=order_number, order__market_id=market_id)
    rows = rows.select_related("order__market", "order__shipping_address", "drop_off").prefetch_related("lines__line")
    return rows.first()


def drop_offs(*, order: Order) -> QuerySet[Location]:
    """Return the places in the order's country where its goods may be brought back, by town."""
    places = Location.objects.filter(is_active=True, takes_returns=True, country=order.market.country)
    return places.order_by("city", "name")


def due(*, at: datetime) -> QuerySet[Return]:
    """Return what must be refunded within WARN_BEFORE, or should have been, most urgent first."""
    waiting = Q(state__in=[ReturnState.DECLARED, ReturnState.REFUND_DUE])
    rows = Return.objects.filter(waiting, refund_due_at__lt=at + WARN_BEFORE).select_related("order")
    return rows.order_by("refund_due_at", "id")
