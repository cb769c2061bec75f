"""Change an order that was placed: what is taken out of it, and where the rest goes."""
