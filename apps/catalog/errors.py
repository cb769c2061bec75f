"""What the catalogue refuses, in words for the person who asked."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class UnknownProduct(Refusal):
    """No product has this SKU or id."""

    code = "catalog.unknown_product"
    message = _("There is no product %(sku)s.")


class UnknownPriceList(Refusal):
    """No price list has this code."""

    code = "catalog.unknown_price_list"
    message = _("There is no price list %(code)s.")


class UnableToSetPrice(Refusal):
    """An amount or period the price list cannot take."""

    code = "catalog.unable_to_set_price"
    message = _("The price of %(sku)s cannot be %(amount)s: %(why)s")


class UnableToSetContent(Refusal):
    """A text that cannot be kept."""

    code = "catalog.unable_to_set_content"
    message = _("The field %(field)s cannot be set for %(sku)s.")
