"""
Writes of returns.

declare_withdrawal  the shopper withdraws from units of an order
inspect_return      what came back: shelf, refund, refusal
close_return        nothing came back
send_refund         the provider sends the money
record_sent         a person sent it, by transfer
"""

from apps.orders.returns.declare import SHOPPER, declare_withdrawal
from apps.orders.returns.inspect import Found, close_return, inspect_return
from apps.orders.returns.refunds import record_sent, send_refund

__all__ = [
    "SHOPPER",
    "Found",
    "close_return",
    "declare_withdrawal",
    "inspect_return",
    "record_sent",
    "send_refund",
]
