"""Ways to pay, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.orders.enums import BY_CREDIT, EXCHANGE, NOTHING, CreditKind
from apps.orders.models import Payment
from apps.orders.payments.parts import GOOD


def payment_label(*, code: str) -> str:
    """A payment method in words."""
    return {
        "card": _("Card"),
        "bank_transfer": _("Bank transfer"),
        "demo": _("Card (demo bank)"),
        CreditKind.GIFT_CARD: _("Gift card"),
        CreditKind.STORE_CREDIT: _("Store credit"),
        CreditKind.ON_ACCOUNT: _("On account"),
        BY_CREDIT: _("Gift card or store credit"),
        NOTHING: _("Nothing to pay"),
        EXCHANGE: _("Goods given back"),
    }.get(code, code)


def credit_label(*, kind: str, end: str) -> str:
    """A gift card by the end of its code, or store credit."""
    if kind == CreditKind.GIFT_CARD:
        return _("Gift card ending in %(end)s") % {"end": end}
    return payment_label(code=kind)


def tender_label(*, payment: Payment) -> str:
    """What a payment was made with. Asks for its account unless that is loaded."""
    account = payment.credit_account
    if account is None:
        return payment_label(code=payment.gateway)
    return credit_label(kind=account.kind, end=account.code_end)


def tenders(*, payments: Iterable[Payment]) -> list[tuple[str, int]]:
    """
    Return with what an order is paid and how much with each, minor units; nothing where one payment pays it all.

    payments: every attempt of the order, oldest first, with their accounts. Gift cards and store credit come first,
    then the other payment that counts: the one that paid, or the newest while none did.
    """
    rows = list(payments)
    by_credit = [each for each in rows if each.is_ours]
    others = [each for each in rows if not each.is_ours]
    if not by_credit:
        return []
    paid = [each for each in others if each.state in GOOD] or others[-1:]
    return [(tender_label(payment=each), each.amount_minor) for each in (*by_credit, *paid)]
