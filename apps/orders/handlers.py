"""What orders do about news: fulfilments, mails, refunds. Each loads by id and calls one operation."""

import structlog
from django.conf import settings
from django.db import transaction

from apps.core import outbox
from apps.core.enums import Queue
from apps.inventory import inbound
from apps.orders import synthetic
from apps.orders.collection import operations as collection
from apps.orders.edits import operations as edits
from apps.orders.enums import MailKind, RefundWhy
from apps.orders.follow_ups import place as follow_ups
from apps.orders.fulfilment import arrivals
from apps.orders.fulfilment import making as fulfilment
from apps.orders.invoices import operations as invoices
from apps.orders.logistics import operations as logistics
from apps.orders.mail import operations as mail
from apps.orders.models import FollowUp, Order, RefundTender
from apps.orders.payments import demo_bank
from apps.orders.payments import operations as payments
from apps.orders.payments.gateways.bank_transfer import BankTransfer
from apps.orders.payments.gateways.registry import demo_gateway
from apps.orders.returns import operations as returns

logger = structlog.get_logger(__name__)


@outbox.handler(topic="order.confirmed", name="orders.create_fulfilments")
def create_fulfilments(delivery: outbox.Delivery) -> None:
    """Have the locations that promised the goods prepare them."""
    fulfilment.create_fulfilments(order_id=delivery.payload["order_id"], at=delivery.at)


@outbox.handler(topic="order.shipped", name="invoices.issue")
def issue_invoice(delivery: outbox.Delivery) -> None:
    """Invoice the goods that left."""
    invoices.issue_invoice(fulfilment_id=delivery.payload["fulfilment_id"], at=delivery.at)


@outbox.handler(topic="order.shipped", name="payments.ask_captures")
def ask_captures(delivery: outbox.Delivery) -> None:
    """Have what left charged to what was authorised."""
    payments.ask_captures(fulfilment_id=delivery.payload["fulfilment_id"], at=delivery.at)


@outbox.handler(topic=payments.CAPTURE_DUE, name="payments.capture", atomic=False)
def capture(delivery: outbox.Delivery) -> None:
    """Have the provider charge a part."""
    payments.capture(capture_id=delivery.payload["capture_id"], at=delivery.at)


@outbox.handler(topic=payments.AUTHORISED, name="payments.learn_authorisation", atomic=False, queue=Queue.SOON)
def learn_authorisation(delivery: outbox.Delivery) -> None:
    """Ask the provider what its notice did not say of an authorised amount."""
    payments.learn_authorisation(payment_id=delivery.payload["payment_id"], at=delivery.at)


@outbox.handler(topic="payment.void_due", name="payments.void", atomic=False, queue=Queue.SOON)
def void(delivery: outbox.Delivery) -> None:
    """Let go of what will never be charged."""
    payments.void_due(payment_id=delivery.payload["payment_id"], at=delivery.at)


@outbox.handler(topic=payments.DISPUTED, name="payments.dispute", atomic=False, queue=Queue.SOON)
def record_dispute(delivery: outbox.Delivery) -> None:
    """Find the payment a dispute is about, and keep what is known of it."""
    payments.find_and_record(told=delivery.payload, at=delivery.at)


@outbox.handler(topic=inbound.ARRIVED, name="fulfilment.take_over", atomic=False)
def take_over(delivery: outbox.Delivery) -> None:
    """Have what an order expected picked where it arrived."""
    arrivals.take_over(
        reference=delivery.payload["reference"], inbound_id=delivery.payload["inbound_id"], at=delivery.at
    )


@outbox.handler(topic=inbound.MOVED, name="fulfilment.put_off", atomic=False)
def put_off(delivery: outbox.Delivery) -> None:
    """Write the new day of what an order expects, and tell the shopper of a later one."""
    arrivals.put_off(reference=delivery.payload["reference"], inbound_id=delivery.payload["inbound_id"], at=delivery.at)


@outbox.handler(topic=inbound.CALLED_OFF, name="fulfilment.reroute_called_off", atomic=False)
def reroute_called_off(delivery: outbox.Delivery) -> None:
    """Find other goods for what does not come."""
    arrivals.reroute_called_off(inbound_id=delivery.payload["inbound_id"], at=delivery.at)


@outbox.handler(topic="refund.due", name="invoices.credit")
def issue_credit_note(delivery: outbox.Delivery) -> None:
    """Credit what a refund takes back of invoiced goods."""
    invoices.issue_credit_note(refund_id=delivery.payload["refund_id"], at=delivery.at)


@outbox.handler(topic=invoices.ISSUED, name="invoices.draw", queue=Queue.SOON)
def draw_invoice(delivery: outbox.Delivery) -> None:
    """Draw the file of an invoice, so that it is there before anybody asks."""
    invoices.file_of(invoice_id=delivery.payload["invoice_id"], at=delivery.at)


