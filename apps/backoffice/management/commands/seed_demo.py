"""Fill an empty database with the demo group."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from apps.backoffice.demo.catalogue import load
from apps.backoffice.seeding import catalogue, content, credit, families, kits, markets, orders, people, pictures, taste
from apps.catalog.models import Product
from apps.catalog.publication import mark_due, publish_all
from apps.core import clock
from apps.orders.holidays import write_holidays
from apps.orders.popularity import record_popularity

ORDERS = 84


def analyze() -> None:
    """Tell PostgreSQL what is in the tables now; after a bulk load its plans are guesses until it looks."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def silent_mails() -> Iterator[None]:
    """Weeks of mails would fill the terminal; what they said is in the mail viewer all the same."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before


class Command(BaseCommand):
    """Two brands, four countries, 120 products with pictures, stock, and some weeks of orders. Deterministic."""

    help = "Fill an empty database with the demo group; needs demo mode."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be chosen."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are products already")
        parser.add_argument("--no-pictures", action="store_true", help="leave the pictures out (seconds, not a minute)")
        parser.add_argument("--orders", type=int, default=ORDERS, help="how many orders to place")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, or say why not."""
        if not settings.DEMO:
            raise CommandError("seed_demo writes demo logins with known passwords: it runs in demo mode only.")
        if Product.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There are products already. `make demo-reset` starts from nothing.")
        at = clock.now()
        with silent_mails(), self._progress() as bars:
            sold, words, demo = self._truth(at, bars)
            if not options["no_pictures"]:
                self._pictures(demo, sold, words, at, bars)
                kits.show_kits(sold=sold)
            task = bars.add_task("Publishing", total=None)
            mark_due(product_ids=[row.pk for row in sold.roots.values()], reason="demo", at=at)
            publish_all(at=clock.now())
            credit.seed_credit(at=at)
            taste.seed_taste(demo=demo, sold=sold, at=at)
            analyze()
            bars.update(task, total=1, completed=1)
            task = bars.add_task("Placing orders", total=options["orders"])
            orders.seed_orders(
                at=at,
                count=options["orders"],
                progress=lambda done, all_: bars.update(task, completed=done, total=all_),
            )
            orders.open_partner(at=clock.now())
            record_popularity(at=clock.now())
        self.stdout.write("The demo group is ready.")

    @transaction.atomic
    def _truth(self, at: Any, bars: Progress) -> tuple[Any, Any, Any]:
        """Markets, people, catalogue, prices and stock: all of it or nothing."""
        task = bars.add_task("Markets and catalogue", total=5)
        demo = load()
        markets.seed_markets()
        write_holidays(years=(at.year, at.year + 1))
        people.seed_people()
        bars.advance(task)
        words = families.seed_vocabulary(demo=demo)
        sold = catalogue.seed_products(demo=demo, words=words, at=at)
        bars.advance(task)
        catalogue.seed_prices(demo=demo, sold=sold, at=at)
        catalogue.seed_price_history(demo=demo, sold=sold, at=at)
        bars.advance(task)
        kits.seed_kits(sold=sold, words=words, at=at)
        catalogue.seed_stock(demo=demo, sold=sold, at=at)
        bars.advance(task)
        departments = [row for row in demo.categories if row.parent is None]
        links = {
            (brand, language): f"c/{next(row for row in departments if brand in row.brands).slugs[language]}/"
            for brand, language in demo.homes
        }
        content.seed_content(demo=demo, links=links, at=at)
        bars.advance(task)
        return sold, words, demo

    def _pictures(self, demo: Any, sold: Any, words: Any, at: Any, bars: Progress) -> None:
        drawing = bars.add_task("Drawing pictures", total=None)
        rendering = bars.add_task("Making renditions", total=None)
        pictures.seed_pictures(
            demo=demo,
            sold=sold,
            words=words,
            at=at,
            drawn=lambda done, all_: bars.update(drawing, completed=done, total=all_),
            rendered=lambda done, all_: bars.update(rendering, completed=done, total=all_),
        )

    @contextmanager
    def _progress(self) -> Iterator[Progress]:
        columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        stream = cast("TextIO", self.stdout._out)  # noqa: SLF001 -- the stream below Django's wrapper
        with Progress(*columns, console=Console(file=stream)) as bars:
            yield bars
