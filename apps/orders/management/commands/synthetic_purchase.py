"""manage.py synthetic_purchase: buy one unit in every live market, end the order, and say whether it went through."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import clock
from apps.markets import queries as markets
from apps.orders import synthetic


class Command(BaseCommand):
    help = "Buy one unit in each live market up to the order button, give it back, and report; exit 1 on any failure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the report as JSON.")
        parser.add_argument("--market", action="append", default=[], help="Only this market; repeatable.")

    def handle(self, *_args: str, **options: Any) -> None:
        shops = {shop.market.code: shop for shop in reversed(markets.all_shops()) if synthetic.is_live(shop=shop)}
        unknown = set(options["market"]) - set(shops)
        if unknown:
            raise CommandError(f"No live market {', '.join(sorted(unknown))}. There are {', '.join(sorted(shops))}.")
        wanted = options["market"] or sorted(shops)
        done = [synthetic.buy(shop=shops[code], at=clock.now()) for code in wanted]
        if options["json"]:
            self.stdout.write(json.dumps([each.as_dict() for each in done], indent=2))
        else:
            for each in done:
                word = f"BROKEN at {list(each.steps)[-1]}: {each.failure}" if each.failure else "ok"
                self.stdout.write(f"{each.market:<12} {each.total_ms:>8.1f} ms  {word}")
        broken = [each.market for each in done if each.failure]
        if broken:
            raise CommandError(f"Shoppers cannot buy in: {', '.join(broken)}.")
