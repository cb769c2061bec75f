"""The parts of a run. Each fills its place in the results; what a part did not measure is absent, never made up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import flows, importing, machine, pages, races
from bench.ours.shop import Ours
from bench.pages import Plan
from bench.peer.peer import Peer
from bench.services import Server, Services

ALL = ("pages", "flows", "placement", "races", "import", "growth")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything a run does."""

    products: int
    growth: tuple[int, ...]
    plan: Plan
    flows_alone: int
    flows_together: int
    basket: int
    our_orders: int
    their_orders: int
    buyers: tuple[int, ...]
    our_import: int
    their_import: int


@dataclass
class Run:
    """A run under way."""

    services: Services
    sizes: Sizes
    with_peer: bool
    say: Callable[[str], None]
    results: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ours = Ours(self.services)
        self.peer = Peer(self.services) if self.with_peer else None

    def prepare(self, *, is_filled: bool) -> None:
        """Both projects, migrated and filled side by side on the two cores."""
        self.say("Preparing both shops: migrations, static files, products")
        with ThreadPoolExecutor() as pool:
            ours = pool.submit(self._prepare_ours, is_filled=is_filled)
            if self.peer is not None:
                self.peer.write()
                self.peer.fill(products=self.sizes.products if is_filled else 0)
            self.results["filling"] = ours.result()

    def _prepare_ours(self, *, is_filled: bool) -> dict[str, Any]:
        self.ours.prepare()
        return json.loads(self.ours.fill(products=self.sizes.products)) if is_filled else {}

    def pages(self) -> None:
        """Every kind of page: ours built each time, ours from the cache, theirs."""
        found: dict[str, dict[str, Any]] = {page.name: {} for page in pages.pages(products=self.sizes.products)}
        self._with(self.ours.server(), lambda server: self._pages(server, "ours", found))
        self._with(self.ours.server(page_cache=True), lambda server: self._pages(server, "cached", found))
        if self.peer is not None:
            self._with(self.peer.server(), lambda server: self._pages(server, "theirs", found))
        self.results["pages"] = found

    def _pages(self, server: Server, side: str, found: dict[str, dict[str, Any]]) -> None:
        database = "peer" if side == "theirs" else "ours"
        for page in pages.pages(products=self.sizes.products):
            paths = page.theirs if side == "theirs" else page.ours
            if not paths:
                continue
            self.say(f"Pages, {side}: {page.name}")
            known = next((other for other in found if other != page.name and _same(page, other, side)), None)
            if known is not None and side in found[known]:
                found[page.name][side] = found[known][side]
                continue
            # From the cache a page is asked for again within its life; eight addresses are, four hundred are not.
            asked = paths[:8] if side == "cached" else paths
            expect = 302 if side == "theirs" and page.name == "home" else 200
            common = {"server": server, "services": self.services, "database": database, "plan": self.sizes.plan}
            figures = pages.measure(paths=asked, expect=expect, **common)  # type: ignore[arg-type]
            found[page.name][side] = figures.as_dict()
            if side == "ours" and (page.name.startswith("search") or "filter" in page.name):
                cold = pages.measure(paths=asked, before=self.services.flush_cache, **common)  # type: ignore[arg-type]
                found[page.name]["first"] = cold.as_dict()
        self.results.setdefault("memory_mib", {})[side] = round(machine.memory_mib(server.pid))

    def flows(self) -> None:
        """Adding, the basket page and the whole checkout."""
        found: dict[str, dict[str, Any]] = {}
        self._with(
            self.ours.server(),
            lambda server: found.update(self._flows(server, "ours")),
        )
        if self.peer is not None:
            self._with(
                self.peer.server(),
                lambda server: _merge(found, self._flows(server, "theirs")),
            )
        self.results["flows"] = found

    def _flows(self, server: Server, side: str) -> dict[str, dict[str, Any]]:
        ways = flows.OURS if side == "ours" else flows.THEIRS
        common: dict[str, Any] = {"server": server, "services": self.services, "database": ways.database}
        count = self.sizes.basket
        self.say(f"Flows, {side}: add to basket, basket")
        adding = flows.measure_adding(add=ways.add, count=count, **common)
        basket = flows.measure_basket(add=ways.add, path=ways.basket, count=count, **common)
        self.say(f"Flows, {side}: guest checkout")
        checkout = flows.measure_flow(
            flow=ways.checkout,
            alone=self.sizes.flows_alone,
            together=self.sizes.flows_together,
            products=self.sizes.products,
            **common,
        )
        return {
            "add to basket": {side: adding.as_dict()},
            "basket": {side: basket.as_dict()},
            "guest checkout": {side: checkout.as_dict()},
        }

    def placement(self) -> None:
        """Orders per second in one process."""
        self.say("Placing orders in one process")
        count = str(self.sizes.products)
        found = {"ours": _placed(self.ours.script("place", str(self.sizes.our_orders), count))}
        if self.peer is not None:
            found["theirs"] = _placed(self.peer.script("place", str(self.sizes.their_orders), count))
        self.results["placement"] = found

    def races(self) -> None:
        """Buyers for one last unit."""
        found: dict[str, list[Any]] = {"ours": [], "theirs": []}

        def ours(server: Server) -> None:
            for place, buyers in enumerate(self.sizes.buyers):
                self.say(f"Races, ours: {buyers} buyers for one unit")
                figures = races.our_race(
                    server=server, services=self.services, database="ours", buyers=buyers, number=400 + place
                )
                found["ours"].append(asdict(figures))

        def theirs(server: Server) -> None:
            for place, buyers in enumerate(self.sizes.buyers):
                self.say(f"Races, theirs: {buyers} buyers for one unit")
                figures = races.their_race(
                    server=server, services=self.services, database="peer", buyers=buyers, number=400 + place
                )
                found["theirs"].append(asdict(figures))

        self._with(self.ours.server(threads=races.THREADS), ours)
        if self.peer is not None:
            self._with(self.peer.server(threads=races.THREADS), theirs)
        self.results["races"] = found

    def imports(self) -> None:
        """Products per second, publication and index included."""
        count = self.sizes.our_import
        self.say(f"Importing {count} products here")
        one = importing.our_import(services=self.services, ours=self.ours, products=count)
        found = {"ours": _import(one)}
        if self.peer is not None:
            self.say(f"Importing {self.sizes.their_import} products there")
            found["theirs"] = _import(
                importing.their_import(services=self.services, peer=self.peer, products=self.sizes.their_import)
            )
        self.results["import"] = found

    def growth(self) -> None:
        """Our own pages with another number of products."""
        found: dict[str, Any] = {}
        for size in self.sizes.growth:
            self.say(f"Growth: filling {size} products")
            started = time.perf_counter()
            filling = json.loads(self.ours.fill(products=size, database="ours_growth"))
            found[str(size)] = {"filling": filling | {"wall_s": time.perf_counter() - started}, "pages": {}}
            server = self.ours.server(database="ours_growth")
            server.start()
            try:
                for page in pages.pages(products=size):
                    self.say(f"Growth, {size} products: {page.name}")
                    figures = pages.measure(
                        server=server, services=self.services, database="ours_growth", paths=page.ours,
                        plan=self.sizes.plan, loaded=False,
                    )  # fmt: skip
                    found[str(size)]["pages"][page.name] = figures.as_dict()
            finally:
                server.stop()
        self.results["growth"] = found

    def profile(self) -> None:
        """The page that costs most of those with a target, function by function."""
        measured = {name: sides["ours"]["cpu_ms"] for name, sides in self.results["pages"].items() if "ours" in sides}
        by_name = {page.name: page for page in pages.pages(products=self.sizes.products)}
        worst = max((name for name in measured if name != "home"), key=lambda name: measured[name])
        self.say(f"Profiling our most expensive page: {worst}")
        self.results["profile"] = {
            "page": worst,
            "text": self.ours.script("profiled", by_name[worst].ours[0]).strip(),
            "product": self.ours.script("profiled", by_name["product"].ours[0]).strip(),
        }

    def _with(self, server: Server, work: Callable[[Server], None]) -> None:
        server.start()
        try:
            work(server)
        finally:
            server.stop()


def _placed(said: str) -> dict[str, float]:
    read = json.loads(said)
    return {
        "orders": read["orders"],
        "per_second": round(read["orders"] / read["wall_s"], 1),
        "cpu_ms": round(read["cpu_s"] / read["orders"] * 1000, 2),
    }


def _merge(found: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]) -> None:
    for name, sides in more.items():
        found[name] |= sides


def _same(page: pages.Page, other: str, side: str) -> bool:
    """Whether the stock shop answers both with the very same page: a department is always its list there."""
    return side == "theirs" and {page.name, other} == {"department", "department, all its products"}


def _import(figures: importing.ImportFigures) -> dict[str, Any]:
    return {
        "products": figures.products,
        "per_second": round(figures.per_second, 1),
        "wall_s": round(figures.wall_s, 2),
        "cpu_s": round(figures.cpu_s, 2),
        "postgres_s": round(figures.postgres_s, 2),
        "note": figures.note,
    }
