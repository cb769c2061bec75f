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
reconcile       ask about everything that waits, and say what differed
expire_unpaid   orders past their time: ask first, then give their stock back; expire_order does one
refund_due      send back what is owed
return_wrong_sum  staff send back a sum that was not the one asked for
record_transfer, record_refund   staff saw money arrive, or sent it back by hand
"""

from apps.orders.payments.errors import RefundByHand
from apps.orders.payments.operations.expire import ExpiryReport, expire_order, expire_unpaid
from apps.orders.payments.operations.notices import take_notice
from apps.orders.payments.operations.owing import owe_back, send_back
from apps.orders.payments.operations.reconcile import Report, ReportLine, reconcile
from apps.orders.payments.operations.refund import record_refund, refund_due, return_wrong_sum
from apps.orders.payments.operations.settle import Settled, settle
from apps.orders.payments.operations.start import ask_provider, give_up, retry_payment, start_payment
from apps.orders.payments.operations.transfer import record_transfer

__all__ = [
    "ExpiryReport",
    "RefundByHand",
    "Report",
    "ReportLine",
    "Settled",
    "ask_provider",
    "expire_order",
    "expire_unpaid",
    "give_up",
    "owe_back",
    "reconcile",
    "record_refund",
    "record_transfer",
    "refund_due",
    "retry_payment",
    "return_wrong_sum",
    "send_back",
    "settle",
    "start_payment",
    "take_notice",
]
