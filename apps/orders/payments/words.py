"""Ways to pay, in words."""

from django.utils.translation import gettext as _


def payment_label(*, code: str) -> str:
    """A payment method in words."""
    return {
        "card": _("Card"),
        "bank_transfer": _("Bank transfer"),
        "demo": _("Card (demo bank)"),
    }.get(code, code)
