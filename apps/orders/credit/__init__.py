"""Gift cards and store credit (docs/rules/credit.md)."""
