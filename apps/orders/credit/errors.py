"""What gift cards and store credit refuse."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class GiftCardUnknown(Refusal):
    """No gift card of this shop has that code, or it was blocked."""

    code = "credit.gift_card_unknown"
    message = _("We know no gift card with this code in this shop. Please check the characters and try again.")


class GiftCardExpired(Refusal):
    """The last day of the card is over. Parameters: end, day."""

    code = "credit.gift_card_expired"
    message = _("The gift card ending in %(end)s was valid until %(day)s. Please write to us if you have questions.")


class GiftCardEmpty(Refusal):
    """Nothing is left on it. Parameters: end."""

    code = "credit.gift_card_empty"
    message = _("Nothing is left on the gift card ending in %(end)s. Please use another one, or pay another way.")
    http_status = HTTPStatus.CONFLICT


class CreditMoved(Refusal):
    """Between the page and the button a balance, a date or the total changed."""

    code = "credit.moved"
    message = _(
        "What your gift card or credit pays has changed since this page was shown. Nothing was taken. Please check the"
        " amounts below and order again."
    )
    http_status = HTTPStatus.CONFLICT


class NothingOnIt(Refusal):
    """A gift card or credit needs an amount. Parameters: none."""

    code = "credit.amount_missing"
    message = _("Please give an amount above zero.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class AlreadyIssued(Refusal):
    """The form was sent twice; the code is shown once only."""

    code = "credit.already_issued"
    message = _("This gift card was issued already. Its code was shown once; block the card if it was not noted down.")
    http_status = HTTPStatus.CONFLICT


class ReasonNeeded(Refusal):
    """Whoever reads the movements later must find why."""

    code = "credit.reason_missing"
    message = _("Please say why; the reason stays with the movement.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class BelowZero(Refusal):
    """A correction would take off more than is there. Parameters: balance."""

    code = "credit.below_zero"
    message = _("Only %(balance)s is left, so no more than that can be taken off.")
    http_status = HTTPStatus.CONFLICT


class AccountThere(Refusal):
    """The customer buys on account already. Parameters: email."""

    code = "credit.account_there"
    message = _("%(email)s buys on account already. Change the limit on the account's page instead.")
    http_status = HTTPStatus.CONFLICT


class OnAccountInstead(Refusal):
    """What is owed is no balance to correct."""

    code = "credit.on_account_instead"
    message = _("This customer buys on account. Record their payment, or change the limit, instead of the balance.")
    http_status = HTTPStatus.CONFLICT


class LimitBelowOwed(Refusal):
    """More is owed already. Parameters: owed."""

    code = "credit.limit_below_owed"
    message = _("%(owed)s are owed already, so the limit cannot be lower. Block the account to stop further orders.")
    http_status = HTTPStatus.CONFLICT


class MoreThanOwed(Refusal):
    """A transfer of more than is owed is no payment of it. Parameters: owed."""

    code = "credit.more_than_owed"
    message = _("Only %(owed)s are owed. Record that much, and send the rest back.")
    http_status = HTTPStatus.CONFLICT


class ReferenceNeeded(Refusal):
    """Without it the same transfer could be recorded twice."""

    code = "credit.reference_missing"
    message = _("Please give the bank's reference; one entry of the statement counts once.")
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoSuchCustomer(Refusal):
    """Store credit belongs to an account. Parameters: email."""

    code = "credit.customer_unknown"
    message = _("No account has the address %(email)s. Store credit needs one; a gift card does not.")
