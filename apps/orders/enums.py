"""The states of orders, payments and fulfilments, and the tables of their legal moves."""

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
