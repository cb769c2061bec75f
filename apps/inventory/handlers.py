"""What the inventory does when something happened."""

from apps.catalog import publication
from apps.core import outbox


@outbox.handler(topic="stock.moved", name="inventory.mark_availability")
def mark_availability(delivery: outbox.Delivery) -> None:
    """Bring the words about stock up to date on the pages of what was promised or given back. Safe to repeat."""
    publication.mark_availability(product_ids=delivery.payload["product_ids"], at=delivery.at)
