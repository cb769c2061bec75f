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


class KitNotSold(Refusal):
    """What is not sold itself cannot be a kit. Parameters: sku."""

    code = "catalog.kit_not_sold"
    message = _("%(sku)s has variants, so it is not sold itself. Make one of its variants the kit.")


class KitInKit(Refusal):
    """A kit holds goods, not kits. Parameters: sku."""

    code = "catalog.kit_in_kit"
    message = _("%(sku)s would be a kit inside a kit. Name the goods it is made of instead.")


class ComponentNotSold(Refusal):
    """A component is something that can be taken from a shelf. Parameters: sku."""

    code = "catalog.component_not_sold"
    message = _("%(sku)s cannot be taken from a shelf: choose a product, or one of its variants.")


class ComponentTwice(Refusal):
    """Each product of a kit is named once. Parameters: sku."""

    code = "catalog.component_twice"
    message = _("%(sku)s is named twice. Name it once, with all its units.")


class UnitsOutOfRange(Refusal):
    """Units of one product in a kit. Parameters: sku, most."""

    code = "catalog.component_units"
    message = _("A kit holds 1 to %(most)s units of %(sku)s.")


class SharesIncomplete(Refusal):
    """Shares say how the price is spread only when all components have one. Parameters: sku."""

    code = "catalog.component_shares"
    message = _("Give every component of %(sku)s a share of the price and not zero to all of them, or none to any.")