@outbox.handler(topic="order.placed", name="orders.mail_transfer_instructions", atomic=False)
def mail_transfer_instructions(delivery: outbox.Delivery) -> None:
    """Confirm an order that is paid by transfer, with where to send the money. Other orders are confirmed once paid."""
    if _is_transfer(delivery):
        _send(delivery, kind=MailKind.ORDER_CONFIRMATION)


@outbox.handler(topic="order.confirmed", name="orders.mail_confirmation", atomic=False)
def mail_confirmation(delivery: outbox.Delivery) -> None:
    """Confirm a paid order; one paid by transfer was confirmed before and hears that the money came."""
    _send(delivery, kind=MailKind.PAYMENT_RECEIVED if _is_transfer(delivery) else MailKind.ORDER_CONFIRMATION)


@outbox.handler(topic="order.confirmation_wanted", name="orders.mail_confirmation_again", atomic=False)
def mail_confirmation_again(delivery: outbox.Delivery) -> None:
    """Send a copy of the confirmation that somebody asked for."""
    _send(delivery, kind=MailKind.CONFIRMATION_AGAIN)


@outbox.handler(topic="order.shipped", name="orders.mail_shipped", atomic=False)
def mail_shipped(delivery: outbox.Delivery) -> None:
    """Tell the shopper which goods left and how to follow them, or that somebody has fetched them."""
    _send(delivery, kind=MailKind.COLLECTED if _is_collected(delivery) else MailKind.SHIPPED)


@outbox.handler(topic=collection.READY, name="orders.mail_ready", atomic=False)
def mail_ready(delivery: outbox.Delivery) -> None:
    """Tell the shopper that goods lie ready: where, until when and with which code."""
    _send(delivery, kind=MailKind.READY)


@outbox.handler(topic=fulfilment.TO_PARTNER, name="logistics.send", atomic=False)
def send_to_partner(delivery: outbox.Delivery) -> None:
    """Hand a parcel to the logistics partner of its location."""
    logistics.send(fulfilment_id=delivery.payload["fulfilment_id"], at=delivery.at)


@outbox.handler(topic=fulfilment.STOP_PARTNER, name="logistics.stop", atomic=False)
def stop_at_partner(delivery: outbox.Delivery) -> None:
    """Ask the partner to stop what ended here."""
    logistics.stop(fulfilment_id=delivery.payload["fulfilment_id"], at=delivery.at)


@outbox.handler(topic="order.promise_moved", name="orders.mail_promise_moved", atomic=False)
def mail_promise_moved(delivery: outbox.Delivery) -> None:
    """Tell the shopper that goods arrive later than promised, and what they may do (C. conso L216-6)."""
    _send(delivery, kind=MailKind.PROMISE_MOVED)


@outbox.handler(topic="order.not_sent", name="orders.mail_not_sent", atomic=False)
def mail_not_sent(delivery: outbox.Delivery) -> None:
    """Tell the shopper which goods cannot be sent and that they are paid back."""
    _send(delivery, kind=MailKind.NOT_SENT)


@outbox.handler(topic=edits.CHANGED, name="orders.mail_changed", atomic=False)
def mail_changed(delivery: outbox.Delivery) -> None:
    """Tell the shopper how the order was changed."""
    _send(delivery, kind=MailKind.CHANGED)


@outbox.handler(topic=follow_ups.PLACED, name="orders.mail_follow_up", atomic=False)
def mail_follow_up(delivery: outbox.Delivery) -> None:
    """Tell the shopper of an order that follows from another: what it waits for."""
    _send(delivery, kind=MailKind.FOLLOW_UP)


@outbox.handler(topic="order.expired", name="orders.mail_expired", atomic=False, queue=Queue.SOON)
def mail_expired(delivery: outbox.Delivery) -> None:
    """Tell the shopper that the order ended unpaid."""
    _send(delivery, kind=MailKind.ORDER_EXPIRED)


@outbox.handler(topic="order.cancelled", name="orders.mail_cancelled", atomic=False)
def mail_cancelled(delivery: outbox.Delivery) -> None:
    """Tell the shopper that the order was cancelled and what becomes of the money."""
    _send(delivery, kind=MailKind.ORDER_CANCELLED)


@outbox.handler(topic="payment.refund_due", name="payments.refund", atomic=False, queue=Queue.SOON)
def refund(delivery: outbox.Delivery) -> None:
    """Send back what is owed. A transfer is sent back by a person, who finds it among the payments to send back."""
    try:
        payments.refund_due(payment_id=delivery.payload["payment_id"], at=delivery.at)
    except (payments.RefundByHand, payments.PaymentDisputed) as refusal:
        logger.info("refund_waits_for_a_person", payment=delivery.payload["payment_id"], why=refusal.code)


