"""What mails about a return say: the acknowledgement of a withdrawal, the refund, the refusal."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.money import format_money, from_minor
from apps.markets.context import Shop
from apps.orders.addresses import address_of
from apps.orders.enums import NOT_COLLECTED, MailKind, ReturnState
from apps.orders.mail.content import Block, OrderMail, short_mail
from apps.orders.mail.texts import Words
from apps.orders.models import Order, Refund, Return

KINDS = frozenset(
    {MailKind.WITHDRAWAL, MailKind.NOT_SENT, MailKind.CHANGED, MailKind.RETURN_REFUNDED, MailKind.RETURN_REFUSED}
)


def return_of(*, return_id: int) -> Return:
    """Return a return with its lines and refund. Three statements."""
    return Return.objects.select_related("refund", "drop_off").prefetch_related("lines__line").get(pk=return_id)


def content_of(*, kind: str, row: Return, order: Order, shop: Shop) -> OrderMail:
    """Return what a mail about a return says. Runs inside `using(shop=…)`. One statement besides the return's own."""
    words = words_of(
        kind=kind,
        order=order,
        is_unsent=is_unsent(row=row),
        is_charged=_is_charged(row),
        is_uncollected=row.note == NOT_COLLECTED,
    )
    return short_mail(words=words, order=order, shop=shop, blocks=blocks_of(kind=kind, row=row, order=order, shop=shop))


def changed_content(*, order: Order, shop: Shop) -> OrderMail:
    """Return what a mail says of an order whose address alone changed. Runs inside `using(shop=…)`."""
    words = changed_words(number=order.number)
    return short_mail(words=words, order=order, shop=shop, blocks=(address_block(order=order),))


def is_unsent(*, row: Return) -> bool:
    """Whether the goods of a return never left us."""
    return all(line.unsent for line in row.lines.all())


def _is_charged(row: Return) -> bool:
    """Whether money goes back for goods that never left; otherwise they were never charged."""
    refund: Refund | None = getattr(row, "refund", None)
    return refund is None or refund.tenders.filter(is_release=False).exists()


def words_of(
    *, kind: str, order: Order, is_unsent: bool = False, is_charged: bool = True, is_uncollected: bool = False
) -> Words:
    """
    Return subject, headline and first paragraph.

    is_unsent: the goods never left us. is_charged: money goes back for them. is_uncollected: nobody came for them.
    """
    names = {"number": order.number}
    if kind == MailKind.NOT_SENT:
        text = _(
            "We are sorry: the goods below of order %(number)s are not to be had. You get back what you paid for"
            " them within fourteen days; we write to you again when the money has left."
        )
        if not is_charged:
            text = _(
                "We are sorry: the goods below of order %(number)s are not to be had. You are not charged for them."
            )
        subject, headline = _("Part of order %(number)s cannot be sent"), _("We cannot send these goods")
        if is_uncollected:
            subject, headline = _("Part of order %(number)s was not collected"), _("These goods were not collected")
            text = _(
                "Part of order %(number)s was not collected in time, so the goods below are free for others again. What"
                " you paid for them is sent back to you; what was only set aside is not charged."
            )
        return Words(subject=subject % names, headline=headline, text=text % names)
    if kind == MailKind.CHANGED:
        return changed_words(number=order.number, is_charged=is_charged)
    if kind == MailKind.WITHDRAWAL:
        return Words(
            subject=_("We have received your withdrawal from order %(number)s") % names,
            headline=_("Your withdrawal has reached us"),
            text=_("This mail confirms your declaration, its content and when it was sent: please keep it."),
        )
    if kind == MailKind.RETURN_REFUSED:
        return Words(
            subject=_("Your return of order %(number)s") % names,
            headline=_("We cannot pay these goods back"),
            text=_(
                "We have looked at what you sent back of order %(number)s. What we found is below. If you see it"
                " otherwise, please answer this mail."
            )
            % names,
        )
    if is_unsent:
        return Words(
            subject=_("Your refund for order %(number)s is on its way") % names,
            headline=_("We have sent your money back"),
            text=_(
                "This is what you paid for goods that were not sent. It goes the way you paid; banks take a few days."
            ),
        )
    return Words(
        subject=_("Your refund for order %(number)s is on its way") % names,
        headline=_("We have sent your money back"),
        text=_("Thank you for sending your goods back. The money goes the way you paid; banks take a few days."),
    )


def changed_words(*, number: str, is_charged: bool | None = None) -> Words:
    """What a shopper reads of a changed order. is_charged: of goods taken out, None where none were."""
    texts = {
        None: _("We have changed order %(number)s. The rest of it goes to the address below."),
        True: _(
            "We have changed order %(number)s: the goods below are taken out of it. You get back what you paid for them"
            " within fourteen days; we write to you again when the money has left."
        ),
        False: _(
            "We have changed order %(number)s: the goods below are taken out of it. You are not charged for them."
        ),
    }
    names = {"number": number}
    return Words(
        subject=_("Order %(number)s is changed") % names,
        headline=_("Your order is changed"),
        text=texts[is_charged] % names,
    )


