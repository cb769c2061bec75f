"""What fulfilment refuses, and the sentence it says."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import LostRace, Refusal


class NothingReserved(Refusal):
    """A confirmed order without the goods promised to it. Parameters: number, promised, ordered."""

    code = "fulfilment.nothing_reserved"
    message = _("Order %(number)s has %(promised)s of %(ordered)s units reserved.")
    http_status = HTTPStatus.CONFLICT


class TrackingMissing(Refusal):
    """A parcel leaves with a carrier's name and a code."""

    code = "fulfilment.tracking_missing"
    message = _("Please give the carrier and the tracking code.")


class NothingNamed(Refusal):
    """No units were named, or a line that is not in this fulfilment."""

    code = "fulfilment.nothing_named"
    message = _("Please say how many units of which line.")


class TooManyNamed(Refusal):
    """More units than the fulfilment carries. Parameters: name, left."""

    code = "fulfilment.too_many_named"
    message = _("There are only %(left)s of %(name)s in this fulfilment.")


class AllNamed(Refusal):
    """A part was to be split off, and all of it was named."""

    code = "fulfilment.all_named"
    message = _("That is everything in this fulfilment: leave at least one unit in it.")


class NotWaiting(Refusal):
    """The goods have their location, or were given up. Parameters: number."""

    code = "fulfilment.not_waiting"
    message = _("These goods of order %(number)s do not wait any more. Please look at the order again.")
    http_status = HTTPStatus.CONFLICT


class ToBeCollected(Refusal):
    """The shopper comes for it. Parameters: number."""

    code = "fulfilment.to_be_collected"
    message = _("Order %(number)s is collected in the store. Make its goods ready and hand them over there.")
    http_status = HTTPStatus.CONFLICT


class ChangedMeanwhile(LostRace):
    """Goods were rejected or split off while somebody shipped them. Parameters: number."""

    code = "fulfilment.changed_meanwhile"
    message = _("What this parcel of order %(number)s carries has just changed. Please look at it again.")


class WithPartner(Refusal):
    """Part of what a logistics partner has in hand was to be rejected here."""

    code = "fulfilment.with_partner"
    message = _(
        "The logistics partner has these goods in hand. Ask it to reject them, or reject the whole parcel here."
    )
    http_status = HTTPStatus.CONFLICT
