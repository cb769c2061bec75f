"""Fourteen days from receipt, to the end of a working day, in the market's own time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.orders.returns.window import end_of

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        (datetime(2026, 11, 2, 9, tzinfo=UTC), "2026-11-16T23:59:59+01:00"),
        (datetime(2026, 11, 7, 9, tzinfo=UTC), "2026-11-23T23:59:59+01:00"),  # the fourteenth day is a Saturday
        (datetime(2026, 11, 1, 23, 30, tzinfo=UTC), "2026-11-16T23:59:59+01:00"),  # already the 2nd in Paris
        (datetime(2026, 12, 11, 9, tzinfo=UTC), "2026-12-28T23:59:59+01:00"),  # Christmas, then a weekend
    ],
)
def test_right_ends_with_a_working_day(received, ends):
    assert end_of(received=received, zone=PARIS, holidays={date(2026, 12, 25)}).isoformat() == ends
