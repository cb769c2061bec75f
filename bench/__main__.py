"""`make bench`: measure this shop beside a stock django-oscar and print the table."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from datetime import UTC, datetime

from rich.console import Console

from bench import machine, parts, report
from bench.pages import QUICK, Plan
from bench.parts import Run, Sizes
from bench.services import ROOT, BenchError, Services
from config.embedded.errors import ServiceError

FEWEST, USUAL = 1000, 20_000
RESULTS = ROOT / "bench" / "results"


def main(arguments: list[str]) -> int:
    """Run the parts asked for; return the exit status."""
    asked = _asked(arguments)
    console = Console(stderr=True)
    wanted = tuple(asked.only.split(",")) if asked.only else _default_parts(asked)
    unknown = set(wanted) - set(parts.ALL)
    if unknown:
        console.print(f"No such part: {', '.join(sorted(unknown))}. There are {', '.join(parts.ALL)}.")
        return 2
    # `kill` is as good as Ctrl-C: everything that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    services = Services()
    started = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:6.0f} s[/]  {text}")

    is_done = False
    run = Run(services=services, sizes=_sizes(asked), with_peer=asked.peer, say=say)
    run.results |= {
        "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python -m bench", *arguments]),
        "machine": machine.described(),
        "versions": report.versions(),
        "products": asked.products,
    }
    try:
        services.start()
        _work(run, wanted)
        is_done = True
    except (BenchError, ServiceError) as problem:
        console.print(f"[red]{problem}[/]")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        services.stop()
        run.results["seconds"] = round(time.monotonic() - started)
        # Half an hour of measuring is worth keeping even when a later part fails.
        _write(run, is_whole=is_done and _is_whole(asked, wanted))
    if _is_whole(asked, wanted) if asked.write is None else asked.write:
        (ROOT / "docs" / "benchmark.md").write_text(report.as_markdown(results=run.results))
    # Into a file or a pipe as wide as it must be; a narrow terminal folds.
    report.print_tables(results=run.results, console=Console(width=None if sys.stdout.isatty() else 200))
    return 0


def _work(run: Run, wanted: tuple[str, ...]) -> None:
    run.prepare(is_filled=bool(set(wanted) & {"pages", "flows", "placement", "races"}))
    steps = {
        "pages": run.pages,
        "flows": run.flows,
        "placement": run.placement,
        "races": run.races,
        "import": run.imports,
        "growth": run.growth,
    }
    for name, step in steps.items():
        if name in wanted:
            step()
    if "pages" in wanted:
        run.profile()


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--products", type=int, help="products in both shops (20000; 1000 with --quick)")
    parser.add_argument("--quick", action="store_true", help="one short round of everything but growth: a look")
    parser.add_argument("--only", default="", help=f"parts with commas: {', '.join(parts.ALL)}")
    parser.add_argument("--peer", action=argparse.BooleanOptionalAction, default=True, help="measure stock Oscar too")
    parser.add_argument("--growth", default="1000,200000", help="sizes our own pages are also measured at")
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=None, help="write docs/benchmark.md")
    asked = parser.parse_args(arguments)
    if asked.products is None:
        asked.products = FEWEST if asked.quick else USUAL
    if asked.products < FEWEST:
        parser.error(f"a smaller shop has pages without products; take at least {FEWEST}")
    return asked


def _default_parts(asked: argparse.Namespace) -> tuple[str, ...]:
    return tuple(name for name in parts.ALL if not (asked.quick and name == "growth"))


def _sizes(asked: argparse.Namespace) -> Sizes:
    growth = tuple(int(size) for size in asked.growth.split(",") if size)
    if asked.quick:
        return Sizes(
            products=asked.products, growth=growth, plan=QUICK, flows_alone=3, flows_together=8, basket=20,
            our_orders=60, their_orders=20, buyers=(20,), our_import=max(1000, asked.products // 4), their_import=100,
        )  # fmt: skip
    return Sizes(
        products=asked.products, growth=growth, plan=Plan(), flows_alone=12, flows_together=40, basket=60,
        our_orders=400, their_orders=120, buyers=(20, 200), our_import=20_000, their_import=1000,
    )  # fmt: skip


def _is_whole(asked: argparse.Namespace, wanted: tuple[str, ...]) -> bool:
    return set(wanted) == set(parts.ALL) and asked.peer and not asked.quick


def _write(run: Run, *, is_whole: bool) -> None:
    RESULTS.mkdir(exist_ok=True)
    name = "latest" if is_whole else "part"
    (RESULTS / f"{name}.json").write_text(json.dumps(run.results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
