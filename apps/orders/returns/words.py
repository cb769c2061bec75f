"""What is told of goods the right to withdraw does not hold for, before and after they are bought."""

from django.utils.translation import gettext as _

from apps.catalog.enums import NO_WITHDRAWAL, WithdrawalException


def withdrawal_words(*, exception: str) -> str:
    """
    Return the sentence about an exception in the active language, "" for goods that may be given back.

    The shopper is told before the contract (Directive 2011/83 art. 6(1)(k), C. conso L221-5).
    """
    if not exception:
        return ""
    why = WithdrawalException(exception).label
    if exception in NO_WITHDRAWAL:
        return _("No right to withdraw: %(why)s.") % {"why": why}
    return _("%(why)s: you may withdraw only while the seal is unbroken.") % {"why": why}
