"""Collect an order in a store: which stores, when it is ready, who may take it, what becomes of what nobody fetches."""
