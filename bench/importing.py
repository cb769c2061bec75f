"""How fast a catalogue comes in: our command on one file, and a stock Oscar's models one product at a time."""

from __future__ import annotations

import csv
import json
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from bench import assortment
from bench.ours.shop import Ours
from bench.peer.peer import Peer
from bench.services import BenchError, Services


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """Products taken in, seconds on the clock and of CPU (the process's own, PostgreSQL's beside)."""

    products: int
    wall_s: float
    cpu_s: float
    postgres_s: float
    note: str = ""

    @property
    def per_second(self) -> float:
        """Products per second, all included."""
        return self.products / self.wall_s


def write_csv(*, path: Path, products: int) -> None:
    """The assortment as a merchant's file: one row a product, one column a fact."""
    leaves = assortment.leaves()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["sku", "name", "family", "category", "description", "price", "currency", "stock", "status"]
            + [f"attribute.{code}" for code in assortment.FACTS]
        )
        for item in assortment.items(products):
            leaf = leaves[item.leaf]
            category = f"{assortment.DEPARTMENTS[leaf.department]} -> {leaf.name}"
            price = f"{item.price_minor // 100}.{item.price_minor % 100:02d}"
            writer.writerow(
                [item.sku, item.name, "Bench", category, item.description, price, "EUR", "100", "active"]
                + [value for _, value in item.facts]
            )


def our_import(*, services: Services, ours: Ours, products: int, markets: str = "halles-fr") -> ImportFigures:
    """`manage.py import_catalogue` of one file into a shop without products, publication and search index included."""
    path = services.folder / "products.csv"
    write_csv(path=path, products=products)
    services.create_database("ours_import", template="ours_empty")
    services.flush_cache()
    before, postgres = _children_s(), services.postgres_ms()
    started = time.perf_counter()
    said = ours.command(
        "import_catalogue", str(path), "--market", markets, "--location", "lyon", "--json", database="ours_import"
    )
    wall = time.perf_counter() - started
    used, postgres = _children_s() - before, services.postgres_ms() - postgres
    report = json.loads(said)
    shown = services.execute("SELECT count(DISTINCT product_id) FROM catalogue_publication", database="ours_import")
    found = services.execute(
        "SELECT count(DISTINCT product_id) FROM catalogue_publication WHERE search IS NOT NULL", database="ours_import"
    )
    rows = services.execute("SELECT count(*) FROM catalogue_publication", database="ours_import")
    if report["state"] not in {"done", "applied", "finished"} and int(shown[0][0]) != products:  # type: ignore[call-overload]
        raise BenchError(f"our import ended {report['state']}: {report['issues'][:3]}")
    if (int(shown[0][0]), int(found[0][0])) != (products, products):  # type: ignore[call-overload]
        raise BenchError(f"of {products} products {shown[0][0]} are published and {found[0][0]} can be found")
    return ImportFigures(products, wall, used, postgres / 1000, f"{rows[0][0]} publications")


def their_import(*, services: Services, peer: Peer, products: int) -> ImportFigures:
    """The models of a stock Oscar, into a shop without products. No search index is written: theirs costs nothing."""
    services.create_database("peer_import", template="peer_empty")
    postgres = services.postgres_ms()
    said = json.loads(peer.script("fill", "import", str(products), database="peer_import"))
    return ImportFigures(products, said["wall_s"], said["cpu_s"], (services.postgres_ms() - postgres) / 1000)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
