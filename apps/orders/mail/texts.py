"""The words of the mails, per kind and in the language that is active."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core.money import format_money, from_minor
from apps.markets.context import Shop
from apps.markets.enums import CapturePolicy
from apps.orders.enums import EXCHANGE, NOT_COLLECTED, CreditKind, MailKind, OrderState, PaymentState, RefundWhy
from apps.orders.models import FollowUp, Order, Payment, Transition
from apps.orders.payments.parts import GOOD
from apps.orders.payments.queries import OPEN_STATES
from apps.orders.terms import EU_COUNTRIES
from apps.orders.tokens import collect_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Subject, headline and first paragraph of a mail."""

    subject: str
    headline: str
    text: str


def words_of(*, kind: str, order: Order, shop: Shop, why: str = "") -> Words:
    """Return the words of a mail of that kind. why: of a refund, a RefundWhy; none for what was owed before it was."""
    names = {"number": order.number, "shop": shop.brand.name}
    makers: dict[str, Callable[[], Words]] = {
        MailKind.ORDER_CONFIRMATION: lambda: _confirmation(order=order, names=names),
        MailKind.CONFIRMATION_AGAIN: lambda: _confirmation_again(order=order, names=names),
        MailKind.PAYMENT_RECEIVED: lambda: _payment_received(order=order, names=names),
        MailKind.SHIPPED: lambda: _shipped(names=names),
        MailKind.READY: lambda: _ready(order=order, names=names),
        MailKind.COLLECTED: lambda: _collected(names=names),
        MailKind.FOLLOW_UP: lambda: _follow_up(order=order, shop=shop, names=names),
        MailKind.PROMISE_MOVED: lambda: _promise_moved(order=order, names=names),
        MailKind.ORDER_EXPIRED: lambda: _expired(order=order, names=names),
        MailKind.ORDER_CANCELLED: lambda: _cancelled(order=order, shop=shop, names=names),
        MailKind.REFUND: lambda: _refund(order=order, names=names, why=why),
    }
    return makers[kind]()


def _shipped(*, names: dict[str, str]) -> Words:
    return Words(
        subject=_("Order %(number)s is on its way") % names,
        headline=_("Your parcel is on its way"),
        text=_("We have handed these goods of order %(number)s to the carrier.") % names,
    )


def _ready(*, order: Order, names: dict[str, str]) -> Words:
    return Words(
        subject=_("Order %(number)s is ready to be collected") % names,
        headline=_("Your goods are ready"),
        text=_("Please come with this code: %(code)s. Whoever shows it gets the goods.")
        % {"code": collect_code(order.number)},
    )


def _collected(*, names: dict[str, str]) -> Words:
    return Words(
        subject=_("Order %(number)s was collected") % names,
        headline=_("Your goods were collected"),
        text=_(
            "These goods of order %(number)s were handed over in the store. If that was neither you nor somebody you"
            " sent, please answer this mail."
        )
        % names,
    )


def _follow_up(*, order: Order, shop: Shop, names: dict[str, str]) -> Words:
    link = FollowUp.objects.select_related("parent").get(order=order)
    names = {**names, "parent": link.parent.number}
    if order.payment_method == EXCHANGE:
        return Words(
            subject=_("Your exchange for order %(parent)s") % names,
            headline=_("We keep your new goods for you"),
            text=_(
                "They are order %(number)s. They leave as soon as the goods you give back have reached us and we have"
                " looked at them."
            )
            % names,
        )
    open_ones = Payment.objects.filter(order_id=order.pk, state__in=OPEN_STATES)
    due = from_minor(sum(each.amount_minor for each in open_ones), order.currency)
    names["amount"] = format_money(money=due, language=shop.language, country=shop.market.country)
    return Words(
        subject=_("Order %(number)s is still to be paid") % names,
        headline=_("Please pay for your new goods"),
        text=_(
            "As agreed, we keep further goods for you, besides order %(parent)s. %(amount)s are to be paid for them:"
            " look at the order and pay on its page. If you do not want them, do nothing: it ends by itself and nothing"
            " more is charged."
        )
        % names,
    )


def _promise_moved(*, order: Order, names: dict[str, str]) -> Words:
    text = _(
        "Part of order %(number)s will arrive later than we promised; the new day is below. If you no longer want to"
        " wait, answer this mail: we cancel what has not left and send your money back."
    )
    if order.delivery_promise.get("waits"):
        text = _(
            "We are looking for part of the goods of order %(number)s and cannot name a day yet; we write to you as"
            " soon as we can. If you no longer want to wait, answer this mail: we cancel what has not left and send"
            " your money back."
        )
    return Words(
        subject=_("Order %(number)s arrives later") % names,
        headline=_("Your delivery is late"),
        text=text % names,
    )


