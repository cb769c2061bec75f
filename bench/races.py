"""Many guests, one unit left, all at the order button at the same moment: and how many orders a shop then writes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench import flows, http
from bench.services import BenchError, Server, Services

THREADS = 10
"""Per worker in a race: with two workers, twenty placements can really run at once."""


@dataclass(frozen=True, slots=True)
class RaceFigures:
    """How a race ended. sold: units in orders; there was one. answers: statuses of the order button, by count."""

    buyers: int
    orders: int
    sold: int
    answers: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Shop:
    fill: Callable[[http.Visitor, int], None]
    review: Callable[[http.Visitor], http.Answer]
    path: str
    form: Callable[[http.Answer], dict[str, str]]
    one_left: str
    sold: str


_OURS = _Shop(
    fill=flows.our_add,
    review=flows.our_review,
    path=f"{flows.PREFIX}/checkout/place/",
    form=flows.our_order_form,
    one_left="UPDATE partner_stocklevel SET reserved = 0, on_hand = 1 WHERE product_id = {product}",
    sold="SELECT count(*), coalesce(sum(quantity), 0) FROM order_line WHERE product_id = {product}",
)
_THEIRS = _Shop(
    fill=flows.their_add,
    review=flows.their_preview,
    path="/checkout/preview/",
    form=lambda page: {"csrfmiddlewaretoken": page.token, "action": "place_order"},
    one_left="UPDATE partner_stockrecord SET num_in_stock = 1, num_allocated = 0 WHERE product_id = {product}",
    sold="SELECT count(*), coalesce(sum(quantity), 0) FROM order_line WHERE product_id = {product}",
)


def our_race(*, server: Server, services: Services, database: str, buyers: int, number: int) -> RaceFigures:
    """Let `buyers` guests race for the last unit of product `number` here."""
    return _race(_OURS, server, services, database, buyers, number)


def their_race(*, server: Server, services: Services, database: str, buyers: int, number: int) -> RaceFigures:
    """The same at the stock Oscar."""
    return _race(_THEIRS, server, services, database, buyers, number)


def _race(  # noqa: PLR0917 -- all of a race's surroundings
    shop: _Shop, server: Server, services: Services, database: str, buyers: int, number: int
) -> RaceFigures:
    product = number + 1
    before = services.execute(shop.sold.format(product=product), database=database)[0]
    ready = _ready(shop, server, buyers, number)
    services.execute(shop.one_left.format(product=product), database=database)
    answers: Counter[str] = Counter()
    start = threading.Barrier(len(ready))

    def press(visitor: http.Visitor, form: dict[str, str]) -> str:
        start.wait()
        return visitor.press(shop.path, form)

    with ThreadPoolExecutor(max_workers=len(ready)) as pool:
        for done in [pool.submit(press, visitor, form) for visitor, form in ready]:
            answers[done.result()] += 1
    after = services.execute(shop.sold.format(product=product), database=database)[0]
    for visitor, _ in ready:
        visitor.close()
    return RaceFigures(buyers, int(after[0]) - int(before[0]), int(after[1]) - int(before[1]), dict(answers))  # type: ignore[call-overload]


def _ready(shop: _Shop, server: Server, buyers: int, number: int) -> list[tuple[http.Visitor, dict[str, str]]]:
    def one(_: int) -> tuple[http.Visitor, dict[str, str]]:
        visitor = http.Visitor(server.host)
        shop.fill(visitor, number)
        return visitor, shop.form(shop.review(visitor))

    # The first one alone: two first views of a product at once are a 500 at the stock Oscar, which is not this race.
    found = [one(0)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        found += pool.map(one, range(buyers - 1))
    if len(found) != buyers:
        raise BenchError("not every buyer got to the order button")
    return found
