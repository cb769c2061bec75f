"""The clock, read at the edges only: views, tasks, commands. Operations are given the time."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The current time, aware, in UTC."""
    return timezone.now()
