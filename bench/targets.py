"""What was asked of the shop, and whether a run's results keep to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.figures import Target, ratio

LISTS = (
    "listing, page 1", "listing, page 50", "department", "department, all its products", "leaf category",
    "search, one word", "search, two words",
)  # fmt: skip
TIMES_LISTS, TIMES_PRODUCT, TIMES_CHECKOUT, TIMES_PLACEMENT = 50, 15, 10, 10
GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target with what was measured; met is None when there was nothing to judge."""

    target: Target
    value: float | None
    unit: str

    @property
    def met(self) -> bool | None:
        """Whether the run kept to it."""
        return self.target.is_met(self.value)


def verdicts(results: dict[str, Any]) -> list[Verdict]:
    """Every target that these results can be held against."""
    return [*_pages(results), *_flows(results), *_others(results), *_growth(results)]


def _pages(results: dict[str, Any]) -> Iterator[Verdict]:
    found = results.get("pages", {})
    for name in (*LISTS, "product"):
        sides = found.get(name, {})
        if "ours" not in sides:
            continue
        cpu, sql, times = (2, 3, TIMES_PRODUCT) if name == "product" else (4, 4, TIMES_LISTS)
        ours = sides["ours"]
        yield Verdict(Target(f"{name}: CPU of the server, built anew", cpu), ours["cpu_ms"], "ms")
        yield Verdict(Target(f"{name}: statements", sql), ours["statements"], "")
        if "theirs" in sides:
            times_less = ratio(theirs=sides["theirs"]["cpu_ms"], ours=ours["cpu_ms"])
            yield Verdict(Target(f"{name}: times less CPU than stock Oscar", times, at_most=False), times_less, "×")
    if "ours" in found.get("home", {}):
        yield Verdict(Target("home: CPU of the server, built anew", 3), found["home"]["ours"]["cpu_ms"], "ms")
        yield Verdict(Target("home: statements", 3), found["home"]["ours"]["statements"], "")
    for name, sides in found.items():
        if "cached" in sides:
            yield Verdict(Target(f"{name}: CPU of the server, from the cache", 0.5), sides["cached"]["cpu_ms"], "ms")


def _flows(results: dict[str, Any]) -> Iterator[Verdict]:
    found = results.get("flows", {})
    if not found:
        return
    adding, basket = found["add to basket"]["ours"], found["basket"]["ours"]
    words = "add to basket and basket page"
    yield Verdict(Target(f"{words}: CPU", 12), adding["cpu_ms"] + basket["cpu_ms"], "ms")
    yield Verdict(Target(f"{words}: statements", 14), adding["statements"] + basket["statements"], "")
    checkout = found["guest checkout"]
    yield Verdict(Target("guest checkout: CPU", 30), checkout["ours"]["cpu_ms"], "ms")
    yield Verdict(Target("guest checkout: statements", 60), checkout["ours"]["statements"], "")
    if "theirs" in checkout:
        times = ratio(theirs=checkout["theirs"]["cpu_ms"], ours=checkout["ours"]["cpu_ms"])
        words = "guest checkout: times less CPU than stock Oscar"
        yield Verdict(Target(words, TIMES_CHECKOUT, at_most=False), times, "×")


def _others(results: dict[str, Any]) -> Iterator[Verdict]:
    if "placement" in results:
        placed = results["placement"]
        yield Verdict(
            Target("orders placed a second, one process", 300, at_most=False), placed["ours"]["per_second"], "/s"
        )
        if "theirs" in placed:
            times = ratio(theirs=placed["ours"]["per_second"], ours=placed["theirs"]["per_second"])
            yield Verdict(Target("placement: times stock Oscar's rate", TIMES_PLACEMENT, at_most=False), times, "×")
    if "import" in results:
        rate = results["import"]["ours"]["per_second"]
        yield Verdict(Target("products imported a second, end to end", 1000, at_most=False), rate, "/s")
    for race in results.get("races", {}).get("ours", ()):
        yield Verdict(Target(f"{race['buyers']} buyers, one unit: units sold", 1), race["sold"], "")
        yield Verdict(Target(f"{race['buyers']} buyers, one unit: orders", 1, at_most=False), race["orders"], "")


def _growth(results: dict[str, Any]) -> Iterator[Verdict]:
    found = results.get("growth", {})
    sizes = sorted(found, key=int)
    if len(sizes) < 2:  # noqa: PLR2004 -- growth needs two sizes
        return
    smallest, largest = found[sizes[0]]["pages"], found[sizes[-1]]["pages"]
    for name, small in smallest.items():
        words = f"{name}: CPU and PostgreSQL at {sizes[-1]} products, times that at {sizes[0]}"
        whole = ratio(
            theirs=largest[name]["cpu_ms"] + largest[name]["postgres_ms"], ours=small["cpu_ms"] + small["postgres_ms"]
        )
        yield Verdict(Target(words, GROWTH), whole, "×")