def address_block(*, order: Order) -> Block:
    """Where an order goes now."""
    address = address_of(order.shipping_address)
    town = f"{address.get('postcode', '')} {address.get('city', '')}".strip()
    lines = [address.get(name, "") for name in ("name", "company", "line1", "line2")]
    return Block(title=_("Delivery address"), lines=tuple(line for line in (*lines, town) if line))


def blocks_of(*, kind: str, row: Return, order: Order, shop: Shop) -> tuple[Block, ...]:
    """Return the paragraphs under the words."""
    if kind == MailKind.WITHDRAWAL:
        return (_statement(row=row, order=order, shop=shop), *_what_next(row=row, shop=shop))
    if kind == MailKind.NOT_SENT:
        return (Block(title=_("Goods"), lines=statement_lines(row=row)),)
    if kind == MailKind.CHANGED:
        return (Block(title=_("Taken out"), lines=statement_lines(row=row)), address_block(order=order))
    if is_unsent(row=row):
        return _money(row=row, shop=shop)
    found = (Block(title=_("What we found"), lines=(row.note,)),) if row.note else ()
    return (*_money(row=row, shop=shop), *found)


def statement_lines(*, row: Return) -> tuple[str, ...]:
    """Return the goods of a return, a line each."""
    return tuple(f"{line.quantity} × {line.line.title}" for line in row.lines.all())


def _statement(*, row: Return, order: Order, shop: Shop) -> Block:
    sent = _moment(row.declared_at, shop=shop)
    return Block(
        title=_("Your declaration"),
        lines=(
            _("I withdraw from the contract of order %(number)s for:") % {"number": order.number},
            *statement_lines(row=row),
            _("Name: %(name)s") % {"name": row.name},
            _("Sent on %(moment)s") % {"moment": sent},
        ),
    )


def _what_next(*, row: Return, shop: Shop) -> tuple[Block, ...]:
    if row.state != ReturnState.NOT_SENT and is_unsent(row=row):
        text = _("These goods had not left yet, so they will not be sent. We pay back what you paid for them.")
        if not _is_charged(row):
            text = _("These goods had not left yet, so they will not be sent. You are not charged for them.")
        return (Block(title=_("What happens now"), lines=(text,)),)
    if row.state == ReturnState.NOT_SENT:
        return (
            Block(
                title=_("What happens now"),
                lines=(_("Nothing had left yet, so nothing will be sent. We pay back everything you paid."),),
            ),
        )
    return (
        way_back(row=row, shop=shop),
        Block(
            title=_("Your money"),
            lines=(
                _(
                    "We pay back within 14 days of your declaration, the way you paid; we may wait until the goods or"
                    " the proof that you sent them reach us."
                ),
            ),
        ),
    )


def way_back(*, row: Return, shop: Shop) -> Block:
    """Where the goods go, by post or to a store, and until when."""
    by = date_format(row.send_back_by.astimezone(shop.market.time_zone), "DATE_FORMAT")
    names = {"day": by, "number": row.number}
    if row.drop_off is not None:
        place = row.drop_off
        bring = _("By %(day)s at the latest, with the number %(number)s, to:") % names
        lines = (bring, place.name, place.street, f"{place.postcode} {place.city}".strip())
        return Block(title=_("Please bring the goods back"), lines=tuple(line for line in lines if line))
    return Block(
        title=_("Please send the goods back"),
        lines=(
            _("By %(day)s at the latest, with the number %(number)s in the parcel, to:") % names,
            shop.seller.name,
            *shop.seller.address.splitlines(),
            _("You bear the postage of sending them back, unless our terms say otherwise."),
        ),
    )


def _money(*, row: Return, shop: Shop) -> tuple[Block, ...]:
    refund: Refund | None = getattr(row, "refund", None)
    if refund is None:
        return ()

    def written(minor: int) -> str:
        money = from_minor(minor, refund.currency)
        return format_money(money=money, language=shop.language, country=shop.market.country)

    lines = []
    for part in refund.lines.select_related("line").order_by("id"):
        lines.append(f"{part.quantity} × {part.line.title}: {written(part.amount_minor)}")
        if part.deducted_minor:
            lines.append(_("Deducted for use: %(amount)s") % {"amount": written(part.deducted_minor)})
    if refund.delivery_minor:
        lines.append(_("Delivery: %(amount)s") % {"amount": written(refund.delivery_minor)})
    moved = sum(each.amount_minor for each in refund.tenders.filter(into__isnull=False))
    total = _("Sent back: %(amount)s, %(tax)s of it VAT") % {
        "amount": written(refund.amount_minor),
        "tax": written(refund.tax_minor),
    }
    if moved:
        # The whole of it is what the goods were worth; only the rest is sent.
        total = _(
            "In all %(amount)s, of which %(moved)s paid for the goods you get for them; %(rest)s are sent back."
        ) % {
            "amount": written(refund.amount_minor),
            "moved": written(moved),
            "rest": written(refund.amount_minor - moved),
        }
    return (Block(title=_("Your refund"), lines=(*lines, total)),)


def _moment(at: datetime, *, shop: Shop) -> str:
    local = at.astimezone(shop.market.time_zone)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S} ({local:%Z})"
