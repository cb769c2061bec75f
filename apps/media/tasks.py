"""What the clock reminds the DAM of."""

import structlog
from celery import shared_task

from apps.core import clock
from apps.media import cleaning

logger = structlog.get_logger(__name__)


@shared_task(name="media.clean_files")
def clean_files() -> None:
    """Remove the files of assets that were deleted a week ago."""
    removed = cleaning.clean(at=clock.now())
    if removed:
        logger.info("media_files_removed", files=removed)
