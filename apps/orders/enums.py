"""The states of orders, payments, fulfilments and returns, and the other words they are told in."""

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
    """
    What we know of a payment. `pending` means the provider has not said yes or no.

    `authorised`: the provider set the amount aside; it is charged in parts until nothing is left. `void_due`: what is
    left of it is to be let go.
    """

    CREATED = "created", _("Started")
    PENDING = "pending", _("Being confirmed")
    AUTHORISED = "authorised", _("Authorised")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")
    VOID_DUE = "void_due", _("To be released")
    VOIDED = "voided", _("Released")
    REFUND_DUE = "refund_due", _("To be refunded")
    REFUNDED = "refunded", _("Refunded")


class DeliveryKind(models.TextChoices):
    """Who covers the last stretch: a carrier, or the shopper."""

    HOME = "home", _("Sent to the shopper")
    COLLECT = "collect", _("Collected in a store")


class CaptureState(models.TextChoices):
    """Whether a part of an authorised amount was charged."""

    DUE = "due", _("To be charged")
    DONE = "done", _("Charged")
    REFUSED = "refused", _("Refused by the provider")


class FulfilmentState(models.TextChoices):
    """Where the goods of one location are."""

    WAITING = "waiting", _("Waiting for goods")
    EXPECTED = "expected", _("Goods on their way to us")
    NEW = "new", _("To be picked")
    PICKED = "picked", _("Picked")
    PACKED = "packed", _("Packed")
    READY = "ready", _("Ready to be collected")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    REJECTED = "rejected", _("Rejected by the location")
    REPLACED = "replaced", _("Replaced by others")
    CANCELLED = "cancelled", _("Cancelled")


class RejectReason(models.TextChoices):
    """Why a location does not send what it was asked for; `REJECT_EFFECTS` says what that means for its stock."""

    NOT_FOUND = "not_found", _("Not found on the shelf")
    SOLD = "sold", _("Sold at the counter meanwhile")
    DAMAGED = "damaged", _("Damaged, not to be sold")
    NO_TIME = "no_time", _("No time to prepare it")
    CLOSED = "closed", _("The location is closed")
    NOT_COMING = "not_coming", _("The goods do not come")


class StockEffect(StrEnum):
    """What a rejection says about the shelf."""

    NONE_LEFT = "none_left"  # there is none beyond what other orders were promised
    FEWER = "fewer"  # these units are gone, the others are there
    UNCHANGED = "unchanged"


REJECT_EFFECTS: dict[str, StockEffect] = {
    RejectReason.NOT_FOUND: StockEffect.NONE_LEFT,
    RejectReason.SOLD: StockEffect.NONE_LEFT,
    RejectReason.DAMAGED: StockEffect.FEWER,
    RejectReason.NO_TIME: StockEffect.UNCHANGED,
    RejectReason.CLOSED: StockEffect.UNCHANGED,
    RejectReason.NOT_COMING: StockEffect.FEWER,
}


class ReturnState(models.TextChoices):
    """Where goods are that a shopper gives back."""

    DECLARED = "declared", _("Goods awaited")
    REFUND_DUE = "refund_due", _("To be refunded")
    REFUNDED = "refunded", _("Refunded")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Closed, no goods awaited")
    NOT_SENT = "not_sent", _("Order cancelled before it left")


class ReturnReason(models.TextChoices):
    """Why goods come back, if the shopper says so: nobody must (Directive 2011/83 art. 9)."""

    CHANGED_MIND = "changed_mind", _("I no longer want it")
    TOO_SMALL = "too_small", _("Too small")
    TOO_LARGE = "too_large", _("Too large")
    NOT_AS_SHOWN = "not_as_shown", _("Not as shown")
    FAULTY = "faulty", _("Broken or faulty")
    WRONG_ITEM = "wrong_item", _("Not what I ordered")
    LATE = "late", _("Came too late")


class RefundState(models.TextChoices):
    """Whether money that is owed has been sent back."""

    DUE = "due", _("To be sent")
    SENT = "sent", _("Sent back")


class StackingPolicy(models.TextChoices):
    """How the offers of a group go together."""

    BEST = "best", _("The one that takes off most")
    FIRST = "first", _("The first that applies")
    ACCUMULATE = "accumulate", _("All of them")


class LostWhy(models.TextChoices):
    """Why an offer of a group was set aside."""

    BEATEN = "beaten", _("another offer of its group was given")
    BARRED = "barred", _("a group it does not go with was given")


