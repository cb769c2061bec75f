"""A placed order in plain sentences: where it stands, what happens next, what it cost."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.catalog.enums import NO_WITHDRAWAL
from apps.core import clock
from apps.core.money import Money
from apps.markets.context import Shop
from apps.orders import kits, tokens
from apps.orders.enums import (
    EXCHANGE,
    FollowUpKind,
    FulfilmentState,
    OrderState,
    PaymentState,
    PaymentStatus,
    ReturnState,
)
from apps.orders.follow_ups import queries as follow_ups
from apps.orders.invoices import queries as invoices
from apps.orders.invoices.paper import title_of
from apps.orders.models import FollowUp, Order, Return
from apps.orders.payments.queries import PaymentView, payment_status
from apps.orders.payments.words import payment_label, tenders
from apps.orders.queries import OrderRecord
from apps.orders.returns import window
from apps.orders.returns.queries import BOUGHT, returns_of
from apps.storefront import words
from apps.storefront.contexts import (
    Fact,
    LineView,
    Link,
    OrderRow,
    OrderView,
    ProblemView,
    RecapBlock,
    Summary,
    TotalRow,
)
from apps.storefront.frame import country_name
from apps.storefront.presenters.checkout import order_button
from apps.storefront.presenters.order_timeline import promise_text, timeline
from apps.storefront.presenters.pictures import picture_from
from apps.storefront.presenters.returns import return_views, until_line

# A page that waits for the provider looks again by itself, without JavaScript, this often.
REFRESH_S = 4


def order_view(
    *, shop: Shop, record: OrderRecord, is_new: bool = False, problems: tuple[ProblemView, ...] = ()
) -> OrderView:
    """The tracking page, the confirmation and the account's order page."""
    order = record.order
    paying = payment_status(order, payments=record.payments)
    headline, text = _ready(shop, record) or _headline(shop, order, paying, is_new=is_new)
    token = tokens.order_token(order.number)
    waits = paying.status == PaymentStatus.BEING_CONFIRMED
    rows = returns_of(order_id=order.pk)
    days = [line.withdrawal_days for line in record.lines]
    ends = max(window.ends(order=order, fulfilments=record.fulfilments, days=days).values(), default=None)
    withdrawal = _withdrawal(shop, record, rows, ends)
    links = list(follow_ups.around(order_id=order.pk))
    return OrderView(
        number=order.number,
        state_text=str(OrderState(order.state).label),
        state_code=order.state,
        placed_text=words.moment(shop=shop, at=order.date_placed),
        headline=headline,
        text=text,
        timeline=timeline(shop=shop, record=record),
        summary=summary(shop=shop, record=record),
        blocks=blocks(shop=shop, record=record),
        email=order.email,
        pay_again=_pay_again(paying, token, is_follow_up=any(link.order_id == order.pk for link in links)),
        related=tuple(_related(order, link) for link in links),
        withdrawal=withdrawal,
        withdrawal_text=until_line(shop=shop, days=days, ends_at=ends) if withdrawal else "",
        returns=return_views(shop=shop, returns=rows),
        terms=_terms(order, token),
        invoices=_invoices(shop, order, token),
        bank_details=bank_details(shop=shop, paying=paying),
        tracking_link=Link(label=_("This order's page"), url=reverse("order_tracking", args=[token])),
        refresh_seconds=REFRESH_S if waits else 0,
        problems=problems,
    )


def _related(order: Order, link: FollowUp) -> Link:
    """The order another one follows from, or one that follows from it."""
    if link.order_id == order.pk:
        label, other = _("These goods follow from order %(number)s"), link.parent
    elif link.kind == FollowUpKind.EXCHANGE:
        label, other = _("Exchanged for goods of order %(number)s"), link.order
    else:
        label, other = _("Goods were added as order %(number)s"), link.order
    url = reverse("order_tracking", args=[tokens.order_token(other.number)])
    return Link(label=label % {"number": other.number}, url=url)


