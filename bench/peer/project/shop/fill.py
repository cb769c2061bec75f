"""Fill the stock shop: `python -m shop.fill COUNT`, or `… import COUNT` to time its models one product at a time."""

# Oscar's classes carry no types:
# ruff: noqa: ANN001, ANN201, ANN202

import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from django.core.files.base import ContentFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

from bench import assortment, bulk  # noqa: E402
from bench.pictures import drawn  # noqa: E402

Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductAttributeValue = get_model("catalogue", "ProductAttributeValue")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductImage = get_model("catalogue", "ProductImage")
AttributeOption = get_model("catalogue", "AttributeOption")
AttributeOptionGroup = get_model("catalogue", "AttributeOptionGroup")
Category = get_model("catalogue", "Category")
Country = get_model("address", "Country")
Partner = get_model("partner", "Partner")
StockRecord = get_model("partner", "StockRecord")

SEARCH_TABLE = """
CREATE TABLE bench_search AS
SELECT p.id AS product_id, array_agg(c.category_id::int) AS categories, to_tsvector('simple', p.title) AS words
FROM catalogue_product p JOIN catalogue_productcategory c ON c.product_id = p.id GROUP BY p.id
"""


def products(count):
    """Write everything set-wise and build the search table."""
    with transaction.atomic():
        options, leaves, kind, partner = structure()
        rows(count, options, leaves, kind, partner)
    with connection.cursor() as cursor:
        cursor.execute(SEARCH_TABLE)
        cursor.execute("ALTER TABLE bench_search ADD PRIMARY KEY (product_id)")
        cursor.execute("CREATE INDEX ON bench_search USING gin (words)")
        cursor.execute("CREATE INDEX ON bench_search USING gin (categories)")
        cursor.execute("VACUUM ANALYZE")


def structure():
    """The family, its facts, the tree, a partner and the pictures."""
    Country.objects.get_or_create(
        iso_3166_1_a2="FR",
        defaults={"printable_name": "France", "name": "FRANCE", "iso_3166_1_a3": "FRA", "is_shipping_country": True},
    )
    kind = ProductClass.objects.create(name="Bench", slug="bench", track_stock=True, requires_shipping=True)
    options = {}
    for code, values in assortment.FACTS.items():
        group = AttributeOptionGroup.objects.create(name=code)
        attribute = ProductAttribute.objects.create(
            product_class=kind, name=code.capitalize(), code=code, type="option", option_group=group
        )
        for value in values:
            option = AttributeOption.objects.create(group=group, option=value)
            options[code, value] = (attribute, option)
    leaves = []
    for department, name in enumerate(assortment.DEPARTMENTS):
        root = Category.add_root(name=name, slug=assortment.department_slug(department))
        # treebeard caches the number of children on the instance, so the parent is read anew each time.
        leaves += [
            Category.objects.get(pk=root.pk).add_child(name=leaf.name, slug=leaf.slug)
            for leaf in assortment.leaves()
            if leaf.department == department
        ]
    folder = Path(settings.MEDIA_ROOT) / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(drawn(assortment.PICTURES)):
        (folder / f"bench-{number}.jpg").write_bytes(data)
    return options, leaves, kind, Partner.objects.create(name="Bench", code="bench")


def rows(count, options, leaves, kind, partner):
    """Products with facts, categories, stock and pictures by COPY."""

    def each(make):
        return (make(item.number + 1, item) for item in assortment.items(count))

    bulk.copy(
        Product,
        ["id", "structure", "upc", "title", "slug", "description", "product_class_id", "is_public"],
        each(lambda pk, i: (pk, "standalone", i.sku, i.name, i.slug, i.description, kind.pk, True)),
    )
    bulk.copy(ProductCategory, ["product_id", "category_id"], each(lambda pk, i: (pk, leaves[i.leaf].pk)))
    bulk.copy(
        ProductAttributeValue,
        ["product_id", "attribute_id", "value_option_id"],
        (
            (i.number + 1, options[code, value][0].pk, options[code, value][1].pk)
            for i in assortment.items(count)
            for code, value in i.facts
        ),
    )
    bulk.copy(
        StockRecord,
        ["product_id", "partner_id", "partner_sku", "price_currency", "price", "num_in_stock"],
        each(lambda pk, i: (pk, partner.pk, i.sku, "EUR", Decimal(i.price_minor) / 100, assortment.STOCK)),
    )
    bulk.copy(
        ProductImage,
        ["product_id", "original", "display_order"],
        each(lambda pk, i: (pk, f"images/bench-{i.picture}.jpg", 0)),
    )


def one_by_one(count):
    """What a stock Oscar offers: its models, a product at a time, as its own importers and forms save them."""
    options, leaves, kind, partner = structure()
    pictures = drawn(assortment.PICTURES)
    started, used = time.perf_counter(), time.process_time()
    for item in assortment.items(count):
        with transaction.atomic():
            product, _ = Product.objects.get_or_create(
                upc=item.sku,
                defaults={
                    "structure": "standalone", "title": item.name, "slug": item.slug, "description": item.description,
                    "product_class": kind,
                },
            )  # fmt: skip
            for code, value in item.facts:
                setattr(product.attr, code, options[code, value][1])
            product.save()
            ProductCategory.objects.get_or_create(product=product, category=leaves[item.leaf])
            StockRecord.objects.update_or_create(
                product=product,
                partner=partner,
                defaults={
                    "partner_sku": item.sku, "price_currency": "EUR", "price": Decimal(item.price_minor) / 100,
                    "num_in_stock": assortment.STOCK,
                },
            )  # fmt: skip
            if not product.images.exists():
                image = ProductImage(product=product, display_order=0)
                image.original.save(f"bench-{item.picture}.jpg", ContentFile(pictures[item.picture]), save=False)
                image.save()
    return {"products": count, "wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - used}


if __name__ == "__main__":
    if sys.argv[1] == "import":
        print(json.dumps(one_by_one(int(sys.argv[2]))))
    else:
        products(int(sys.argv[1]))
