"""The states of orders, payments and fulfilments, and the tables of their legal moves."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderState(models.TextChoices):
    """Where an order is, as staff and shopper both say it."""

    PLACED = "placed", _("Placed, waiting for payment")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_FULFILMENT = "in_fulfilment", _("Being prepared")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    EXPIRED = "expired", _("Expired unpaid")
    CANCELLED = "cancelled", _("Cancelled")


class PaymentState(models.TextChoices):
    """What we know of a payment. `pending` means the provider has not said yes or no."""

    CREATED = "created", _("Started")
    PENDING = "pending", _("Being confirmed")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")
    REFUND_DUE = "refund_due", _("To be refunded")
    REFUNDED = "refunded", _("Refunded")


class FulfilmentState(models.TextChoices):
    """Where the goods of one location are."""

    NEW = "new", _("To be picked")
    PICKED = "picked", _("Picked")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class ReturnState(models.TextChoices):
    """Where goods are that a shopper gives back."""

    DECLARED = "declared", _("Goods awaited")
    REFUND_DUE = "refund_due", _("To be refunded")
    REFUNDED = "refunded", _("Refunded")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("The shopper keeps the goods")
    NOT_SENT = "not_sent", _("Order cancelled before it left")


class RefundState(models.TextChoices):
    """Whether money that is owed has been sent back."""

    DUE = "due", _("To be sent")
    SENT = "sent", _("Sent back")


class Answer(models.TextChoices):
    """What a provider says of a payment. Only the first two are definitive."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class Source(models.TextChoices):
    """Through which door a verdict came in."""

    WEBHOOK = "webhook", _("Provider's notice")
    RETURN = "return", _("Shopper came back")
    RECONCILIATION = "reconciliation", _("Reconciliation")
    EXPIRY = "expiry", _("Expiry of the order")
    STAFF = "staff", _("Staff")


class SettleOutcome(models.TextChoices):
    """What became of a verdict."""

    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")
    STILL_UNKNOWN = "still_unknown", _("Not known yet")
    ALREADY_SETTLED = "already_settled", _("Known already")
    REPEATED = "repeated", _("The same notice again")
    REFUND_DUE = "refund_due", _("Paid too late, to be refunded")
    AMOUNT_MISMATCH = "amount_mismatch", _("Another amount than asked for")
    CURRENCY_MISMATCH = "currency_mismatch", _("Another currency than asked for")
    ORDER_MISMATCH = "order_mismatch", _("Another order than the payment's")
    UNKNOWN_PAYMENT = "unknown_payment", _("No such payment")
    IGNORED = "ignored", _("Not about a payment's end")


class PaymentStatus(models.TextChoices):
    """What a shopper is told about paying an order."""

    TO_PAY = "to_pay", _("Waiting for your payment")
    BEING_CONFIRMED = "being_confirmed", _("Your payment is being confirmed")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("The payment was refused")
    EXPIRED = "expired", _("Not paid in time")
    TO_REFUND = "to_refund", _("Your money is on its way back")
    REFUNDED = "refunded", _("Refunded")


class DemoBankDecision(models.TextChoices):
    """What the person at the pretended bank pressed."""

    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    DELAYED = "delayed", _("Approved, settles later")
    CLOSED = "closed", _("Closed by the shop")


class MailKind(models.TextChoices):
    """The mails the shop sends; all but the last two are about an order."""

    ORDER_CONFIRMATION = "order_confirmation", _("Order confirmation")
    CONFIRMATION_AGAIN = "confirmation_again", _("Order confirmation, sent again")
    PAYMENT_RECEIVED = "payment_received", _("Payment received")
    SHIPPED = "shipped", _("Shipped")
    ORDER_EXPIRED = "order_expired", _("Order not paid")
    ORDER_CANCELLED = "order_cancelled", _("Order cancelled")
    REFUND = "refund", _("Refund")
    WITHDRAWAL = "withdrawal", _("Withdrawal received")
    RETURN_REFUNDED = "return_refunded", _("Refund of returned goods")
    RETURN_REFUSED = "return_refused", _("Return refused")
    ACCOUNT = "account", _("About an account")
    MESSAGE = "message", _("A shopper's message")


# The mails that repeat the whole order. The first is owed once to each confirmed order; copies are on request.
CONFIRMATIONS = frozenset({MailKind.ORDER_CONFIRMATION, MailKind.CONFIRMATION_AGAIN})


class RefundWhy(StrEnum):
    """Why money goes back, which decides what the shopper is told of it."""

    LATE = "late"  # it came after the order had ended
    CANCELLED = "cancelled"  # it was good, and the order was cancelled
    DIFFERS = "differs"  # it was not what was asked for


class MailState(models.TextChoices):
    """Whether a mail left. `sending` that stays means a worker ended in the middle: it is sent again."""

    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")


ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderState.PLACED: frozenset({OrderState.CONFIRMED, OrderState.EXPIRED, OrderState.CANCELLED}),
    OrderState.CONFIRMED: frozenset({OrderState.IN_FULFILMENT, OrderState.CANCELLED}),
    OrderState.IN_FULFILMENT: frozenset({OrderState.SHIPPED, OrderState.CANCELLED}),
    OrderState.SHIPPED: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}

PAYMENT_MOVES: dict[str, frozenset[str]] = {
    PaymentState.CREATED: frozenset(
        {PaymentState.PENDING, PaymentState.PAID, PaymentState.REFUSED, PaymentState.EXPIRED, PaymentState.REFUND_DUE}
    ),
    PaymentState.PENDING: frozenset(
        {PaymentState.PAID, PaymentState.REFUSED, PaymentState.EXPIRED, PaymentState.REFUND_DUE}
    ),
    # A provider may say yes after it said no or after we gave up: the money is real, so it is kept or owed back.
    PaymentState.REFUSED: frozenset({PaymentState.PAID, PaymentState.REFUND_DUE}),
    PaymentState.EXPIRED: frozenset({PaymentState.REFUND_DUE}),
    PaymentState.PAID: frozenset({PaymentState.REFUND_DUE}),
    PaymentState.REFUND_DUE: frozenset({PaymentState.REFUNDED}),
    PaymentState.REFUNDED: frozenset(),
}

FULFILMENT_MOVES: dict[str, frozenset[str]] = {
    FulfilmentState.NEW: frozenset({FulfilmentState.PICKED, FulfilmentState.SHIPPED, FulfilmentState.CANCELLED}),
    FulfilmentState.PICKED: frozenset({FulfilmentState.SHIPPED, FulfilmentState.CANCELLED}),
    FulfilmentState.SHIPPED: frozenset({FulfilmentState.DELIVERED}),
    FulfilmentState.DELIVERED: frozenset(),
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
