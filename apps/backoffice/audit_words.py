"""What people did, in words: for the time line of an order, which everybody at the desk reads."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "fulfilment.correct_tracking": _("Tracking corrected"),
    "fulfilment.give_up": _("Goods given up"),
    "fulfilment.reject": _("Goods rejected"),
    "fulfilment.split": _("Parcel split"),
    "fulfilment.wrong_code": _("A wrong code was shown for collection"),
    "order.change": _("Order changed"),
    "order.exchange": _("Exchange agreed"),
    "order.extend": _("More time to pay"),
    "order.send_confirmation_again": _("Confirmation sent again"),
    "payment.capture_again": _("Charged again"),
    "payment.capture_recorded": _("Charge recorded by hand"),
    "payment.mismatch": _("Another amount or order than asked for"),
    "return.await_less": _("Goods stopped here are no longer awaited"),
    "return.declare": _("Return recorded"),
}


def action_words(*, action: str) -> str:
    """Return an action in words; the action itself for one that has none."""
    return str(ACTIONS.get(action, action))
