"""What adding goods to an order and exchanging them refuse, and the sentence they say."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class NothingAdded(Refusal):
    """No goods were named."""

    code = "follow_up.nothing_added"
    message = _("Please name the goods the shopper gets, with their units.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoPriceToKeep(Refusal):
    """Neither the product nor another variant of it was bought. Parameters: sku."""

    code = "follow_up.no_price_to_keep"
    message = _(
        "The order has neither %(sku)s nor another variant of it, so there is no price to keep. Take today's price."
    )
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoWayToPay(Refusal):
    """The market takes no payment the shop could ask for. Parameters: market."""

    code = "follow_up.no_way_to_pay"
    message = _("The market %(market)s offers no way to pay, so nothing can be added.")
    http_status = HTTPStatus.CONFLICT


class NotWithTheShopper(Refusal):
    """They are not sent yet. Parameters: number."""

    code = "follow_up.not_with_the_shopper"
    message = _(
        "These goods of order %(number)s have not left yet. Change the order instead: take them out and add others."
    )
    http_status = HTTPStatus.CONFLICT