def _headline(shop: Shop, order: Order, paying: PaymentView, *, is_new: bool) -> tuple[str, str]:
    """What stands at the top. Says "paid" only when the provider said so, and "refused" only when it said that."""
    promise = promise_text(shop=shop, order=order)
    delivered = _("You have collected your order") if order.collect_at_id else _("Your order was delivered")
    by_state = {
        OrderState.CONFIRMED: (_("Your order is confirmed"), promise),
        OrderState.IN_FULFILMENT: (_("Your order is being prepared"), promise),
        OrderState.SHIPPED: (_("Your order is on its way"), promise),
        OrderState.DELIVERED: (delivered, ""),
        OrderState.EXPIRED: (_("Your order has expired"), _money_after_expiry(paying)),
        OrderState.CANCELLED: (_("Your order was cancelled"), _money_after_cancelling(paying)),
    }
    state = OrderState(order.state)
    if state == OrderState.PLACED:
        return _exchanging(shop, order) if order.payment_method == EXCHANGE else _waiting(shop, order, paying)
    if is_new and state in {OrderState.CONFIRMED, OrderState.IN_FULFILMENT}:
        sent = _("We have sent a confirmation to %(email)s.") % {"email": order.email}
        return _("Thank you, your order is confirmed"), sent
    return by_state[state]


def _ready(shop: Shop, record: OrderRecord) -> tuple[str, str] | None:
    """What stands at the top while something lies in a store for the shopper."""
    until = [row.due_at for row in record.fulfilments if row.state == FulfilmentState.READY]
    if not until or record.order.collect_at is None:
        return None
    told = _("Please show the code %(code)s at %(store)s. Your goods are kept until %(day)s")
    return _("Your order is ready to be collected"), told % {
        "code": tokens.collect_code(record.order.number),
        "store": record.order.collect_at.name,
        "day": words.day(shop=shop, on=min(until).astimezone(shop.market.time_zone).date()),
    }


def _money_after_expiry(paying: PaymentView) -> str:
    if paying.by_goods is not None:
        return (
            _("It was not paid in time. What the goods you gave back had paid is sent back to you.")
            if paying.by_goods
            else _("The goods you were to give back did not reach us, or could not be taken back. Nothing was charged.")
        )
    if paying.differs:
        return _("What reached us was not the amount due. It is sent back to you.")
    if paying.status in {PaymentStatus.TO_REFUND, PaymentStatus.REFUNDED}:
        return _("Your payment came too late. The money is sent back to you.")
    if paying.status == PaymentStatus.RELEASED:
        return _("Your payment came too late. Nothing was charged; your bank frees the amount it had set aside.")
    if paying.by_credit:
        return _("It was not paid in time. What your gift card or credit paid is back on it; nothing else was charged.")
    return _("It was not paid in time. Nothing was charged.")


def _money_after_cancelling(paying: PaymentView) -> str:
    if paying.status == PaymentStatus.RELEASED and paying.by_credit:
        return _("Your card is not charged. What your gift card or credit paid is given back.")
    if paying.status == PaymentStatus.RELEASED:
        return _("Nothing was charged; your bank frees the amount it had set aside.")
    if paying.status == PaymentStatus.REFUNDED:
        return _("We have sent back what you paid; banks take a few days.")
    return _("What you paid is sent back to you.") if paying.status == PaymentStatus.TO_REFUND else ""


def _exchanging(shop: Shop, order: Order) -> tuple[str, str]:
    """What stands at the top of an order that waits for the goods it is exchanged for."""
    until = words.moment(shop=shop, at=order.expires_at) if order.expires_at else ""
    waits = _("They leave when the goods you give back have reached us; we keep them until %(when)s.")
    return _("We keep your new goods for you"), waits % {"when": until}


