"""Fill an empty database of ours: `python -m bench.ours.fill structure` and then `… products COUNT`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import django

django.setup()

from django.apps import apps  # noqa: E402 -- Django first
from django.db import connection, transaction  # noqa: E402

from apps.backoffice.demo.catalogue import load  # noqa: E402
from apps.backoffice.seeding import content, markets  # noqa: E402
from apps.catalog import models as catalog  # noqa: E402
from apps.catalog.operations import add_category  # noqa: E402
from apps.catalog.publication import publish_all  # noqa: E402
from apps.core import clock  # noqa: E402
from apps.inventory.models import Location, StockLevel, StockMovement  # noqa: E402
from apps.inventory.stock_records import ensure_stock_records  # noqa: E402
from apps.markets.models import Brand, Market  # noqa: E402
from apps.media import operations as media  # noqa: E402
from apps.orders.holidays import write_holidays  # noqa: E402
from bench import assortment, bulk  # noqa: E402
from bench.pictures import drawn  # noqa: E402

BY = "system:bench"
LANGUAGE = "fr"
BRAND, MARKET = "halles", "halles-fr"
MOST_PRIORITY = 32_767
_PRODUCT_COLUMNS = (
    "id", "structure", "upc", "title", "slug", "description", "product_class_id", "status", "is_public", "priority"
)  # fmt: skip


@transaction.atomic
def structure() -> None:
    """Brands, markets, content and locations as the demo has them; prices in the French market alone."""
    at = clock.now()
    markets.seed_markets()
    write_holidays(years=(at.year, at.year + 1))
    content.seed_content(demo=load(), links={}, at=at)
    for code, country in (("lyon", "FR"), ("koeln", "DE")):
        Location.objects.create(code=code, name=f"Bench {code}", kind="warehouse", country=country)
    # One list of prices for one market: each product is published once, as stock Oscar shows it once.
    catalog.PriceList.objects.get(code="base-eur").markets.set([Market.objects.get(code=MARKET)])


def products(count: int) -> dict[str, float]:
    """Write the truth of `count` products set-wise and publish it; return the seconds of both."""
    at = clock.now()
    started = time.perf_counter()
    with transaction.atomic():
        options = _vocabulary()
        leaves = _categories()
        _rows(count, options, leaves, at)
    pictures(at)
    with transaction.atomic():
        _media(count)
    ensure_stock_records(product_ids=range(1, count + 1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    written = time.perf_counter()
    publish_all(at=clock.now())
    published = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"truth_s": written - started, "publish_s": published - written}


def pictures(at: datetime) -> None:
    """The few pictures that all products share, with their renditions."""
    assets = [
        media.store_original(filename=f"bench-{number}.jpg", data=data, at=at, by=BY)
        for number, data in enumerate(drawn(assortment.PICTURES))
    ]
    media.make_renditions_many(asset_ids=[asset.pk for asset in assets], at=at)


def _vocabulary() -> dict[tuple[str, str], tuple[int, int]]:
    """The family, its eight facts and their values; returns (fact, value) → (attribute, option)."""
    kind = catalog.ProductClass.objects.create(name="Bench", slug="bench", code="bench", track_stock=True)
    groups = apps.get_model("catalogue", "AttributeOptionGroup")
    found = {}
    for position, (code, values) in enumerate(assortment.FACTS.items()):
        group = groups.objects.create(name=code, code=code)
        attribute = catalog.ProductAttribute.objects.create(
            product_class=kind,
            name=code.capitalize(),
            code=code,
            type="option",
            option_group=group,
            is_facet=True,
            position=position,
            labels={LANGUAGE: code.capitalize()},
        )
        for place, value in enumerate(values):
            option = catalog.AttributeOption.objects.create(
                group=group, option=value, code=f"{code}-{place}", labels={LANGUAGE: value}, position=place
            )
            found[code, value] = (attribute.pk, option.pk)
    return found


def _categories() -> list[int]:
    rows = []
    for department, name in enumerate(assortment.DEPARTMENTS):
        slug = assortment.department_slug(department)
        root = _category(name, slug, parent=None)
        below = [leaf for leaf in assortment.leaves() if leaf.department == department]
        rows.extend(_category(leaf.name, leaf.slug, parent=root).pk for leaf in below)
    return rows


def _category(name: str, slug: str, *, parent: catalog.Category | None) -> catalog.Category:
    node = catalog.Category(name=name, slug=slug, promoted_facets=["colour", "material"])
    row = add_category(node=node, parent=parent)
    catalog.CategoryContent.objects.create(category=row, language=LANGUAGE, name=name, slug=slug, description=name)
    return row


def _rows(count: int, options: dict[tuple[str, str], tuple[int, int]], leaves: list[int], at: datetime) -> None:
    kind = catalog.ProductClass.objects.get(code="bench").pk
    brand = Brand.objects.get(code=BRAND).pk
    each = partial(_each, count)
    bulk.copy(
        catalog.Product,
        _PRODUCT_COLUMNS,
        each(
            lambda pk, item: (
                pk,
                "standalone",
                item.sku,
                item.name,
                item.slug,
                item.description,
                kind,
                "active",
                True,
                # Oscar's column is a small integer: the order of a large shop is kept in steps.
                (count - pk) * MOST_PRIORITY // count,
            )
        ),
    )
    bulk.copy(
        catalog.ProductContent,
        ["product_id", "language", "name", "slug", "tagline", "description"],
        each(lambda pk, item: (pk, LANGUAGE, item.name, item.slug, item.name, item.description)),
    )
    bulk.copy(catalog.ProductBrand, ["product_id", "brand_id"], each(lambda pk, _item: (pk, brand)))
    bulk.copy(
        catalog.Product.categories.through,
        ["product_id", "category_id"],
        each(lambda pk, item: (pk, leaves[item.leaf])),
    )
    bulk.copy(
        catalog.ProductAttributeValue,
        ["product_id", "attribute_id", "value_option_id"],
        ((item.number + 1, *options[code, value]) for item in assortment.items(count) for code, value in item.facts),
    )
    _prices_and_stock(count, at)


def _prices_and_stock(count: int, at: datetime) -> None:
    each = partial(_each, count)
    prices = catalog.PriceList.objects.get(code="base-eur").pk
    place = Location.objects.get(code="lyon").pk
    bulk.copy(
        catalog.Price,
        ["price_list_id", "product_id", "min_quantity", "amount_minor"],
        each(lambda pk, item: (prices, pk, 1, item.price_minor)),
    )
    bulk.copy(
        StockLevel,
        ["id", "location_id", "product_id", "on_hand"],
        each(lambda pk, _item: (pk, place, pk, assortment.STOCK)),
    )
    bulk.copy(
        StockMovement,
        ["level_id", "kind", "on_hand_delta", "reference", "reason", "actor", "at"],
        each(lambda pk, _item: (pk, "receive", assortment.STOCK, "bench", "bench", BY, at)),
    )


def _each(count: int, make: Callable[[int, assortment.Item], tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    return (make(item.number + 1, item) for item in assortment.items(count))


def _media(count: int) -> None:
    assets = list(apps.get_model("media", "Asset").objects.order_by("id").values_list("pk", flat=True))
    bulk.copy(
        catalog.ProductMedia,
        ["product_id", "asset_id", "position"],
        ((item.number + 1, assets[item.picture], 0) for item in assortment.items(count)),
    )


if __name__ == "__main__":
    if sys.argv[1] == "structure":
        structure()
    else:
        print(json.dumps(products(int(sys.argv[2]))))
