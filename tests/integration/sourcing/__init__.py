"""Sourcing under lock, with its ledger, capacities and refusals."""
