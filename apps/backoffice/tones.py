"""How states look and read wherever staff meet them: the same colour in a list and on a page."""

from apps.orders.enums import (
    CaptureState,
    DisputeState,
    FulfilmentState,
    OrderState,
    PaymentState,
    ReturnState,
    SettleOutcome,
)

ORDER_TONES = {
    OrderState.PLACED: "wait",
    OrderState.CONFIRMED: "busy",
    OrderState.IN_FULFILMENT: "busy",
    OrderState.SHIPPED: "good",
    OrderState.DELIVERED: "good",
    OrderState.EXPIRED: "quiet",
    OrderState.CANCELLED: "quiet",
}
PAYMENT_TONES = {
    PaymentState.CREATED: "quiet",
    PaymentState.PENDING: "wait",
    PaymentState.AUTHORISED: "busy",
    PaymentState.PAID: "good",
    PaymentState.REFUSED: "bad",
    PaymentState.EXPIRED: "quiet",
    PaymentState.VOID_DUE: "wait",
    PaymentState.VOIDED: "quiet",
    PaymentState.REFUND_DUE: "bad",
    PaymentState.REFUNDED: "quiet",
}
DISPUTE_TONES = {
    DisputeState.OPEN: "bad",
    DisputeState.WON: "good",
    DisputeState.LOST: "quiet",
}
CAPTURE_TONES = {
    CaptureState.DUE: "wait",
    CaptureState.DONE: "good",
    CaptureState.REFUSED: "bad",
}
FULFILMENT_TONES = {
    FulfilmentState.WAITING: "bad",
    FulfilmentState.EXPECTED: "quiet",
    FulfilmentState.NEW: "wait",
    FulfilmentState.PICKED: "busy",
    FulfilmentState.PACKED: "busy",
    FulfilmentState.READY: "wait",
    FulfilmentState.SHIPPED: "good",
    FulfilmentState.DELIVERED: "good",
    FulfilmentState.REJECTED: "quiet",
    FulfilmentState.REPLACED: "quiet",
    FulfilmentState.CANCELLED: "quiet",
}
RETURN_TONES = {
    ReturnState.DECLARED: "wait",
    ReturnState.REFUND_DUE: "bad",
    ReturnState.REFUNDED: "good",
    ReturnState.REFUSED: "quiet",
    ReturnState.CANCELLED: "quiet",
    ReturnState.NOT_SENT: "quiet",
}


def outcome_words(outcome: str) -> str:
    """Return what became of a provider's notice, in words; one that is no longer written stays as it was."""
    return str(dict(SettleOutcome.choices).get(outcome, outcome))
