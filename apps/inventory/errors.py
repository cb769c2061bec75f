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


class LocationUnknown(Refusal):
    """No location has this code. Parameters: code."""

    code = "inventory.location_unknown"
    message = _("There is no stock location “%(code)s”.")
