"""The order's tables. Carries Oscar's label `order`: Oscar's rows extended, its unused ones kept as they are."""

from apps.orders.models.credit import CreditAccount, CreditMovement
from apps.orders.models.delivery import DeliveryHoliday, DeliveryMethod
from apps.orders.models.demo_bank import DemoBankPayment
from apps.orders.models.dispute import PaymentDispute
from apps.orders.models.edit import OrderEdit
from apps.orders.models.follow_up import FollowUp
from apps.orders.models.fulfilment import Fulfilment, FulfilmentLine, Rejection
from apps.orders.models.hold import StockHold
from apps.orders.models.invoice import Invoice, InvoiceFile, InvoiceLine, InvoiceSeries
from apps.orders.models.logistics import PartnerNotice
from apps.orders.models.mail import MailLog
from apps.orders.models.order import Line, Order, OrderKit
from apps.orders.models.payment import Payment, PaymentCapture, PaymentNotice
from apps.orders.models.reconciliation import Reconciliation
from apps.orders.models.returns import Refund, RefundLine, RefundTender, Return, ReturnLine, ReturnPhoto
from apps.orders.models.terms import TermsVersion
from apps.orders.models.transition import Transition
from apps.orders.models.voucher import OfferGroup, OfferMarket, OfferStacking, VoucherSlot

# isort: split
# Last: Oscar skips what is registered above.
from oscar.apps.order.models import *  # noqa: F403

__all__ = [
    "CreditAccount",
    "CreditMovement",
    "DeliveryHoliday",
    "DeliveryMethod",
    "DemoBankPayment",
    "FollowUp",
    "Fulfilment",
    "FulfilmentLine",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceSeries",
    "Line",
    "MailLog",
    "OfferGroup",
    "OfferMarket",
    "OfferStacking",
    "Order",
    "OrderEdit",
    "OrderKit",
    "PartnerNotice",
    "Payment",
    "PaymentCapture",
    "PaymentDispute",
    "PaymentNotice",
    "Reconciliation",
    "Refund",
    "RefundLine",
    "RefundTender",
    "Rejection",
    "Return",
    "ReturnLine",
    "ReturnPhoto",
    "StockHold",
    "TermsVersion",
    "Transition",
    "VoucherSlot",
]
