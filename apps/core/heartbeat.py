"""Write and read the signs of life of beat and worker."""

from datetime import datetime, timedelta

from apps.core.models import Heartbeat

BEAT = "beat"
WORKER = "worker"
SILENT_AFTER = timedelta(minutes=2)


def beat(*, name: str, at: datetime, detail: str = "") -> None:
    """Say that `name` was alive at `at`. One statement; safe to repeat."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at, detail=detail[:200])],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "detail"],
    )


def last_seen() -> dict[str, datetime | None]:
    """Return when beat and worker were last seen, None for one that never was. One statement."""
    seen = dict(Heartbeat.objects.filter(name__in=[BEAT, WORKER]).values_list("name", "at"))
    return {name: seen.get(name) for name in (BEAT, WORKER)}


def last_seen_of(*, name: str) -> datetime | None:
    """Return when any other sign of life was last given, None for never. One statement."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def silent(*, at: datetime, after: timedelta = SILENT_AFTER) -> dict[str, datetime | None]:
    """Return those of beat and worker that were not seen for longer than `after`, and when they were. One statement."""
    return {name: seen for name, seen in last_seen().items() if seen is None or at - seen > after}