def _waiting(shop: Shop, order: Order, paying: PaymentView) -> tuple[str, str]:
    if order.payment_method == "bank_transfer":
        return _("Thank you, your order is placed"), _("We send it as soon as your transfer has arrived.")
    if paying.status == PaymentStatus.REFUSED:
        until = words.moment(shop=shop, at=paying.expires_at) if paying.expires_at else ""
        kept = _("Nothing was charged. Your order is kept for you until %(when)s; you can try again.")
        if paying.by_credit:
            kept = _("The rest was not charged. Your order is kept for you until %(when)s; you can try again.")
        return _("Your payment was refused"), kept % {"when": until}
    if paying.status == PaymentStatus.BEING_CONFIRMED:
        wait = _("Your order is placed. Your bank has not answered yet; please do not pay a second time.")
        return _("Your payment is being confirmed"), wait
    waits = _("Your order is waiting for its payment")
    if paying.status in {PaymentStatus.TO_REFUND, PaymentStatus.REFUNDED}:
        return waits, _("What reached us was not the amount due. It is sent back to you; please pay the order again.")
    so_far = _("Nothing was charged so far.")
    if paying.by_goods:
        so_far = _("The goods you gave back have paid their part; the rest was not charged so far.")
    elif paying.by_credit:
        so_far = _("Your gift card or credit has paid its part; the rest was not charged so far.")
    return waits, so_far


def _pay_again(paying: PaymentView, token: str, *, is_follow_up: bool) -> Link | None:
    if not paying.can_pay or paying.method == "bank_transfer" or paying.status == PaymentStatus.BEING_CONFIRMED:
        return None
    # Nobody pressed the order button for goods that staff added: this press makes the contract (C. conso L221-14).
    label = order_button() if is_follow_up else _("Pay now")
    return Link(label=label, url=reverse("payments:pay", args=[token]))


def _withdrawal(shop: Shop, record: OrderRecord, rows: Sequence[Return], ends: datetime | None) -> Link | None:
    """The way to the withdrawal function, for as long as there is something to withdraw from."""
    given = sum(line.quantity for row in rows if row.state != ReturnState.CANCELLED for line in row.lines.all())
    is_left = given < sum(line.quantity for line in record.lines if line.withdrawal_exception not in NO_WITHDRAWAL)
    if record.order.state not in BOUGHT or not is_left or (ends is not None and clock.now() > ends):
        return None
    url = f"{shop.prefix}withdraw/{tokens.order_token(record.order.number)}/"
    return Link(label=pgettext("legal button", "Withdraw from contract here"), url=url)


def _terms(order: Order, token: str) -> Link | None:
    url = reverse("order_terms", args=[token])
    return Link(label=_("Terms of this order"), url=url) if order.terms_id else None


def _invoices(shop: Shop, order: Order, token: str) -> tuple[Link, ...]:
    """The invoices and credit notes issued so far, each with its sum."""
    return tuple(
        Link(
            label=f"{title_of(invoice=row)} · {words.minor(shop=shop, amount_minor=row.gross_minor)}",
            url=reverse("order_invoice", args=[token, row.number]),
        )
        for row in invoices.of_order(order_id=order.pk)
    )


def _amount(shop: Shop, order: Order, value: Decimal) -> str:
    return words.money(shop=shop, amount=Money(value, order.currency))


def summary(*, shop: Shop, record: OrderRecord) -> Summary:
    """Lines and totals as they were agreed; nothing is computed anew."""
    order = record.order
    found = kits.chosen(lines=record.lines)
    lines = tuple(
        LineView(
            key=str(line.lines[0].pk),
            name=line.title,
            url=line.url_path,
            sku=line.sku,
            quantity=line.quantity,
            unit_text=words.money(shop=shop, amount=line.unit(gross=True, currency=order.currency)),
            total_text=_amount(shop, order, line.total(name="line_price_before_discounts_incl_tax")),
            picture=picture_from(data=line.picture, alt=line.title),
            contents=line.contents,
        )
        for line in found
    )
    return Summary(
        lines=lines,
        totals=totals(shop=shop, record=record),
        count_text=words.items(count=sum(line.quantity for line in found)),
    )


