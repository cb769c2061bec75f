"""What processes have used, from the kernel's own accounting, and what the machine is."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    own_ticks: int
    reaped_ticks: int


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for pid, process in _all().items():
        children.setdefault(process.parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_ms(root: int) -> float:
    """CPU milliseconds a process, its living descendants and its ended children have used. Ticks of 10 ms."""
    processes = _all()
    found = [processes[pid] for pid in tree(root) if pid in processes]
    return sum(process.own_ticks + process.reaped_ticks for process in found) * TICK_MS


def memory_mib(root: int) -> float:
    """Proportional memory of a process and its descendants, in MiB; 0 where the kernel does not tell."""
    total = 0
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


def described() -> dict[str, str]:
    """The machine in words, for the report."""
    cpu = ""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
        memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024 // 1024
    except OSError:
        memory = 0
    return {
        "cores": str(os.cpu_count() or 0),
        "cpu": cpu or platform.machine(),
        "memory": f"{memory} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": " ".join(f"{value:.1f}" for value in os.getloadavg()),
    }


def _all() -> dict[int, _Process]:
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        user, system, reaped_user, reaped_system = (int(value) for value in fields[11:15])
        found[int(entry.name)] = _Process(int(fields[1]), user + system, reaped_user + reaped_system)
    return found
