"""
Send a mail once per event, as far as that can be known.

The log row is written before the mail leaves and marked after: a worker that dies in between sends it a second time
under the same Message-ID, and the row says so. Never a third time for the same death, never silently not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F

from apps.core.errors import Final, TryAgain
from apps.markets.context import using
from apps.markets.queries import shop_for_market
from apps.orders import terms
from apps.orders.enums import CONFIRMATIONS, MailKind, MailState
from apps.orders.mail import follow_up, returns
from apps.orders.mail.content import content_of
from apps.orders.mail.render import Rendered, render
from apps.orders.models import MailLog, Order

SYSTEM = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A mail owed because of an event. why: of a refund, a RefundWhy."""

    event_id: int
    kind: str
    order_id: int
    fulfilment_id: int | None = None
    why: str = ""
    return_id: int | None = None

    @property
    def key(self) -> str:
        """The same in every attempt."""
        return f"{self.event_id}:{self.kind}"


def send(*, owed: Owed, at: datetime, finish: Callable[[], object]) -> bool:
    """
    Send what is owed unless it was sent; return whether it left now. Outside any transaction.

    `finish` is called in the transaction that marks the mail as sent. Raises TryAgain when the mail server does not
    take it now, Final when it never will.
    """
    order = Order.objects.select_related(
        "market", "terms", "shipping_address__country", "billing_address__country"
    ).get(pk=owed.order_id)
    shop = shop_for_market(market_code=order.market.code, language=order.language)
    row = returns.return_of(return_id=owed.return_id) if owed.return_id else None
    with using(shop=shop):
        mail = (
            returns.content_of(kind=owed.kind, row=row, order=order, shop=shop)
            if row
            else returns.changed_content(order=order, shop=shop)
            if owed.kind == MailKind.CHANGED
            else follow_up.content_of(order=order, shop=shop)
            if owed.kind == MailKind.FOLLOW_UP
            else content_of(kind=owed.kind, order=order, shop=shop, fulfilment_id=owed.fulfilment_id, why=owed.why)
        )
        rendered = render(kind=owed.kind, mail=mail)
    log = _log(
        owed=owed,
        order=order,
        recipient=row.email if row else order.email,
        language=shop.language,
        sender=shop.brand.mail_from,
        rendered=rendered,
        at=at,
    )
    attachment = terms.attachment_of(order=order) if owed.kind in CONFIRMATIONS else None
    return _leave(
        log=log,
        rendered=rendered,
        sender=f"{shop.brand.name} <{shop.brand.mail_from}>",
        at=at,
        finish=finish,
        attachment=attachment,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A plain mail that is not about an order: its text is final, in the reader's language."""

    event_id: int
    kind: str
    recipient: str
    sender: str
    language: str
    subject: str
    text: str
    reply_to: str = ""


def send_note(*, note: Note, at: datetime, finish: Callable[[], object]) -> bool:
    """Send a plain mail unless it was sent; the same promises as `send`."""
    rendered = Rendered(subject=" ".join(note.subject.split())[:200], text=note.text, html="")
    log, _created = MailLog.objects.get_or_create(
        key=f"{note.event_id}:{note.kind}",
        defaults={
            "kind": note.kind,
            "recipient": note.recipient,
            "language": note.language,
            "subject": rendered.subject,
            "message_id": f"<{note.kind}.{note.event_id}@{note.sender.rpartition('@')[2]}>",
            "created_at": at,
            **({"text": note.text} if settings.DEMO else {}),
        },
    )
    return _leave(log=log, rendered=rendered, sender=note.sender, at=at, finish=finish, reply_to=note.reply_to)


def _leave(
    *,
    log: MailLog,
    rendered: Rendered,
    sender: str,
    at: datetime,
    finish: Callable[[], object],
    reply_to: str = "",
    attachment: terms.Attachment | None = None,
) -> bool:
    leaves = log.state != MailState.SENT
    if leaves:
        MailLog.objects.filter(pk=log.pk).update(attempts=F("attempts") + 1)
        _hand_over(log=log, rendered=rendered, sender=sender, reply_to=reply_to, attachment=attachment)
    with transaction.atomic():
        MailLog.objects.filter(pk=log.pk, state=MailState.SENDING).update(state=MailState.SENT, sent_at=at)
        finish()
    return leaves


def _log(
    *, owed: Owed, order: Order, recipient: str, language: str, sender: str, rendered: Rendered, at: datetime
) -> MailLog:
    """Return the row of this mail, written in its own transaction before anything leaves."""
    domain = sender.rpartition("@")[2]
    keeps_body = {"text": rendered.text, "html": rendered.html} if settings.DEMO else {}
    log, _created = MailLog.objects.get_or_create(
        key=owed.key,
        defaults={
            "order": order,
            "kind": owed.kind,
            "recipient": recipient,
            "language": language,
            "subject": rendered.subject[:200],
            "message_id": f"<{owed.kind}.{owed.event_id}.{order.number.lower()}@{domain}>",
            "created_at": at,
            **keeps_body,
        },
    )
    return log


def _hand_over(
    *, log: MailLog, rendered: Rendered, sender: str, reply_to: str, attachment: terms.Attachment | None
) -> None:
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=sender,
        to=[log.recipient],
        headers={"Message-ID": log.message_id, "Auto-Submitted": "auto-generated"},
        reply_to=[reply_to] if reply_to else None,
    )
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    if attachment is not None:
        message.attach(attachment.name, attachment.content, attachment.mime_type)
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        raise Final("the recipient was refused", system=SYSTEM) from error
    except (SMTPException, OSError) as error:
        raise TryAgain(type(error).__name__, system=SYSTEM) from error
