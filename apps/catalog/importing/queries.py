"""Read imports as the admin shows them: newest jobs, their issues, and what would change."""

from dataclasses import dataclass

from apps.catalog.importing.issues import Issue
from apps.catalog.models import ImportIssue, ImportJob


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Some of a job's issues, and how many there are."""

    issues: tuple[Issue, ...]
    total: int


def job(*, job_id: int) -> ImportJob:
    """Return a job with its counts and its sample of changes (`diff`: sku, field, old, new). One statement."""
    return ImportJob.objects.get(pk=job_id)


def issues(*, job_id: int, offset: int = 0, limit: int = 50) -> IssuePage:
    """Return a page of a job's issues in file order, errors first. Two statements."""
    found = ImportIssue.objects.filter(job_id=job_id).order_by("severity", "file", "line", "id")
    page = [
        Issue(row.code, row.file, row.line, row.column, row.value, row.severity, row.params)
        for row in found[offset : offset + limit]
    ]
    return IssuePage(issues=tuple(page), total=found.count())