class InvoiceKind(models.TextChoices):
    """The two documents of account: what was supplied, and what of it is taken back."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class CreditKind(models.TextChoices):
    """Money a customer has with us already, or may owe us. Also the name of the gateway it pays through."""

    GIFT_CARD = "gift_card", _("Gift card")
    STORE_CREDIT = "store_credit", _("Store credit")
    ON_ACCOUNT = "on_account", _("On account")


# The payment method of orders for which no gateway had anything to pay.
BY_CREDIT = "credit"
NOTHING = "nothing"
# The payment method of orders that are paid with what comes back of another, and the gateway of that payment.
EXCHANGE = "exchange"


class FollowUpKind(models.TextChoices):
    """Why an order follows from another."""

    ADDITION = "addition", _("Goods added")
    EXCHANGE = "exchange", _("Exchange")


class CreditMovementKind(models.TextChoices):
    """Why the balance of a gift card or store credit changed."""

    ISSUED = "issued", _("Issued")
    SPENT = "spent", _("Paid an order")
    GIVEN_BACK = "given_back", _("Given back")
    CORRECTED = "corrected", _("Corrected")
    PAID_IN = "paid_in", _("Payment received")


# Goods that a location has in hand, that are on their way to one or wait for one: what is not done yet.
TO_SHIP = (FulfilmentState.NEW, FulfilmentState.PICKED, FulfilmentState.PACKED)
# The same, and what only waits for the shopper to come.
IN_HAND = (*TO_SHIP, FulfilmentState.READY)
OPEN_FULFILMENTS = (FulfilmentState.WAITING, FulfilmentState.EXPECTED, *IN_HAND)
# What carries no goods any more: a location said no, others took over, or the order ended.
ENDED_FULFILMENTS = (FulfilmentState.REJECTED, FulfilmentState.REPLACED, FulfilmentState.CANCELLED)


# The reason of goods that nobody fetched in time, as their history and return say it.
NOT_COLLECTED = "not_collected"


class EditState(models.TextChoices):
    """Where a change of an order is."""

    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")
    DISCARDED = "discarded", _("Discarded")


class DisputeState(models.TextChoices):
    """What became of a shopper's complaint to their bank. The last two are final."""

    OPEN = "open", _("To be answered")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


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


class PartnerOutcome(models.TextChoices):
    """What became of a logistics partner's message."""

    APPLIED = "applied", _("Done")
    KNOWN = "known", _("Known already")
    REPEATED = "repeated", _("The same message again")
    UNKNOWN_ORDER = "unknown_order", _("No such order")
    TOO_LATE = "too_late", _("Left although it was cancelled")
    REFUSED = "refused", _("Cannot be true")


class SettleOutcome(models.TextChoices):
    """What became of a verdict."""

    AUTHORISED = "authorised", _("Authorised")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")
    STILL_UNKNOWN = "still_unknown", _("Not known yet")
    ALREADY_SETTLED = "already_settled", _("Known already")
    REPEATED = "repeated", _("The same notice again")
    REFUND_DUE = "refund_due", _("Paid too late, to be refunded")
    VOID_DUE = "void_due", _("Authorised too late, to be released")
    AUTHORISATION_LOST = "authorisation_lost", _("The provider let the authorised amount go")
    AMOUNT_MISMATCH = "amount_mismatch", _("Another amount than asked for")
    CURRENCY_MISMATCH = "currency_mismatch", _("Another currency than asked for")
    ORDER_MISMATCH = "order_mismatch", _("Another order than the payment's")
    UNKNOWN_PAYMENT = "unknown_payment", _("No such payment")
    DISPUTED = "disputed", _("A dispute")
    IGNORED = "ignored", _("Not about a payment's end")


class PaymentStatus(models.TextChoices):
    """What a shopper is told about paying an order."""

    TO_PAY = "to_pay", _("Waiting for your payment")
    BEING_CONFIRMED = "being_confirmed", _("Your payment is being confirmed")
    AUTHORISED = "authorised", _("Charged when your goods leave")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("The payment was refused")
    EXPIRED = "expired", _("Not paid in time")
    RELEASED = "released", _("Not charged")
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
    READY = "ready_to_collect", _("Ready to be collected")
    COLLECTED = "collected", _("Collected")
    PROMISE_MOVED = "promise_moved", _("Delivery later than promised")
    NOT_SENT = "not_sent", _("Goods that cannot be sent")
    CHANGED = "order_changed", _("Order changed")
    FOLLOW_UP = "follow_up", _("Order that follows from another")
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
    RELEASED = "released"  # it was set aside and never charged
    DIFFERS = "differs"  # it was not what was asked for
    TO_CREDIT = "to_credit"  # the same, on a gift card or store credit
    UNPAID = "unpaid"  # it was on a gift card or store credit, and the rest of the order was never paid


class MailState(models.TextChoices):
    """Whether a mail left. `sending` that stays means a worker ended in the middle: it is sent again."""

    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
