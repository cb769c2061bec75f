"""The tables of legal moves of orders, payments, fulfilments and returns; the database holds them too."""

from apps.orders.enums import FulfilmentState, OrderState, PaymentState, ReturnState

ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderState.PLACED: frozenset({OrderState.CONFIRMED, OrderState.EXPIRED, OrderState.CANCELLED}),
    OrderState.CONFIRMED: frozenset({OrderState.IN_FULFILMENT, OrderState.CANCELLED}),
    OrderState.IN_FULFILMENT: frozenset({OrderState.SHIPPED, OrderState.CANCELLED}),
    OrderState.SHIPPED: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}

# What a yes may make of a payment: the money is here or set aside, or it came too late and goes back or is let go.
_A_YES = frozenset({PaymentState.PAID, PaymentState.AUTHORISED, PaymentState.REFUND_DUE, PaymentState.VOID_DUE})
PAYMENT_MOVES: dict[str, frozenset[str]] = {
    PaymentState.CREATED: frozenset({PaymentState.PENDING, PaymentState.REFUSED, PaymentState.EXPIRED, *_A_YES}),
    PaymentState.PENDING: frozenset({PaymentState.REFUSED, PaymentState.EXPIRED, *_A_YES}),
    # A provider may say yes after it said no or after we gave up: the money is real, so it is kept or owed back.
    PaymentState.REFUSED: _A_YES,
    PaymentState.EXPIRED: frozenset({PaymentState.REFUND_DUE, PaymentState.VOID_DUE}),
    PaymentState.AUTHORISED: frozenset({PaymentState.PAID, PaymentState.VOID_DUE}),
    # Let go of the rest: what was charged before is paid, or nothing was.
    PaymentState.VOID_DUE: frozenset({PaymentState.PAID, PaymentState.VOIDED}),
    PaymentState.VOIDED: frozenset(),
    PaymentState.PAID: frozenset({PaymentState.REFUND_DUE}),
    PaymentState.REFUND_DUE: frozenset({PaymentState.REFUNDED}),
    PaymentState.REFUNDED: frozenset(),
}

FULFILMENT_MOVES: dict[str, frozenset[str]] = {
    FulfilmentState.WAITING: frozenset({FulfilmentState.REPLACED, FulfilmentState.CANCELLED}),
    FulfilmentState.EXPECTED: frozenset(
        {FulfilmentState.REPLACED, FulfilmentState.REJECTED, FulfilmentState.CANCELLED}
    ),
    FulfilmentState.NEW: frozenset(
        {
            FulfilmentState.PICKED,
            FulfilmentState.PACKED,
            FulfilmentState.READY,
            FulfilmentState.SHIPPED,
            FulfilmentState.REJECTED,
            FulfilmentState.CANCELLED,
        }
    ),
    FulfilmentState.PICKED: frozenset(
        {
            FulfilmentState.PACKED,
            FulfilmentState.READY,
            FulfilmentState.SHIPPED,
            FulfilmentState.REJECTED,
            FulfilmentState.CANCELLED,
        }
    ),
    FulfilmentState.PACKED: frozenset(
        {FulfilmentState.READY, FulfilmentState.SHIPPED, FulfilmentState.REJECTED, FulfilmentState.CANCELLED}
    ),
    FulfilmentState.READY: frozenset({FulfilmentState.SHIPPED, FulfilmentState.REJECTED, FulfilmentState.CANCELLED}),
    FulfilmentState.SHIPPED: frozenset({FulfilmentState.DELIVERED}),
    FulfilmentState.DELIVERED: frozenset(),
    FulfilmentState.REJECTED: frozenset(),
    FulfilmentState.REPLACED: frozenset(),
    FulfilmentState.CANCELLED: frozenset(),
}

RETURN_MOVES: dict[str, frozenset[str]] = {
    ReturnState.DECLARED: frozenset({ReturnState.REFUND_DUE, ReturnState.REFUSED, ReturnState.CANCELLED}),
    ReturnState.REFUND_DUE: frozenset({ReturnState.REFUNDED}),
    ReturnState.REFUNDED: frozenset(),
    ReturnState.REFUSED: frozenset(),
    ReturnState.CANCELLED: frozenset(),
    ReturnState.NOT_SENT: frozenset(),
}
