"""Invoices and credit notes: issued once, numbered without a gap, never changed (docs/rules/invoices.md)."""
