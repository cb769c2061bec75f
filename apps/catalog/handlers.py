"""News the catalogue listens to."""

from apps.catalog import publication
from apps.core import clock, outbox
from apps.core.enums import Queue
from apps.media.operations import RENDITIONS_CHANGED


@outbox.handler(topic=RENDITIONS_CHANGED, name="catalog.show_new_pictures", queue=Queue.SOON)
def show_new_pictures(delivery: outbox.Delivery) -> None:
    """Mark what shows a picture whose files have been made or made anew."""
    publication.mark_due_for_assets(asset_ids=[delivery.payload["asset_id"]], at=clock.now())