def _expired(*, order: Order, names: dict[str, str]) -> Words:
    text = _(
        "No payment for order %(number)s has reached us in time, so the goods are free for others again. Nothing"
        " was charged. If a payment arrives all the same, we send it back. You are welcome to order again."
    )
    payments = list(Payment.objects.filter(order_id=order.pk))
    exchanged = next((each for each in payments if each.gateway == EXCHANGE), None)
    if exchanged is not None and not exchanged.captured_minor:
        text = _(
            "The goods you were to give back for order %(number)s have not reached us in time, or could not be taken"
            " back, so the new ones are free for others again. Nothing was charged. What still arrives is paid back."
        )
    elif exchanged is not None:
        text = _(
            "The rest of order %(number)s was not paid in time, so the goods are free for others again. What the goods"
            " you gave back had paid is sent back to you."
        )
    elif any(each.credit_account_id is not None for each in payments):
        text = _(
            "The rest of order %(number)s was not paid in time, so the goods are free for others again. What your gift"
            " card or credit paid is back on it; nothing else was charged. You are welcome to order again."
        )
    elif any(each.received_minor for each in payments):
        text = _(
            "What reached us for order %(number)s was not the amount due, so the goods are free for others again. What"
            " you paid is sent back to you. You are welcome to order again."
        )
    return Words(
        subject=_("Order %(number)s was not paid") % names,
        headline=_("Your order has ended"),
        text=text % names,
    )


def _payment_received(*, order: Order, names: dict[str, str]) -> Words:
    text = _("Thank you. We are now preparing order %(number)s.")
    if order.state == OrderState.CANCELLED:
        text = _("Order %(number)s has been cancelled since: nothing will be sent, and what you paid is sent back.")
    return Words(
        subject=_("Payment received for order %(number)s") % names,
        headline=_("Your payment has arrived"),
        text=text % names,
    )


def _refund(*, order: Order, names: dict[str, str], why: str) -> Words:
    if why == RefundWhy.CANCELLED:
        text = _("We have sent back what you paid for your cancelled order %(number)s; banks take a few days.")
    elif why == RefundWhy.RELEASED:
        return Words(
            subject=_("Order %(number)s: your card is not charged") % names,
            headline=_("Your card is not charged"),
            text=_(
                "Your bank had set the amount of order %(number)s aside. We have told it that nothing will be charged;"
                " banks take a few days to show it."
            )
            % names,
        )
    elif why == RefundWhy.TO_CREDIT:
        text = _(
            "What your gift card or credit paid for your cancelled order %(number)s is back on it and can be used"
            " again."
        )
    elif why == RefundWhy.DIFFERS and order.state == OrderState.PLACED:
        text = _(
            "What reached us for order %(number)s was not the amount due, so we have sent it back the way it came;"
            " banks take a few days. Your order still waits for its payment."
        )
    elif why == RefundWhy.DIFFERS:
        text = _(
            "What reached us for order %(number)s was not the amount due, so we have sent it back the way it came;"
            " banks take a few days."
        )
    else:
        text = _(
            "Your payment for order %(number)s reached us after the order had ended. We have sent the whole amount"
            " back the way it came; banks take a few days."
        )
    return Words(
        subject=_("Your money for order %(number)s is on its way back") % names,
        headline=_("We have sent your money back"),
        text=text % names,
    )


def _cancelled(*, order: Order, shop: Shop, names: dict[str, str]) -> Words:
    payments = list(Payment.objects.filter(order_id=order.pk, received_minor=0))
    paid = from_minor(sum(each.captured_minor for each in payments), order.currency)
    amount = format_money(money=paid, language=shop.language, country=shop.market.country)
    is_released = any(each.state in {PaymentState.VOID_DUE, PaymentState.VOIDED} for each in payments)
    text = _("We have cancelled order %(number)s; its goods will not be sent.")
    if was_not_collected(order=order):
        text = _(
            "Order %(number)s was not collected in time, so its goods are free for others again. What you paid is sent"
            " back to you; what was only set aside is not charged."
        )
    elif is_released and paid.minor:
        text = _(
            "We have cancelled order %(number)s; its goods will not be sent. You get back the %(amount)s that were"
            " charged, and we write to you again when the money has left; the rest is not charged."
        )
    elif is_released:
        text = _("We have cancelled order %(number)s; its goods will not be sent, and your card is not charged.")
    elif paid.minor:
        text = _(
            "We have cancelled order %(number)s; its goods will not be sent. You get back the %(amount)s you paid, and"
            " we write to you again when the money has left."
        )
    return Words(
        subject=_("Order %(number)s was cancelled") % names,
        headline=_("Your order was cancelled"),
        text=text % {**names, "amount": amount},
    )


