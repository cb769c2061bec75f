"""
What `manage.py doctor` looks at: everything that must be right on the day the shop opens, one line each.

The questions are asked with short time-outs and in an order in which a later one may rely on an earlier: when the
database is away, nobody waits for it twice.
"""
