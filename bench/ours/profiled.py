"""Where the time of a page goes: `python -m bench.ours.profiled PATH [LINES]`, by cProfile in one process."""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import sys

import django

django.setup()

from django.test import Client  # noqa: E402 -- Django first

ROUNDS = 100


def profile(path: str, *, lines: int) -> str:
    """Ask for a page a hundred times and return its most expensive functions by own time, milliseconds a page."""
    client = Client(headers={"host": "127.0.0.1"})
    for _ in range(5):
        client.get(path)
    watched = cProfile.Profile()
    watched.enable()
    for _ in range(ROUNDS):
        client.get(path)
    watched.disable()
    stats = pstats.Stats(watched, stream=io.StringIO())
    total = stats.total_tt  # type: ignore[attr-defined] # set by Stats
    rows = [f"{path}: {total / ROUNDS * 1000:.2f} ms a page under cProfile", "own ms  all ms  calls  function"]
    entries = sorted(stats.stats.items(), key=lambda entry: -entry[1][2])  # type: ignore[attr-defined] # as above
    for (file, line, name), (_, calls, own, cumulated, _callers) in entries[:lines]:
        short = re.sub(r"^.*/(site-packages|python3\.\d+|apps|config|bench)/", lambda m: m.group(1) + "/", file)
        figures = f"{own / ROUNDS * 1000:6.3f}  {cumulated / ROUNDS * 1000:6.3f}  {calls / ROUNDS:5.0f}"
        rows.append(f"{figures}  {short}:{line} {name}")
    return "\n".join(rows)


if __name__ == "__main__":
    print(profile(sys.argv[1], lines=int(sys.argv[2]) if sys.argv[2:] else 15))
