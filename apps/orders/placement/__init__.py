"""Placing an order: one transaction, under an idempotency key, before any money moves."""

from apps.orders.placement.data import Address, Contact, PlacedOrder
from apps.orders.placement.limits import give_back_vouchers
from apps.orders.placement.operations import place_order, place_within, reference_of

__all__ = ["Address", "Contact", "PlacedOrder", "give_back_vouchers", "place_order", "place_within", "reference_of"]
