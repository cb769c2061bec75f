"""Publish batches of products: take, read the truth, build, write. The same truth always gives the same rows."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import connection, transaction

from apps.catalog.models import Product
from apps.catalog.ports import stock_facts
from apps.catalog.pricing import PriceQuote, quote_many
from apps.catalog.publication import locks, truth
from apps.catalog.publication.build import Builder, MarketFacts, Row
from apps.catalog.publication.categories import publish_categories
from apps.catalog.publication.staging import by_key
from apps.catalog.publication.tree import Tree, load_tree
from apps.catalog.publication.write import Written, stage, write
from apps.core import audit, clock
from apps.markets.context import MarketInfo, Shop
from apps.markets.queries import all_shops

BATCH = 500
"""Products per transaction: enough to spread the statements thin, few enough that an edit is soon visible."""

BATCH_OF_ALL = 1000
"""Products per transaction when everything is published: fewer rounds over the counts that every batch moves."""

_TAKE_MARKS = """
SELECT d.id, coalesce(p.parent_id, p.id) FROM catalogue_publicationdue d JOIN catalogue_product p ON p.id = d.product_id
WHERE p.id IN (SELECT unnest(%(roots)s::bigint[])
               UNION SELECT id FROM catalogue_product WHERE parent_id = ANY(%(roots)s))
"""


def publish_due(*, limit: int = BATCH, at: datetime) -> int:
    """
    Publish up to `limit` products that are due, longest waiting first; return how many were taken. One transaction.

    Several publishers may run at once: none takes what another holds. A mark made meanwhile stays for the next round.
    """
    with transaction.atomic():
        taken = locks.take_due(limit=limit)
        if not taken:
            return 0
        marks = _marks(taken)
        # A publisher that was faster has published, and unmarked, some of them between our look and our lock.
        roots = sorted({root for _, root in marks})
        if roots:
            _publish(root_ids=roots, at=at)
            _unmark([mark for mark, _ in marks])
    return len(roots)


def publish_all(
    *, at: datetime, product_ids: Iterable[int] | None = None, on_batch: Callable[[int, int], None] | None = None
) -> Written:
    """
    Publish the categories and every product (or the families of these), in batches of their own transactions.

    Readers see old rows until their batch commits: no empty window. on_batch: called with products done and in all.
    """
    chosen = Product.objects.filter(parent__isnull=True).order_by("id")
    if product_ids is not None:
        ids = list(product_ids)
        parents = Product.objects.filter(id__in=ids, parent__isnull=False).values_list("parent_id", flat=True)
        chosen = chosen.filter(id__in=[*ids, *parents])
    roots = list(chosen.values_list("id", flat=True))
    publish_categories(at=at)
    tree = load_tree()
    total = Written()
    for start in range(0, len(roots), BATCH_OF_ALL):
        batch = roots[start : start + BATCH_OF_ALL]
        with transaction.atomic():
            total += publish_now(root_ids=batch, at=at, tree=tree)
        if on_batch:
            on_batch(start + len(batch), len(roots))
    if product_ids is None:
        total += _remove_orphans()
    return total


def publish_now(*, root_ids: list[int], at: datetime, tree: Tree | None = None) -> Written:
    """Publish these roots in the caller's transaction, waiting for publishers that hold them; unmarks them."""
    locks.wait_for_products(root_ids=root_ids)
    marks = _marks(root_ids)
    written = _publish(root_ids=root_ids, at=at, tree=tree)
    _unmark([mark for mark, _ in marks])
    return written


def unpublish(*, product_id: int, by: str, at: datetime, reason: str) -> None:
    """
    Take a product or variant out of every shop, at once: at commit no page shows it. Safe to repeat.

    by: the actor, as audit lines have it. Waits for a publisher that holds the product (well under a second).
    """
    with transaction.atomic():
        product = Product.objects.only("id", "parent_id", "is_public").get(pk=product_id)
        root = product.parent_id or product.id
        locks.wait_for_products(root_ids=[root])
        Product.objects.filter(pk=product_id).update(is_public=False, date_updated=at)
        audit.record(
            action="catalog.unpublish",
            target=audit.target_of(model="catalogue.product", pk=product_id),
            actor=by,
            at=at,
            before={"is_public": product.is_public},
            after={"is_public": False},
            reason=reason,
        )
        publish_now(root_ids=[root], at=at)


def _publish(*, root_ids: list[int], at: datetime, tree: Tree | None = None) -> Written:
    shops = all_shops()
    found = truth.load(root_ids=root_ids)
    builder = Builder(
        tree=tree or load_tree(),
        assets=found.assets,
        languages=tuple(sorted({shop.language for shop in shops})),
    )
    rows: list[Row] = []
    shown: dict[tuple[int, int], PriceQuote] = {}
    for market, its_shops in _by_market(shops):
        families = [
            family for family in found.families.values() if market.brand.id in family.brand_ids and family.root.is_live
        ]
        quotes = quote_many(
            market=market, wanted=dict.fromkeys((item.id for family in families for item in family.sellable), 1), at=at
        )
        # Without a price in this market there is nothing to build, nor any stock to ask for.
        families = [family for family in families if any(item.id in quotes for item in family.sellable)]
        facts = MarketFacts(quotes=quotes, stock=stock_facts(market=market, product_ids=list(quotes)) if quotes else {})
        for family in families:
            built = [builder.row(family=family, shop=shop, market=facts) for shop in its_shops]
            rows.extend(row for row in built if row is not None)
            if any(built):
                shown |= {
                    (market.id, item.id): facts.quotes[item.id] for item in family.sellable if item.id in facts.quotes
                }
    wanted = by_key(rows)
    staged = stage(root_ids=root_ids, rows=wanted)
    locks.wait_to_write()
    return write(root_ids=root_ids, rows=wanted, staged=staged, shown=shown, at=at)


def _by_market(shops: Iterable[Shop]) -> list[tuple[MarketInfo, list[Shop]]]:
    grouped: dict[int, tuple[MarketInfo, list[Shop]]] = {}
    for shop in shops:
        grouped.setdefault(shop.market.id, (shop.market, []))[1].append(shop)
    return list(grouped.values())


def _marks(root_ids: list[int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_MARKS, {"roots": root_ids})
        return cursor.fetchall()


def _unmark(mark_ids: list[int]) -> None:
    if mark_ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalogue_publicationdue WHERE id = ANY(%s)", [mark_ids])


def _remove_orphans() -> Written:
    """Remove rows of shops that are no more."""
    shops = all_shops()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT product_id FROM catalogue_publication p WHERE NOT EXISTS ("
            "SELECT 1 FROM unnest(%s::bigint[], %s::text[]) AS s(m, l) WHERE s.m = p.market_id AND s.l = p.language)",
            [[shop.market.id for shop in shops], [shop.language for shop in shops]],
        )
        orphans = [row[0] for row in cursor.fetchall()]
        return publish_now(root_ids=orphans, at=clock.now()) if orphans else Written()
