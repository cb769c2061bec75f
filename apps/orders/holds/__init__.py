"""Goods kept for a while for those who are in the checkout (docs/rules/stock.md)."""
