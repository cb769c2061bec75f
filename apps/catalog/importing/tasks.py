"""Imports in the background: checked first; applied when a person has seen what would change."""

from celery import shared_task

from apps.catalog.importing import operations
from apps.catalog.importing.checking import Progress
from apps.catalog.models import ImportJob
from apps.core import clock


@shared_task(name="catalog.run_import", ignore_result=True)
def run_import(job_id: int) -> None:
    """Check a job's files. Repeating does the same again."""
    operations.check_import(job_id=job_id, at=clock.now(), progress=_keep(job_id))


@shared_task(name="catalog.apply_import", ignore_result=True)
def apply_import(job_id: int, by: str) -> None:
    """Apply a checked job; repeating after a kill starts over, after success it is refused."""
    operations.apply_import(job_id=job_id, at=clock.now(), by=by)


def _keep(job_id: int) -> Progress:
    def report(_stage: str, done: int, total: int) -> None:
        ImportJob.objects.filter(pk=job_id).update(progress_done=done, progress_total=total)

    return report
