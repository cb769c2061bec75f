"""`manage.py publish`: what is due, some SKUs, or everything; with a progress bar and the rate."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.catalog import publication
from apps.catalog.models import Product
from apps.core import clock


class Command(BaseCommand):
    """Publish products to every shop that sells them. Rows whose truth has not changed are not written."""

    help = "Publish products: those that are due, --sku some of them, or --all of them with the category tree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Either all, or some, or what is due."""
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--all", action="store_true", help="every product and the category tree")
        group.add_argument("--sku", nargs="+", default=[], help="the families of these SKUs")

    def handle(self, *args: object, **options: Any) -> None:
        """Publish and say how fast."""
        started = time.monotonic()
        if options["all"] or options["sku"]:
            chosen = self._ids(options["sku"]) if options["sku"] else None
            done, written = self._publish(chosen)
            what = (
                f"{written.inserted} added, {written.updated} changed, {written.removed} removed, "
                f"{written.unchanged} unchanged rows"
            )
        else:
            done, what = publication.publish_waiting(now=clock.now), "marks worked off"
        seconds = max(time.monotonic() - started, 0.001)
        self.stdout.write(f"{done} products in {seconds:.1f} s ({done / seconds:,.0f} products/s): {what}")

    def _publish(self, product_ids: list[int] | None) -> tuple[int, publication.Written]:
        columns = (TextColumn("Publishing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        done = 0
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("publish", total=None)

            def on_batch(so_far: int, total: int) -> None:
                nonlocal done
                done = so_far
                progress.update(task, completed=so_far, total=total)

            written = publication.publish_all(at=clock.now(), product_ids=product_ids, on_batch=on_batch)
        return done, written

    def _ids(self, skus: list[str]) -> list[int]:
        found = dict(Product.objects.filter(upc__in=skus).values_list("upc", "id"))
        missing = sorted(set(skus) - set(found))
        if missing:
            raise CommandError(f"No product has the SKU {', '.join(missing)}.")
        return list(found.values())
