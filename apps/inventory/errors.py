"""What the inventory refuses, and the sentence it says."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class UnableToReserve(Refusal):
    """Fewer units are left than were asked for. Parameters: product_id, sku, wanted, left."""

    code = "inventory.unable_to_reserve"
    message = _("Only %(left)s of %(sku)s left; you asked for %(wanted)s.")
    http_status = HTTPStatus.CONFLICT


class NoRuleFits(Refusal):
    """There are units enough, but no sourcing rule lets them go to this address. Parameters: product_id, sku."""

    code = "inventory.no_rule_fits"
    message = _(
        "%(sku)s cannot be sent to this address as part of this order. Please order it by itself, or choose another way"
        " of delivery."
    )
    http_status = HTTPStatus.CONFLICT


class StockPromised(Refusal):
    """The change would leave fewer units than are promised to orders. Parameters: sku, location, reserved."""

    code = "inventory.stock_promised"
    message = _("%(reserved)s of %(sku)s at %(location)s are promised to orders; release them first.")
    http_status = HTTPStatus.CONFLICT


class QuantityOutOfRange(Refusal):
    """A quantity that is no count of goods. Parameters: quantity."""

    code = "inventory.quantity_out_of_range"
    message = _("%(quantity)s is not a quantity that can be counted.")


class ReasonMissing(Refusal):
    """A correction without a reason explains nothing."""

    code = "inventory.reason_missing"
    message = _("Please say why the stock is corrected.")


class AlreadyAnnounced(Refusal):
    """Goods on their way have one paper each. Parameters: reference."""

    code = "inventory.already_announced"
    message = _("Goods under “%(reference)s” are announced already. Change those, or give these another reference.")
    http_status = HTTPStatus.CONFLICT


class NotOnItsWay(Refusal):
    """They arrived, or were called off. Parameters: reference."""

    code = "inventory.not_on_its_way"
    message = _("Nothing of “%(reference)s” is on its way any more. Please look at it again.")
    http_status = HTTPStatus.CONFLICT


class ArrivedMeanwhile(Refusal):
    """Somebody received goods since the page was opened. Parameters: reference."""

    code = "inventory.arrived_meanwhile"
    message = _("Part of “%(reference)s” was received meanwhile. Please look at what is still to come and try again.")
    http_status = HTTPStatus.CONFLICT


class DayIsOver(Refusal):
    """Goods cannot be expected in the past. Parameters: day."""

    code = "inventory.day_is_over"
    message = _("%(day)s is over. Please name today or a later day.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NothingNamed(Refusal):
    """No goods were named."""

    code = "inventory.nothing_named"
    message = _("Please name the goods: one SKU and its units on each line.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class LocationUnknown(Refusal):
    """No location has this code. Parameters: code."""

    code = "inventory.location_unknown"
    message = _("There is no stock location “%(code)s”.")
