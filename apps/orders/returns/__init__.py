"""Goods that come back: the right to withdraw, inspection, and the money sent back for them (docs/rules/returns.md)."""
