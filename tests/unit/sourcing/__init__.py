"""Sourcing rules by themselves: no database."""
