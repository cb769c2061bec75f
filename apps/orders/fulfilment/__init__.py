"""Goods going out: one fulfilment per location that promised them, shipped by staff, delivered by the carrier."""
