"""Fills an empty database with the demo group. Deterministic: the same call gives the same shop."""
