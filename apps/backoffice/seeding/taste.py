"""What the demo's shoppers like and what is new, so that rows of products differ by brand and from one another."""

import random
from datetime import datetime, timedelta

from apps.backoffice.demo.catalogue import DemoCatalogue
from apps.backoffice.seeding.catalogue import Sold
from apps.backoffice.seeding.kits import KITS
from apps.catalog import operations as catalog
from apps.catalog.models import Publication
from apps.markets.models import Market

# What a brand leads with sells better there than what it carries for the other one.
OWN_RANGE = 60


def seed_taste(*, demo: DemoCatalogue, sold: Sold, at: datetime) -> None:
    """Give every published product a popularity and a first day in each market; the same each time."""
    lead = {sold.roots[product.sku].pk: (product.sku, product.brands[0]) for product in demo.products}
    lead |= {sold.roots[kit.sku].pk: (kit.sku, kit.brand) for kit in KITS}
    for market in Market.objects.select_related("brand").order_by("code"):
        brand = market.brand.code
        scores, days = {}, {}
        for root_id, (sku, first_brand) in lead.items():
            chance = random.Random(f"{sku} {brand}")  # noqa: S311 -- a demo must be repeatable, not secret
            is_own = first_brand == brand
            scores[root_id] = chance.randrange(1, 100) + (OWN_RANGE if is_own else 0)
            days[root_id] = chance.randrange(3, 200) + (0 if is_own else 200)
        catalog.record_popularity(market_id=market.pk, scores=scores)
        rows = list(Publication.objects.filter(market=market))
        for row in rows:
            row.first_published_at = at - timedelta(days=days[row.product_id])
        Publication.objects.bulk_update(rows, ["first_published_at"], batch_size=500)
