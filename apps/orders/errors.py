"""What baskets and orders refuse, each with the sentence a shopper reads."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import LostRace, Refusal


class BasketNotFound(Refusal):
    """No open basket of this visitor in this market has that id."""

    code = "basket.not_found"
    message = _("This basket is no longer open. Your new basket is empty.")
    http_status = HTTPStatus.NOT_FOUND


class BasketEmpty(Refusal):
    """There is nothing to order."""

    code = "basket.empty"
    message = _("Your basket is empty.")


class QuantityRefused(Refusal):
    """Not a whole number from 0 to the limit. Parameters: quantity, limit."""

    code = "basket.quantity_refused"
    message = _("Please choose a whole number between 0 and %(limit)s.")


class NotSoldHere(Refusal):
    """The product has no page or no price in this market. Parameters: name."""

    code = "basket.not_sold_here"
    message = _("%(name)s is not sold in this shop. Please remove it.")


class SoldOut(Refusal):
    """Nothing is left. Parameters: name."""

    code = "basket.sold_out"
    message = _("%(name)s is sold out. Please remove it or look for something similar.")
    http_status = HTTPStatus.CONFLICT


class TakenByOtherLines(Refusal):
    """There would be goods, but a kit and a product of the same basket share them. Parameters: name."""

    code = "basket.taken_by_other_lines"
    message = _(
        "%(name)s needs goods that other articles in your basket already take all of. Lower those, or remove it."
    )
    http_status = HTTPStatus.CONFLICT


class NotEnough(Refusal):
    """Less is left than wanted. Parameters: name, left, wanted."""

    code = "basket.not_enough"
    message = _("Only %(left)s of %(name)s left. Please lower the quantity.")
    http_status = HTTPStatus.CONFLICT


class TooManyPerOrder(Refusal):
    """One order holds only so many of it. Parameters: name, most."""

    code = "basket.too_many_per_order"
    message = _("One order holds at most %(most)s of %(name)s. Please lower the quantity.")


class NotInSteps(Refusal):
    """It is sold by the half dozen, say. Parameters: name, step."""

    code = "basket.not_in_steps"
    message = _("%(name)s is sold in steps of %(step)s. Please choose a multiple of it.")


class OrderTooSmall(Refusal):
    """The market takes no order for so little. Parameters: least, missing."""

    code = "basket.order_too_small"
    message = _("Orders are taken from %(least)s on. Please add goods for %(missing)s.")


class OrderTooLarge(Refusal):
    """The market takes no order for so much. Parameters: most."""

    code = "basket.order_too_large"
    message = _("One order is taken up to %(most)s. Please order some of it separately, or write to us.")


class AgeNotConfirmed(Refusal):
    """Something in the basket is sold only from an age on. Parameters: age."""

    code = "checkout.age_not_confirmed"
    message = _("Some of these goods are sold only to people of at least %(age)s years. Please confirm your age.")


class CannotSend(Refusal):
    """No rule of sourcing lets these goods go to this address in this way. Parameters: name."""

    code = "order.cannot_send"
    message = _(
        "%(name)s cannot be sent to this address together with the rest. Please choose another way of delivery, or"
        " order it by itself."
    )
    http_status = HTTPStatus.CONFLICT


class NotInStore(LostRace):
    """The store the shopper wants to come to has not enough of it any more. Parameters: name, store."""

    code = "order.not_in_store"
    message = _("%(store)s no longer has enough of %(name)s. Please choose another store, or have it sent.")


class PromiseMoved(LostRace):
    """The goods would arrive later than the shopper agreed to. Parameters: confirmed, latest (days in words)."""

    code = "order.promise_moved"
    message = _("Delivery has moved from %(confirmed)s to %(latest)s. Please check it and order again.")


class PriceMoved(LostRace):
    """The total is not the one the shopper agreed to. Parameters: confirmed, total (amounts with currency)."""

    code = "order.price_moved"
    message = _("The total has changed from %(confirmed)s to %(total)s. Please check it and order again.")


class DeliveryRefused(Refusal):
    """The delivery method is not offered in this market. Parameters: code."""

    code = "order.delivery_refused"
    message = _("This delivery is no longer offered. Please choose another one.")


class NotDeliveredThere(Refusal):
    """The way of delivery does not go to that place. Parameters: postcode."""

    code = "checkout.not_delivered_there"
    message = _(
        "We do not send this way to %(postcode)s. Please choose another way of delivery, or an address elsewhere."
    )


class PaymentRefused(Refusal):
    """The payment method is not offered in this market. Parameters: method."""

    code = "order.payment_method_refused"
    message = _("This way to pay is no longer offered. Please choose another one.")


class AddressRefused(Refusal):
    """We do not deliver there. Parameters: country."""

    code = "order.address_refused"
    message = _("This shop does not deliver to that country. Please choose the shop of your country.")


class ShopClosed(Refusal):
    """The market does not sell at the moment."""

    code = "order.shop_closed"
    message = _("This shop is closed. Nothing can be ordered at the moment.")


class VoucherUnknown(Refusal):
    """No voucher has this code. Parameters: code."""

    code = "voucher.unknown"
    message = _("The code %(code)s is not known. Please check its spelling.")


class VoucherNotActive(Refusal):
    """The voucher is not valid at this time. Parameters: code."""

    code = "voucher.not_active"
    message = _("The code %(code)s is not valid today.")


class VoucherUsedUp(Refusal):
    """All uses of the voucher are taken. Parameters: code."""

    code = "voucher.used_up"
    message = _("The code %(code)s has already been used. Please remove it.")
    http_status = HTTPStatus.CONFLICT


class VoucherNeedsAccount(Refusal):
    """A voucher once per customer, and nobody is signed in. Parameters: code."""

    code = "voucher.needs_account"
    message = _("The code %(code)s can be used once per customer. Please sign in to use it.")


class VoucherNotApplicable(Refusal):
    """The voucher is good, but nothing in the basket meets its terms. Parameters: code."""

    code = "voucher.not_applicable"
    message = _("The code %(code)s does not apply to what is in your basket.")


class VoucherNeedsMore(VoucherNotApplicable):
    """The goods it counts are worth too little. Parameters: code, amount (what is missing, with currency)."""

    code = "voucher.needs_more"
    message = _("Add %(amount)s of the goods the code %(code)s is for, and it applies.")


class VoucherNeedsItems(VoucherNotApplicable):
    """Too few of the goods it counts are there. Parameters: code, count."""

    code = "voucher.needs_items"
    message = _("Add %(count)s more of the items the code %(code)s is for, and it applies.")


class VoucherElsewhere(VoucherNotApplicable):
    """It gives nothing in this market. Parameters: code."""

    code = "voucher.elsewhere"
    message = _("The code %(code)s is not for this shop.")


class VoucherBeaten(VoucherNotApplicable):
    """Its terms are met, and another offer has the goods already. Parameters: code."""

    code = "voucher.beaten"
    message = _("Another offer already lowers these items, so the code %(code)s adds nothing.")


class OfferUsedUp(LostRace):
    """An offer reached its limit while the shopper was ordering. Parameters: name."""

    code = "order.offer_used_up"
    message = _("The offer “%(name)s” has just ended. Please check the new total.")


class PriceChanged(Refusal):
    """The unit price is not the one seen when the product was put into the basket. Parameters: name, old, new."""

    code = "basket.price_changed"
    message = _("The price of %(name)s has changed from %(old)s to %(new)s.")
