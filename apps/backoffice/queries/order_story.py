"""One order with everything staff need to answer a shopper: rows, and all that happened in one line of time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.audit_words import action_words
from apps.core.models import AuditEvent
from apps.inventory.models import SourcingDecision
from apps.inventory.sourcing import queries as sourcing
from apps.orders import queries as orders
from apps.orders.enums import NOT_COLLECTED, FulfilmentState, OrderState, PaymentState, RejectReason, ReturnState
from apps.orders.follow_ups import queries as follow_ups
from apps.orders.invoices import queries as invoices
from apps.orders.models import (
    FollowUp,
    FulfilmentLine,
    Invoice,
    MailLog,
    Order,
    OrderEdit,
    PaymentCapture,
    PaymentDispute,
    PaymentNotice,
    Rejection,
    Return,
    Transition,
)
from apps.orders.returns import unsent, waiting
from apps.orders.returns.queries import returns_of

_WORDS: dict[str, Any] = {
    "order": OrderState,
    "payment": PaymentState,
    "fulfilment": FulfilmentState,
    "return": ReturnState,
}
_PERSON = re.compile(r"^user:(\d+)$")


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. kind: move, mail or audit."""

    at: datetime
    kind: str
    text: str
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """An order, its rows, and its time line, oldest first."""

    record: orders.OrderRecord
    notices: tuple[PaymentNotice, ...]
    captures: tuple[PaymentCapture, ...]
    disputes: tuple[PaymentDispute, ...]
    mails: tuple[MailLog, ...]
    parcels: dict[int, list[FulfilmentLine]]
    rejections: dict[int, list[Rejection]]
    decisions: tuple[SourcingDecision, ...]
    returns: tuple[Return, ...]
    edits: tuple[OrderEdit, ...]
    invoices: tuple[Invoice, ...]
    moments: tuple[Moment, ...]
    follow_ups: tuple[FollowUp, ...] = ()


def story_of(*, order: Order) -> Story:
    """Load the whole story of an order. Eighteen statements, 20 when it has returns, whatever it holds."""
    record = orders.record(order=order)
    mails = tuple(order.mails.order_by("created_at", "id"))
    notices = tuple(PaymentNotice.objects.filter(payment__order_id=order.pk).order_by("received_at", "id"))
    captures = PaymentCapture.objects.filter(payment__order_id=order.pk).select_related(
        "payment", "fulfilment__location"
    )
    parcels: dict[int, list[FulfilmentLine]] = {}
    for line in FulfilmentLine.objects.filter(fulfilment__order_id=order.pk).select_related("line").order_by("id"):
        parcels.setdefault(line.fulfilment_id, []).append(line)
    rejections: dict[int, list[Rejection]] = {}
    for row in Rejection.objects.filter(fulfilment__order_id=order.pk).select_related("line").order_by("id"):
        rejections.setdefault(row.fulfilment_id, []).append(row)
    returns = tuple(returns_of(order_id=order.pk))
    audits = _audits(record, returns)
    names = actor_names([*(row.actor for row in record.transitions), *(event.actor for event in audits)])
    moments = [_move(row, names) for row in record.transitions]
    moments += [_mail(mail) for mail in mails]
    moments += [_audit(event, names) for event in audits]
    return Story(
        record=record,
        notices=notices,
        captures=tuple(captures.order_by("id")),
        disputes=tuple(PaymentDispute.objects.filter(payment__order_id=order.pk).order_by("id")),
        mails=mails,
        parcels=parcels,
        rejections=rejections,
        decisions=tuple(sourcing.decisions(reference=f"order:{order.number}")),
        returns=returns,
        edits=tuple(
            OrderEdit.objects.filter(order_id=order.pk).select_related("given_back", "follow_up").order_by("id")
        ),
        invoices=tuple(invoices.of_order(order_id=order.pk)),
        follow_ups=tuple(follow_ups.around(order_id=order.pk)),
        # Moves before mails at the same instant: the mail is their consequence.
        moments=tuple(sorted(moments, key=lambda moment: (moment.at, moment.kind != "move"))),
    )


def _edits(*, order_id: int) -> QuerySet[OrderEdit]:
    return OrderEdit.objects.filter(order_id=order_id).select_related("given_back", "follow_up").order_by("id")


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Return actor → how people know them: the login of a person, the name of a job. One statement."""
    wanted = set(actors)
    ids = {int(found.group(1)): actor for actor in wanted if (found := _PERSON.match(actor))}
    logins = dict(User.objects.filter(pk__in=ids).values_list("pk", "email"))
    people = {actor: logins.get(pk, actor) for pk, actor in ids.items()}
    return {actor: people.get(actor) or _job(actor) for actor in wanted}


def _job(actor: str) -> str:
    return _("automatic (%(job)s)") % {"job": actor.removeprefix("system:")} if actor.startswith("system:") else actor


def _audits(record: orders.OrderRecord, returns: Iterable[Return]) -> list[AuditEvent]:
    """Audit lines of the order and its parts, without those that only repeat a move."""
    targets = [f"order.order:{record.order.pk}"]
    targets += [f"order.payment:{payment.pk}" for payment in record.payments]
    targets += [f"order.fulfilment:{fulfilment.pk}" for fulfilment in record.fulfilments]
    targets += [f"order.return:{row.pk}" for row in returns]
    moves = {(f"{row.machine}.{row.new}", row.at) for row in record.transitions}
    events = AuditEvent.objects.filter(target__in=targets).order_by("at", "id")
    return [event for event in events if (event.action, event.at) not in moves]


def _move(row: Transition, names: dict[str, str]) -> Moment:
    words = _WORDS[row.machine]
    new = str(words(row.new).label)
    text = (
        f"{row.get_machine_display()}: {words(row.old).label} → {new}"
        if row.old
        else f"{row.get_machine_display()}: {new}"
    )
    return Moment(at=row.at, kind="move", text=text, actor=names[row.actor], reason=reason_words(reason=row.reason))


def reason_words(*, reason: str) -> str:
    """A reason as people read it: what a location chose from the list in words, anything else as it was typed."""
    if reason == waiting.IN_VAIN:
        return _("No location had the goods in time")
    if reason == unsent.NEVER_LEFT:
        return _("These goods never leave; they are paid back by another return")
    if reason == NOT_COLLECTED:
        return _("Not collected in time")
    return str(dict(RejectReason.choices).get(reason, reason))


def _mail(mail: MailLog) -> Moment:
    text = _("Mail “%(subject)s” to %(recipient)s: %(state)s") % {
        "subject": mail.subject,
        "recipient": mail.recipient,
        "state": mail.get_state_display(),
    }
    return Moment(at=mail.sent_at or mail.created_at, kind="mail", text=text, actor="")


def _audit(event: AuditEvent, names: dict[str, str]) -> Moment:
    text = action_words(action=event.action)
    return Moment(
        at=event.at, kind="audit", text=text, actor=names[event.actor], reason=reason_words(reason=event.reason)
    )
