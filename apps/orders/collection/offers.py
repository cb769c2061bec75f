"""Which stores a basket can be collected from, and from when."""

from collections.abc import Sequence
from datetime import datetime

from apps.inventory.sourcing import queries as sourcing_reads
from apps.inventory.sourcing.data import Stock, Wanted
from apps.inventory.sourcing.distance import km_between
from apps.markets.context import Shop
from apps.orders import delivery, sourcing
from apps.orders.basket.data import PricedBasket
from apps.orders.collection.stores import Store, stores_of
from apps.orders.delivery import DeliveryOption
from apps.orders.enums import DeliveryKind
from apps.orders.models.hold import reference_of

MOST = 8
"""So many stores are offered, the nearest first."""


def offers_for(*, shop: Shop, basket: PricedBasket, postcode: str, at: datetime) -> list[DeliveryOption]:
    """
    Return the stores that have the whole of a basket now, each as a way of delivery with its day; the nearest first.

    The store chosen before is among them however far it is, even where its goods went meanwhile (`fits`). None where
    the market offers no collection; then no statement. Else one, and those `sourcing.leaves_on` names.
    """
    method = next((each for each in delivery.methods_of(market=shop.market) if each.kind == DeliveryKind.COLLECT), None)
    stores = stores_of(market=shop.market) if method else ()
    if method is None or not stores or not basket.lines:
        return []
    wanted = basket.wanted
    stock = sourcing_reads.free_units(
        product_ids=[line.product_id for line in wanted],
        market=shop.market,
        held_by=reference_of(basket_id=basket.id),
    )
    ask = sourcing.leaves_on(shop=shop, lines=wanted, stock=stock, postcode=postcode, at=at)
    chosen = basket.delivery.store if basket.delivery else None
    offered = [
        delivery.at_store(shop=shop, method=method, store=store, goods=basket.totals.goods, at=at, leaves_on=ask)
        for store in _nearest(shop=shop, stores=stores, wanted=wanted, stock=stock, postcode=postcode, chosen=chosen)
    ]
    return [option for option in offered if option.fits or option.store == chosen]


def _nearest(
    *, shop: Shop, stores: Sequence[Store], wanted: Sequence[Wanted], stock: Stock, postcode: str, chosen: Store | None
) -> list[Store]:
    """The stores that have everything, nearest to the postcode first, then by town; the chosen one in any case."""
    target = sourcing_reads.point_of(country=shop.market.country, postcode=postcode)

    def far(store: Store) -> float:
        return km_between(store.point, target) if store.point and target else float("inf")

    having = [
        store for store in stores if all(stock.get((line.product_id, store.id), 0) >= line.quantity for line in wanted)
    ]
    best = sorted(having, key=far)[:MOST]
    if chosen is not None and chosen not in best:
        best.append(chosen)
    return best
