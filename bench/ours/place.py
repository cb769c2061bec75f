"""Place orders in one process: `python -m bench.ours.place ORDERS PRODUCTS` prints the seconds of the placing."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from apps.core import clock  # noqa: E402 -- Django first
from apps.markets import queries as markets  # noqa: E402
from apps.markets.context import Shop, using  # noqa: E402
from apps.orders import placement  # noqa: E402
from apps.orders.basket import operations as baskets  # noqa: E402
from apps.orders.basket import queries as reads  # noqa: E402

WARM = 5


def measure(*, orders: int, products: int) -> dict[str, float]:
    """Fill the baskets, then place them all one after another."""
    shop = markets.shop_for(brand_code="halles", code="fr-fr")
    with using(shop=shop):
        filled = [_basket(shop, number, products) for number in range(orders + WARM)]
        for number, (basket, total) in enumerate(filled[:WARM]):
            _place(shop, basket, total, f"warm-{number}")
        started, used = time.perf_counter(), time.process_time()
        for number, (basket, total) in enumerate(filled[WARM:]):
            _place(shop, basket, total, f"bench-{number}-{started}")
        return {"orders": orders, "wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - used}


def _basket(shop: Shop, number: int, products: int) -> tuple[int, object]:
    at = clock.now()
    basket = baskets.open_basket(shop=shop, owner_id=None, at=at)
    for place in (0, 1):
        product = (number * 2 + place) % products + 1
        baskets.add_line(shop=shop, basket_id=basket, owner_id=None, product_id=product, quantity=1, at=at)
    view = reads.basket_view(shop=shop, basket_id=basket, at=at, delivery_code="standard")
    return basket, view.total


def _place(shop: Shop, basket: int, total: object, key: str) -> None:
    placement.place_order(
        shop=shop,
        basket_id=basket,
        owner_id=None,
        confirmed_total=total,  # type: ignore[arg-type] # the money the view gave
        contact=placement.Contact(email="guest@bench.example"),
        address=placement.Address(
            first_name="", last_name="Demo Guest", line1="1 rue du Banc", postcode="69003", city="Lyon", country="FR"
        ),
        delivery_code="standard",
        payment_method="demo",
        idempotency_key=key,
        at=clock.now(),
        by="shopper",
    )


if __name__ == "__main__":
    print(json.dumps(measure(orders=int(sys.argv[1]), products=int(sys.argv[2]))))
