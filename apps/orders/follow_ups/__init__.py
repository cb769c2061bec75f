"""Orders that follow from others: goods added to an order, goods given in exchange for what comes back."""
