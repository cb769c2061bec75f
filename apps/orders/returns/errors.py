"""Why a return is refused, in the words the shopper or the member of staff reads."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class NothingBought(Refusal):
    """Unpaid and ended orders have nothing to give back. Parameters: number."""

    code = "return.nothing_bought"
    message = _("Order %(number)s is not paid or was cancelled, so there is nothing to withdraw from.")
    http_status = HTTPStatus.CONFLICT


class WindowOver(Refusal):
    """The right to withdraw has ended. Parameters: number, day."""

    code = "return.window_over"
    message = _(
        "The time to withdraw from order %(number)s ended on %(day)s. If something is wrong with the goods, the legal"
        " guarantee still holds: please write to us."
    )
    http_status = HTTPStatus.CONFLICT


class WindowOverFor(Refusal):
    """The time for some of the goods has ended, for others it runs. Parameters: name, day."""

    code = "return.window_over_for"
    message = _(
        "The time to give “%(name)s” back ended on %(day)s. If something is wrong with it, the legal guarantee still"
        " holds: please write to us."
    )
    http_status = HTTPStatus.CONFLICT


class NothingChosen(Refusal):
    """No unit was named."""

    code = "return.nothing_chosen"
    message = _("Please choose at least one article.")


class TooMany(Refusal):
    """More than is left of a line. Parameters: name, left."""

    code = "return.too_many"
    message = _("Of “%(name)s” %(left)s can still be given back. Please choose again.")
    http_status = HTTPStatus.CONFLICT


class NotWithdrawable(Refusal):
    """The law knows no right to withdraw from these goods. Parameters: name, why."""

    code = "return.not_withdrawable"
    message = _(
        "There is no right to withdraw from “%(name)s”: %(why)s. If something is wrong with it, the legal guarantee"
        " holds: please write to us."
    )
    http_status = HTTPStatus.CONFLICT


class NoDropOff(Refusal):
    """The chosen place takes no goods back (any more)."""

    code = "return.no_drop_off"
    message = _("Goods cannot be brought back to this place any more. Please choose another one, or send them.")
    http_status = HTTPStatus.CONFLICT


class DeductionTooHigh(Refusal):
    """Nobody owes for goods they gave back; what is worth nothing any more is refused. Parameters: name, most."""

    code = "return.deduction_too_high"
    message = _(
        "From “%(name)s” less than %(most)s can be deducted: that is what it was sold for. Refuse it if it is worth"
        " nothing any more."
    )


class NotCounted(Refusal):
    """Every unit that was announced is accounted for, even those that did not come. Parameters: name, quantity."""

    code = "return.not_counted"
    message = _("Please say for all %(quantity)s units of “%(name)s” what was found.")


class NotLeftYet(Refusal):
    """What never left cannot have come back. Parameters: name, left."""

    code = "return.not_left_yet"
    message = _(
        "Of “%(name)s” %(left)s units were sent and can have come back, no more. Stop what is still here in its"
        " fulfilment: it is paid back there and no longer awaited."
    )
    http_status = HTTPStatus.CONFLICT


class NoteMissing(Refusal):
    """Who gets no money back is told why."""

    code = "return.note_missing"
    message = _("Please write what was found: the shopper reads it when something is refused or deducted.")


class ReasonMissing(Refusal):
    """Whoever reads the history later must find why."""

    code = "return.reason_missing"
    message = _("Please say why the return is closed; the reason stays in its history.")
