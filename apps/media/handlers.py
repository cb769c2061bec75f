"""News the DAM listens to: its own, so that the slow work is done by workers and survives them."""

from apps.core import clock, outbox
from apps.core.enums import Queue
from apps.media import operations


@outbox.handler(topic=operations.STORED, name="media.make_renditions", queue=Queue.SOON, timeout_s=120)
def make_renditions(delivery: outbox.Delivery) -> None:
    """Make the WebP and JPEG files of a new picture."""
    operations.make_renditions(asset_id=delivery.payload["asset_id"], at=clock.now())


@outbox.handler(topic=operations.STORED, name="media.make_avif", queue=Queue.NIGHT, timeout_s=300)
def make_avif(delivery: outbox.Delivery) -> None:
    """Make the AVIF files: the smallest, and the slowest to make, so they come when nothing else is due."""
    operations.make_renditions(asset_id=delivery.payload["asset_id"], at=clock.now(), formats=operations.LATER_FORMATS)