def totals(*, shop: Shop, record: OrderRecord) -> tuple[TotalRow, ...]:
    """The order's sums, row by row; they add up to the total."""
    order = record.order
    goods = sum((line.line_price_before_discounts_incl_tax for line in record.lines), Decimal(0))
    rows = [TotalRow(label=_("Goods"), amount_text=_amount(shop, order, goods))]
    rows += [
        TotalRow(
            label=discount.voucher_code or discount.offer_name or "",
            amount_text=_amount(shop, order, -discount.amount),
            kind="saving",
        )
        for discount in record.discounts
        if discount.amount
    ]
    delivery = _amount(shop, order, order.shipping_incl_tax) if order.shipping_incl_tax else _("Free")
    rows.append(TotalRow(label=order.shipping_method or _("Delivery"), amount_text=delivery))
    rows.append(TotalRow(label=_("Total"), amount_text=_amount(shop, order, order.total_incl_tax), kind="total"))
    rows += [
        TotalRow(
            label=_("including %(percent)s %% VAT")
            % {"percent": words.percent(value=Decimal(str(row["percent"])), shop=shop)},
            amount_text=_amount(shop, order, Decimal(str(row["tax"]))),
            kind="tax",
        )
        for row in order.tax_lines
        if Decimal(str(row["tax"]))
    ]
    rows += [
        TotalRow(label=label, amount_text=words.minor(shop=shop, amount_minor=minor))
        for label, minor in tenders(payments=record.payments)
    ]
    return tuple(rows)


def blocks(*, shop: Shop, record: OrderRecord) -> tuple[RecapBlock, ...]:
    """Where it goes and how it is paid."""
    order = record.order
    found = [RecapBlock(title=_("Contact"), lines=tuple(line for line in (order.email, order.phone) if line))]
    if order.shipping_address is not None:
        to = order.shipping_address
        name = f"{to.first_name} {to.last_name}".strip()
        town = f"{to.postcode} {to.line4}".strip()
        lines = [name, to.line1, to.line2, to.line3, town, country_name(code=to.country_id)]
        if order.collect_at_id is not None:
            lines = [to.line3, to.line1, town, name]
        title = _("Collected in store") if order.collect_at_id else _("Delivery address")
        found.append(RecapBlock(title=title, lines=tuple(line for line in lines if line)))
    paid_with = tuple(label for label, _minor in tenders(payments=record.payments))
    paid_with = paid_with or (payment_label(code=order.payment_method),)
    found.append(RecapBlock(title=_("Payment"), lines=(*paid_with, *_charging(shop, record))))
    return tuple(found)


def _charging(shop: Shop, record: OrderRecord) -> tuple[str, ...]:
    """What of an authorised payment was charged, and when the rest is."""
    authorised = next((each for each in record.payments if each.state == PaymentState.AUTHORISED), None)
    if authorised is None:
        return ()
    rest = (_("The amount is set aside; you are charged for each parcel when it leaves."),)
    if not authorised.captured_minor:
        return rest
    charged = words.minor(shop=shop, amount_minor=authorised.captured_minor)
    return (_("Charged so far: %(amount)s.") % {"amount": charged}, *rest)


def bank_details(*, shop: Shop, paying: PaymentView) -> tuple[Fact, ...]:
    """Where to transfer the money to, and with which words; nothing for other ways to pay."""
    if not paying.instructions:
        return ()
    labels = {"holder": _("Account holder"), "iban": _("IBAN"), "bic": _("BIC"), "reference": _("Reference")}
    facts = [
        Fact(label=labels[key], value=value) for key, value in paying.instructions.items() if key in labels and value
    ]
    return (*facts, Fact(label=_("Amount"), value=words.minor(shop=shop, amount_minor=paying.amount_minor)))


def order_row(*, shop: Shop, order: Order) -> OrderRow:
    """An order in the account's list."""
    lines = kits.chosen(lines=order.lines.all())
    pictures = (picture_from(data=line.picture, alt=line.title) for line in lines[:4])
    return OrderRow(
        number=order.number,
        url=reverse("account_order", args=[order.number]),
        placed_text=words.moment(shop=shop, at=order.date_placed),
        total_text=_amount(shop, order, order.total_incl_tax),
        state_text=str(OrderState(order.state).label),
        state_code=order.state,
        pictures=tuple(picture for picture in pictures if picture),
        count_text=words.items(count=sum(line.quantity for line in lines)),
    )
