"""`make test` and `make bench`: hand this process over to the tool."""

from __future__ import annotations

import os
import sys

from config.launch.state import ROOT


def test(arguments: list[str]) -> int:
    """Become pytest on two processes; the test settings start the throwaway services. Does not return."""
    command = [sys.executable, "-m", "pytest", "-n", "2", *arguments]
    os.chdir(ROOT)
    os.execv(sys.executable, command)  # noqa: S606 -- a fixed program of our own


def bench(arguments: list[str]) -> int:
    """Become the benchmark. Does not return."""
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "bench", *arguments])  # noqa: S606 -- a fixed program of our own
