"""What the clock reminds the inventory of. A lost reminder changes nothing."""

import structlog
from celery import shared_task
from django.utils import timezone

from apps.core import clock
from apps.inventory import inbound

logger = structlog.get_logger(__name__)


@shared_task(name="inventory.stop_late")
def stop_late() -> None:
    """Promise nothing more of goods that should have come by now."""
    now = clock.now()
    stopped = inbound.stop_late(today=timezone.localdate(now), at=now)
    if stopped:
        logger.warning("inbound_late", deliveries=stopped)