@outbox.handler(topic="payment.refunded", name="orders.mail_refund", atomic=False, queue=Queue.SOON)
def mail_refund(delivery: outbox.Delivery) -> None:
    """Tell the shopper that the money is on its way back. Of an order that ended unpaid its own mail has said so."""
    if delivery.payload.get("why") == RefundWhy.UNPAID:
        _tell_nobody(delivery)
    else:
        _send(delivery, kind=MailKind.REFUND)


@outbox.handler(topic="return.declared", name="returns.acknowledge", atomic=False)
def acknowledge_withdrawal(delivery: outbox.Delivery) -> None:
    """
    Acknowledge a withdrawal with its content, date and time (C. conso L221-21).

    An exchange is told by the mail about the new goods, which says what comes back too.
    """
    if FollowUp.objects.filter(given_back_id=delivery.payload["return_id"]).exists():
        _tell_nobody(delivery)
    else:
        _send(delivery, kind=MailKind.WITHDRAWAL)


@outbox.handler(topic="refund.due", name="returns.refund", atomic=False, queue=Queue.SOON)
def send_refund(delivery: outbox.Delivery) -> None:
    """Send back what a return is worth. A transfer is sent by a person, who finds it among the returns."""
    try:
        returns.send_refund(refund_id=delivery.payload["refund_id"], at=delivery.at)
    except (payments.RefundByHand, payments.PaymentDisputed) as refusal:
        logger.info("refund_waits_for_a_person", refund=delivery.payload["refund_id"], why=refusal.code)


@outbox.handler(topic="return.refunded", name="returns.mail_refunded", atomic=False, queue=Queue.SOON)
def mail_return_refunded(delivery: outbox.Delivery) -> None:
    """Tell the shopper what was sent back for which goods; of an exchange that took it all the new order tells."""
    sent = RefundTender.objects.filter(refund__parent_id=delivery.payload["return_id"])
    if sent.exists() and not sent.filter(into__isnull=True).exists():
        _tell_nobody(delivery)
    else:
        _send(delivery, kind=MailKind.RETURN_REFUNDED)


@outbox.handler(topic="return.refused", name="returns.mail_refused", atomic=False, queue=Queue.SOON)
def mail_return_refused(delivery: outbox.Delivery) -> None:
    """Tell the shopper why nothing is paid back."""
    _send(delivery, kind=MailKind.RETURN_REFUSED)


@outbox.handler(topic=demo_bank.TOPIC, name="payments.demo_bank_notice", atomic=False)
def deliver_demo_notice(delivery: outbox.Delivery) -> None:
    """Carry the pretended bank's signed notice to the door every provider's notice comes through."""
    gateway = demo_gateway()
    account = gateway.bank.find(reference=delivery.payload["reference"])
    if account is not None:
        body, headers = gateway.notice_for(account=account, at=delivery.at)
        payments.take_notice(provider=gateway.provider, body=body, headers=headers, at=delivery.at)


def _is_transfer(delivery: outbox.Delivery) -> bool:
    """Whether an order was placed to be paid by transfer, so that it is confirmed with where to send the money."""
    order_id = delivery.payload["order_id"]
    method = Order.objects.values_list("payment_method", flat=True).get(pk=order_id)
    # What follows from another order is ordered by paying it: it is confirmed then, however it is paid.
    is_follow_up = FollowUp.objects.filter(order_id=order_id).exists()
    return bool(method == BankTransfer.code) and not is_follow_up


def _is_collected(delivery: outbox.Delivery) -> bool:
    return Order.objects.filter(pk=delivery.payload["order_id"], collect_at__isnull=False).exists()


def _tell_nobody(delivery: outbox.Delivery) -> None:
    with transaction.atomic():
        outbox.finish(delivery=delivery)


def _send(delivery: outbox.Delivery, *, kind: str) -> None:
    placed_by = Order.objects.values_list("placed_by", flat=True).get(pk=delivery.payload["order_id"])
    if placed_by == synthetic.BY:  # nobody bought
        _tell_nobody(delivery)
        return
    owed = mail.Owed(
        event_id=delivery.event_id,
        kind=kind,
        order_id=delivery.payload["order_id"],
        fulfilment_id=delivery.payload.get("fulfilment_id"),
        why=delivery.payload.get("why", ""),
        return_id=delivery.payload.get("return_id"),
    )
    mail.send(owed=owed, at=delivery.at, finish=lambda: outbox.finish(delivery=delivery))


@outbox.handler(topic="account.mail_wanted", name="orders.mail_account", atomic=False)
def mail_account(delivery: outbox.Delivery) -> None:
    """Send what an account needs to hear: a code, a reset link, a warning."""
    said = delivery.payload
    note = mail.Note(
        event_id=delivery.event_id,
        kind=MailKind.ACCOUNT,
        recipient=said["to"],
        sender=said["sender"] or settings.DEFAULT_FROM_EMAIL,
        language=said["language"],
        subject=said["subject"],
        text=said["text"],
    )
    mail.send_note(note=note, at=delivery.at, finish=lambda: outbox.finish(delivery=delivery))
