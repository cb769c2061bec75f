"""News the catalogue listens to."""

from apps.catalog import publication
from apps.core import clock, outbox
from apps.core.enums import Queue


@outbox.handler(topic="media.renditions_changed", name="catalog.republish_pictures", queue=Queue.SOON)
def republish_pictures(delivery: outbox.Delivery) -> None:
    """Mark every product that shows a picture whose files or texts changed."""
    publication.mark_due_for_assets(asset_ids=delivery.payload["asset_ids"], at=clock.now())
