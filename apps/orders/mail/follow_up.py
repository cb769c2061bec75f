"""What a mail about an order that follows from another says below its words."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.money import Money, format_money
from apps.markets.context import Shop
from apps.orders.enums import EXCHANGE, MailKind
from apps.orders.mail import texts
from apps.orders.mail.content import Block, OrderMail, bank_details, short_mail
from apps.orders.mail.returns import statement_lines, way_back
from apps.orders.models import FollowUp, Line, Order, Payment


def content_of(*, order: Order, shop: Shop) -> OrderMail:
    """Return what the mail says. Runs inside `using(shop=…)`."""
    words = texts.words_of(kind=MailKind.FOLLOW_UP, order=order, shop=shop)
    return short_mail(words=words, order=order, shop=shop, blocks=blocks_of(order=order, shop=shop))


def blocks_of(*, order: Order, shop: Shop) -> tuple[Block, ...]:
    """Return the goods with their total, until when they are kept, and what comes back for them. Five statements."""
    link = FollowUp.objects.select_related("given_back__drop_off").get(order=order)
    lines = Line.objects.filter(order_id=order.pk).order_by("position", "id")
    total = Money(order.total_incl_tax, order.currency)
    written = format_money(money=total, language=shop.language, country=shop.market.country)
    blocks = [
        Block(
            title=_("New goods"),
            lines=(
                *(f"{line.quantity} × {line.title}" for line in lines),
                _("Total: %(amount)s") % {"amount": written},
            ),
        )
    ]
    payments = list(Payment.objects.filter(order_id=order.pk).order_by("id"))
    if facts := bank_details(order=order, payments=payments, shop=shop):
        blocks.append(
            Block(title=_("Please transfer to"), lines=tuple(f"{each.label}: {each.value}" for each in facts))
        )
    if order.expires_at is not None:
        until = date_format(order.expires_at.astimezone(shop.market.time_zone), "DATE_FORMAT")
        blocks.append(Block(title=_("Kept for you until"), lines=(until,)))
    if link.given_back is not None and order.payment_method == EXCHANGE:
        blocks.append(Block(title=_("Goods you give back"), lines=statement_lines(row=link.given_back)))
        blocks.append(way_back(row=link.given_back, shop=shop))
    return tuple(blocks)
