"""Every page both shops have, asked for one after another and by eight at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from bench import assortment, http, machine
from bench.figures import median, percentile, requests_for
from bench.services import Server, Services

CONNECTIONS = 8
WARM_S = 0.5  # with eight connections, so that both workers have seen the page


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to look at a page."""

    repeats: int = 3
    sequence_s: float = 1.2
    load_s: float = 3.0
    fewest: int = 10


QUICK = Plan(repeats=1, sequence_s=0.6, load_s=1.0, fewest=8)


@dataclass(frozen=True, slots=True)
class Page:
    """A kind of page and its addresses in both shops, asked for in turn. theirs may be empty: they have none."""

    name: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...] = ()
    is_cacheable: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page cost. Milliseconds; bytes as the server sent them; None where it was not measured."""

    cpu_ms: float
    postgres_ms: float
    statements: float
    bytes_identity: int
    bytes_encoded: int
    p50_ms: float | None = None
    p95_ms: float | None = None
    per_second: float | None = None

    def as_dict(self) -> dict[str, float | int | None]:
        """For the results file, rounded to what can be told."""
        return {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(self).items()}


def pages(*, products: int) -> list[Page]:
    """The kinds of pages, with as many different addresses each as keep the measurement off one hot row."""
    prefix = "/fr-fr"
    leaves = assortment.leaves()[::5]
    departments = range(len(assortment.DEPARTMENTS))
    some = [assortment.item(number) for number in range(7, products, max(1, products // 40))][:40]
    nouns = assortment.NOUNS
    pairs = [f"{noun}+{assortment.ADJECTIVES[place % 10]}" for place, noun in enumerate(nouns)]
    # Page 50 of all products, or the last one of a smaller shop (24 a page here, 20 there).
    ours_50, theirs_50 = min(50, -(-products // 24)), min(50, -(-products // 20))
    category_ids = _their_category_ids()
    return [
        Page("home", (f"{prefix}/",), ("/",)),
        Page("listing, page 1", (f"{prefix}/search/",), ("/catalogue/",)),
        Page("listing, page 50", (f"{prefix}/search/?page={ours_50}",), (f"/catalogue/?page={theirs_50}",)),
        Page(
            "department",
            tuple(f"{prefix}/c/{assortment.department_slug(number)}/" for number in departments),
            tuple(
                f"/catalogue/category/{assortment.department_slug(number)}_{category_ids[number, None]}/"
                for number in departments
            ),
        ),
        Page(
            "department, all its products",
            tuple(f"{prefix}/c/{assortment.department_slug(number)}/?sort=popular" for number in departments),
            tuple(
                f"/catalogue/category/{assortment.department_slug(number)}_{category_ids[number, None]}/"
                for number in departments
            ),
        ),
        Page(
            "leaf category",
            tuple(f"{prefix}/c/{leaf.slug}/" for leaf in leaves),
            tuple(
                f"/catalogue/category/{assortment.department_slug(leaf.department)}/{leaf.slug}"
                f"_{category_ids[leaf.department, leaf.number]}/"
                for leaf in leaves
            ),
        ),
        Page(
            "leaf category, one filter",
            tuple(
                f"{prefix}/c/{leaf.slug}/?colour={colour}"
                for leaf, colour in zip(leaves, assortment.FACTS["colour"], strict=False)
            ),
        ),
        Page(
            "product",
            tuple(f"{prefix}/p/{item.slug}/" for item in some),
            tuple(f"/catalogue/{item.slug}_{item.number + 1}/" for item in some),
        ),
        Page(
            "search, one word",
            tuple(f"{prefix}/search/?q={noun}" for noun in nouns),
            tuple(f"/search/?q={noun}" for noun in nouns),
        ),
        Page(
            "search, two words",
            tuple(f"{prefix}/search/?q={pair}" for pair in pairs),
            tuple(f"/search/?q={pair}" for pair in pairs),
        ),
    ]


def _their_category_ids() -> dict[tuple[int, int | None], int]:
    """Oscar's addresses carry ids; it numbers categories in the order they were made: each department, its leaves."""
    found: dict[tuple[int, int | None], int] = {}
    number = 0
    for department in range(len(assortment.DEPARTMENTS)):
        number += 1
        found[department, None] = number
        for leaf in assortment.leaves():
            if leaf.department == department:
                number += 1
                found[department, leaf.number] = number
    return found


def measure(
    *,
    server: Server,
    services: Services,
    database: str,
    paths: Sequence[str],
    plan: Plan,
    expect: int = 200,
    before: Callable[[], None] | None = None,
    loaded: bool = True,
) -> Figures:
    """
    Cost of one request: alone for CPU and statements, by eight connections for the rate and the latencies.

    before: called ahead of each sequence, which then asks each path once; for what a cache would otherwise spare.
    """
    visitor = http.Visitor(server.host)
    try:
        first = visitor.get(paths[0], expect=expect)
        http.load(host=server.host, paths=paths, connections=CONNECTIONS, seconds=WARM_S)
        started = time.perf_counter()
        visitor.get(paths[-1], expect=expect)
        latency = time.perf_counter() - started
        count = requests_for(latency_s=latency, seconds=plan.sequence_s, lowest=plan.fewest, highest=1500)
        if before is not None:
            count = len(paths)
        rounds = [
            _sequence(visitor, server, services, database, paths, count, expect, before) for _ in range(plan.repeats)
        ]
        encoded = visitor.get(paths[0], expect=expect, headers={"Accept-Encoding": "gzip, br"})
    finally:
        visitor.close()
    figures = Figures(
        cpu_ms=median([each[0] for each in rounds]),
        postgres_ms=median([each[1] for each in rounds]),
        statements=median([each[2] for each in rounds]),
        bytes_identity=len(first.body),
        bytes_encoded=len(encoded.body),
    )
    if not loaded or before is not None:
        return figures
    found = http.load(host=server.host, paths=paths, connections=CONNECTIONS, seconds=plan.load_s)
    return replace(
        figures,
        p50_ms=percentile(found.latencies, 0.5) * 1000,
        p95_ms=percentile(found.latencies, 0.95) * 1000,
        per_second=found.per_second,
    )


def _sequence(  # noqa: PLR0917 -- all of a round's surroundings
    visitor: http.Visitor,
    server: Server,
    services: Services,
    database: str,
    paths: Sequence[str],
    count: int,
    expect: int,
    before: Callable[[], None] | None,
) -> tuple[float, float, float]:
    if before is not None:
        before()
    services.forget_statements()
    web, postgres = machine.cpu_ms(server.pid), services.postgres_ms()
    for path in _turns(paths, count):
        visitor.get(path, expect=expect)
    web, postgres = machine.cpu_ms(server.pid) - web, services.postgres_ms() - postgres
    return web / count, postgres / count, services.statements(database=database) / count


def _turns(paths: Sequence[str], count: int) -> Iterable[str]:
    return (paths[number % len(paths)] for number in range(count))
