"""
Remove the files of deleted assets, a week later: pages and caches may show them until then.

A file's name is made of its content, so a new asset may want a file that waits to be removed. Both sides meet at the
row of that name: whoever stores the file takes the row away, and who removes it holds the row while doing so.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction

from apps.media import files
from apps.media.models import Asset, DiscardedFile, Rendition

GRACE = timedelta(days=7)
BATCH = 200

NameSource = Callable[[Sequence[str]], Iterable[str]]
_name_sources: dict[str, NameSource] = {}


def register_name_source(*, name: str, source: NameSource) -> None:
    """Have rooms above tell which of some files their records still name; called when Django starts."""
    _name_sources[name] = source


def discard(*, names: Iterable[str], at: datetime) -> None:
    """Note files to be removed after the grace, in the caller's transaction. Safe to repeat."""
    DiscardedFile.objects.bulk_create(
        [DiscardedFile(name=name, discarded_at=at) for name in sorted(set(names))],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["discarded_at"],
    )


def put(*, name: str, data: bytes) -> None:
    """Store a file that shall stay: as `files.put`, and it no longer waits to be removed."""
    # Before the look whether it is there: a cleaner that holds the row has removed the file when this returns.
    DiscardedFile.objects.filter(name=name).delete()
    files.put(name=name, data=data)


def clean(*, at: datetime) -> int:
    """
    Remove files whose grace is over and that nothing names; return how many. Batches are transactions of their own.

    A file somebody still names (an order shows its goods as they were) waits another grace. Safe to repeat: a run that
    was killed leaves rows whose files are gone, and the next finds nothing to remove.
    """
    removed = 0
    while batch := _clean_batch(at):
        removed += batch[1]
    return removed


@transaction.atomic
def _clean_batch(at: datetime) -> tuple[int, int] | None:
    due = DiscardedFile.objects.select_for_update(skip_locked=True).filter(discarded_at__lte=at - GRACE)
    names = list(due.order_by("discarded_at", "name").values_list("name", flat=True)[:BATCH])
    if not names:
        return None
    used = _used(names)
    for name in names:
        if name not in used:
            default_storage.delete(name)
    DiscardedFile.objects.filter(name__in=used).update(discarded_at=at)
    DiscardedFile.objects.filter(name__in=set(names) - used).delete()
    return len(names), len(set(names) - used)


def _used(names: Sequence[str]) -> set[str]:
    used = set(Asset.objects.filter(original__in=names).values_list("original", flat=True))
    used |= set(Rendition.objects.filter(path__in=names).values_list("path", flat=True))
    for source in _name_sources.values():
        used |= set(source(names))
    return used