def was_not_collected(*, order: Order) -> bool:
    """Whether an order ended because nobody came for it."""
    moves = Transition.objects.filter(order_id=order.pk, machine="fulfilment", new="cancelled", reason=NOT_COLLECTED)
    return moves.exists()


def _confirmation(*, order: Order, names: dict[str, str]) -> Words:
    if order.state == OrderState.CANCELLED:
        # Owed all the same: the contract was made. The mail about the cancelling follows.
        return Words(
            subject=_("Your order %(number)s at %(shop)s") % names,
            headline=_("Thank you for your order"),
            text=_(
                "This mail confirms what you ordered. The order has been cancelled since: nothing will be sent, and"
                " what you paid is sent back."
            ),
        )
    if order.state == OrderState.PLACED:
        return Words(
            subject=_("Your order %(number)s: please pay by transfer") % names,
            headline=_("Thank you for your order"),
            text=_("We keep the goods for you and send them as soon as your transfer has arrived."),
        )
    text = _(
        "Your payment has arrived and we are preparing your goods. This mail is your confirmation: please keep it."
    )
    good = Payment.objects.filter(order_id=order.pk, state__in=GOOD)
    if good.filter(gateway=CreditKind.ON_ACCOUNT).exists():
        text = _(
            "We are preparing your goods. What you buy on account is to be paid after its invoice, which names the day."
            " This mail is your confirmation: please keep it."
        )
    elif good.filter(capture=CapturePolicy.AT_SHIPMENT).exists():
        text = _(
            "We are preparing your goods. Your bank has set the amount aside; you are charged for each parcel when it"
            " leaves. This mail is your confirmation: please keep it."
        )
    return Words(
        subject=_("Your order %(number)s at %(shop)s") % names, headline=_("Thank you for your order"), text=text
    )


def _confirmation_again(*, order: Order, names: dict[str, str]) -> Words:
    if order.state == OrderState.PLACED:
        return _confirmation(order=order, names=names)
    return Words(
        subject=_("Your order %(number)s at %(shop)s") % names,
        headline=_("Your order confirmation"),
        text=_("Here is the confirmation of your order once more, as we sent it when you ordered: please keep it."),
    )


def percent_text(percent: str) -> str:
    """Write a tax rate as readers of the language do, without needless zeros."""
    return number_format(Decimal(percent).normalize() + 0)


def withdrawal_label() -> str:
    """The words of the link to the withdrawal function; the law asks for these or words as clear."""
    return _("Withdraw from contract here")


def withdrawal_text(*, days: int) -> str:
    """The right to withdraw in two sentences."""
    return _(
        "You may withdraw from this contract within %(days)s days of receiving the last goods, without giving a"
        " reason. Use the link below, which needs no account, or send us any clear statement, for example the form at"
        " the end of this mail."
    ) % {"days": days}


def longer_text(*, days: int) -> str:
    """Goods that may be given back for longer than the others."""
    return _("%(days)s days.") % {"days": days}


def legal_sections(
    *, legal_name: str, address: str, number: str, day: str, terms_url: str, mail: str, are_attached: bool, country: str
) -> list[tuple[str, tuple[str, ...]]]:
    """
    Return the legal part: seller, terms, guarantee and the withdrawal form, as (heading, paragraphs).

    are_attached: the terms come with this mail. country: of the market, whose law names the guarantee.
    """
    names = {"name": legal_name, "address": address, "number": number, "day": day, "url": terms_url, "mail": mail}
    terms = (
        _("The terms that apply to this order are attached to this mail; they also stay here: %(url)s")
        if are_attached
        else _("The terms that apply to this order: %(url)s")
    )
    return [
        (_("Seller"), (_("%(name)s, %(address)s, %(mail)s") % names,)),
        (_("Terms of sale"), (terms % names,)),
        (
            _("Legal guarantee") if country in EU_COUNTRIES else _("Your statutory rights"),
            (_guarantee(country=country),),
        ),
        (
            _("Withdrawal form"),
            (
                _("Fill in and send back only if you wish to withdraw from the contract."),
                _("To %(name)s, %(address)s, %(mail)s:") % names,
                _("I hereby withdraw from my contract of sale of the following goods:") + " ________",
                _("Order %(number)s of %(day)s, received on:") % names + " ________",
                _("Name and address of the consumer:") + " ________",
                _("Signature (on paper only) and date:") + " ________",
            ),
        ),
    ]


def _guarantee(*, country: str) -> str:
    if country in EU_COUNTRIES:
        return _(
            "Goods that do not conform to the contract are repaired, replaced or refunded under the legal"
            " guarantee, for two years from delivery."
        )
    return _(
        "Goods must be as described, fit for purpose and of satisfactory quality. If they are not, you have the right"
        " to a repair, a replacement or your money back."
    )
