"""What changing an order refuses, and the sentence it says."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class EditReasonMissing(Refusal):
    """Whoever reads the history later must find why."""

    code = "order.edit_reason_missing"
    message = _("Please say why the order is changed; the reason stays in its history.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NothingChanged(Refusal):
    """Neither goods nor address."""

    code = "order.edit_nothing_changed"
    message = _("Nothing is changed: name units to take out, or another address.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotChangeable(Refusal):
    """Not paid yet, not prepared yet, or over. Parameters: number."""

    code = "order.edit_not_changeable"
    message = _(
        "Order %(number)s cannot be changed now: it is not paid yet, its goods are just being assigned, or it is over."
    )
    http_status = HTTPStatus.CONFLICT


class TooFewOpen(Refusal):
    """The others are picked, packed, with a logistics partner or gone. Parameters: name, left."""

    code = "order.edit_too_few_open"
    message = _("Only %(left)s of %(name)s can still be taken out; the others are being prepared or have left.")
    http_status = HTTPStatus.CONFLICT


class EverythingTakenOut(Refusal):
    """Then nothing of it is left. Parameters: number."""

    code = "order.edit_everything_taken_out"
    message = _("That would leave nothing of order %(number)s. Cancel the order instead.")
    http_status = HTTPStatus.CONFLICT


class AddressTooLate(Refusal):
    """A label is written already. Parameters: number."""

    code = "order.edit_address_too_late"
    message = _(
        "A parcel of order %(number)s is being prepared for its address already. Ask the location to put it back first."
    )
    http_status = HTTPStatus.CONFLICT


class CollectedInStore(Refusal):
    """The shopper comes for it. Parameters: number."""

    code = "order.edit_collected_in_store"
    message = _(
        "Order %(number)s is collected in a store, so it goes to no address. Cancel it and order anew to send it."
    )
    http_status = HTTPStatus.CONFLICT


class OtherCountry(Refusal):
    """Taxes, prices and terms are the market's."""

    code = "order.edit_other_country"
    message = _("The goods can only go to another address in the same country. For another one, please order anew.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class EditDecided(Refusal):
    """Confirmed or discarded before."""

    code = "order.edit_decided"
    message = _("This change was confirmed or discarded meanwhile. Please look at the order again.")
    http_status = HTTPStatus.CONFLICT


class EditOutdated(Refusal):
    """The order is not what the draft was made of."""

    code = "order.edit_outdated"
    message = _(
        "The order has moved since this change was drafted, so it would do something else. Please draft it anew."
    )
    http_status = HTTPStatus.CONFLICT
