"""What payments refuse."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal, Unavailable


class ForgedNotice(Refusal):
    """The notice is unsigned, badly signed, too old, too large or not readable: nothing in it is believed."""

    code = "payment.forged_notice"
    message = _("This notice is not signed by the payment provider.")
    http_status = HTTPStatus.BAD_REQUEST


class ProviderUnavailable(Unavailable):
    """The provider cannot be reached. The order stands; the shopper may press "pay" again."""

    code = "payment.provider_unavailable"
    message = _("The payment provider cannot be reached. Your order is kept: please try to pay again in a moment.")


class UnableToPay(Refusal):
    """The order is not waiting for a payment any more: paid, expired or cancelled."""

    code = "payment.nothing_to_pay"
    message = _("There is nothing to pay for this order any more.")
    http_status = HTTPStatus.CONFLICT


class PaymentDeclinedAtStart(Refusal):
    """The provider refused to start this payment; another way to pay may work."""

    code = "payment.declined_at_start"
    message = _("The payment could not be started. Please choose another way to pay.")


class UnknownGateway(Refusal):
    """No gateway of that name is set up here."""

    code = "payment.unknown_gateway"
    message = _("This way to pay is not available.")
    http_status = HTTPStatus.NOT_FOUND


class TransferRefused(Refusal):
    """The transfer does not match the order. Parameters: paid, due (amounts with currency)."""

    code = "payment.transfer_differs"
    message = _("%(paid)s arrived, %(due)s is due. Nothing was recorded: clear the difference first.")


class TransferKnown(Refusal):
    """The bank's reference was recorded before. Parameters: reference."""

    code = "payment.transfer_known"
    message = _("The transfer %(reference)s was recorded already.")
    http_status = HTTPStatus.CONFLICT


class RefundByHand(Refusal):
    """Money came by transfer: a person sends it back and records it. Parameters: number."""

    code = "payment.refund_by_hand"
    message = _("The money for %(number)s came by transfer: send it back by hand, then record it.")


class PaymentDisputed(Refusal):
    """The money is with the shopper's bank, or already back with the shopper: a person decides. Parameters: number."""

    code = "payment.disputed"
    message = _(
        "The payment of %(number)s is disputed at the shopper's bank, so nothing is sent back by itself: the money"
        " would go back twice. Look at the dispute first; what you send by hand, record here."
    )
    http_status = HTTPStatus.CONFLICT


class CaptureNotRefused(Refusal):
    """Only what a provider refused is asked again or recorded by hand. Parameters: number."""

    code = "payment.capture_not_refused"
    message = _("This part of order %(number)s is charged already or is being charged. Please look at the order again.")
    http_status = HTTPStatus.CONFLICT


class CaptureReferenceMissing(Refusal):
    """Whoever compares the books with the provider must find the money."""

    code = "payment.capture_reference_missing"
    message = _("Please give the reference under which the money came: it is what the books are compared with.")
