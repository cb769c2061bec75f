"""
Money coming in. `operations` starts, settles, reconciles and expires; `gateways` speak to providers; `demo_bank`
plays one.

The order exists before money moves, provider calls happen outside transactions and have three answers: yes, no, not
known yet. Webhook, return page, reconciliation and staff all end in one function, `operations.settle`. Rules:
docs/rules/payments.md.
"""
