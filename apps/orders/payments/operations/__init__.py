"""
Writes of payments.

start_payment   the provider opens its page (or gives instructions); called after the placement has committed
retry_payment   a new attempt after a refusal
settle          what a verdict does, whoever brings it: webhook, return page, reconciliation, expiry, staff
take_notice     a signed notice from a provider
ask_provider    one active look, for the return page
owe_back        what was captured is to be sent back
send_back       money of a payment goes back where it came from
give_up         the shopper turned back at the provider's page
reconcile       ask about everything that waits, and say what differed; reconcile_and_keep writes it down
expire_unpaid   orders past their time: ask first, then give their stock back; expire_order does one
ask_captures    what left with a parcel is to be charged to what was authorised
capture, record_capture, ask_again   have it charged, write that it was, ask once more what was refused
capture_before_end   authorisations that are about to end are charged whole
release, void_due, record_void   what will never be charged is let go
learn_authorisation  how long an amount is set aside, and whether it is charged in parts
record_dispute, find_and_record   a shopper's bank takes money back, or may
refund_due      send back what is owed
return_wrong_sum  staff send back a sum that was not the one asked for
record_transfer, record_refund   staff saw money arrive, or sent it back by hand
"""

from apps.orders.payments.errors import PaymentDisputed, RefundByHand
from apps.orders.payments.operations.authorise import AUTHORISED, learn_authorisation
from apps.orders.payments.operations.capturing import (
    CAPTURE_DUE,
    ask_again,
    ask_captures,
    capture,
    capture_before_end,
    record_capture,
    record_void,
    release,
    void_due,
)
from apps.orders.payments.operations.disputes import DISPUTED, find_and_record, record_dispute
from apps.orders.payments.operations.expire import ExpiryReport, expire_order, expire_unpaid
from apps.orders.payments.operations.notices import take_notice
from apps.orders.payments.operations.owing import owe_back, owe_void, send_back
from apps.orders.payments.operations.reconcile import Report, ReportLine, reconcile, reconcile_and_keep
from apps.orders.payments.operations.refund import record_refund, refund_due, return_wrong_sum
from apps.orders.payments.operations.settle import Settled, settle
from apps.orders.payments.operations.start import ask_provider, give_up, retry_payment, start_payment
from apps.orders.payments.operations.transfer import record_transfer

__all__ = [
    "AUTHORISED",
    "CAPTURE_DUE",
    "DISPUTED",
    "ExpiryReport",
    "PaymentDisputed",
    "RefundByHand",
    "Report",
    "ReportLine",
    "Settled",
    "ask_again",
    "ask_captures",
    "ask_provider",
    "capture",
    "capture_before_end",
    "expire_order",
    "expire_unpaid",
    "find_and_record",
    "give_up",
    "learn_authorisation",
    "owe_back",
    "owe_void",
    "reconcile",
    "reconcile_and_keep",
    "record_capture",
    "record_dispute",
    "record_refund",
    "record_transfer",
    "record_void",
    "refund_due",
    "release",
    "retry_payment",
    "return_wrong_sum",
    "send_back",
    "settle",
    "start_payment",
    "take_notice",
    "void_due",
]
