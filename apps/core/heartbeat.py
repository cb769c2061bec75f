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


def silent(*, at: datetime, after: timedelta = SILENT_AFTER) -> list[str]:
    """Return which of beat and worker have not been seen for longer than `after`. One statement."""
    seen = dict(Heartbeat.objects.filter(name__in=[BEAT, WORKER]).values_list("name", "at"))
    return [name for name in (BEAT, WORKER) if name not in seen or at - seen[name] > after]
