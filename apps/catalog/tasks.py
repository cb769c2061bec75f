"""Background work of the catalogue."""

from celery import shared_task

from apps.catalog import publication
from apps.core import clock


@shared_task(name="catalog.publish_due", ignore_result=True)
def publish_due_products() -> int:
    """Publish what is due, batch by batch, until nothing is left to take; return how many products."""
    done = 0
    while taken := publication.publish_due(limit=publication.BATCH, at=clock.now()):
        done += taken
    return done


@shared_task(name="catalog.sweep", ignore_result=True)
def sweep() -> int:
    """Switch prices whose dates have passed, and publish whatever nobody was woken for. Every few seconds."""
    publication.switch_scheduled_prices(at=clock.now())
    return publish_due_products()


@shared_task(name="catalog.publish_everything", ignore_result=True)
def publish_everything() -> int:
    """Compare every publication with its truth once a night; writes only what differs."""
    return publication.publish_all(at=clock.now()).rows


# Celery finds tasks in this module only: those of the import live beside what they run.
from apps.catalog.importing.tasks import apply_import, run_import  # noqa: E402, F401
