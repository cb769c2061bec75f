"""What collecting an order refuses, and the sentence it says."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class NotCollected(Refusal):
    """It is sent by a carrier. Parameters: number."""

    code = "collection.not_collected"
    message = _("Order %(number)s is sent to the shopper, not collected. Please hand it to the carrier.")
    http_status = HTTPStatus.CONFLICT


class NotHere(Refusal):
    """The goods lie elsewhere than where the shopper comes. Parameters: number, store."""

    code = "collection.not_here"
    message = _("Order %(number)s is collected at %(store)s; only goods that lie there can be made ready.")
    http_status = HTTPStatus.CONFLICT


class WrongCode(Refusal):
    """Somebody else's, mistyped or guessed."""

    code = "collection.wrong_code"
    message = _("This is not the code of the order. Please compare it with the shopper's mail or order page.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyCodes(Refusal):
    """Guessing."""

    code = "collection.too_many_codes"
    message = _("Too many wrong codes were typed for this order. Please wait an hour, or ask your head office.")
    http_status = HTTPStatus.TOO_MANY_REQUESTS
