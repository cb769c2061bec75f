"""
Money coming in. `operations` starts, settles, reconciles and expires; `gateways` speak to providers, one plays a bank.

The order exists before money moves; provider calls happen outside transactions and answer yes, no, or not known yet.
Webhook, return page, reconciliation and staff end in one function, `operations.settle`. Rules: docs/rules/payments.md.
"""
