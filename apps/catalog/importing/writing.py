"""Write a plan: one statement per table and change, whatever the number of products. Runs inside one transaction."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from apps.catalog.importing import bulk, cells, structure
from apps.catalog.importing.drafts import Family, Item
from apps.catalog.importing.plan import Plan
from apps.catalog.importing.profiles import Profile
from apps.catalog.importing.structure import Structure
from apps.catalog.models import ProductAttribute  # type: ignore[attr-defined] # Oscar's, through its star import

_PRODUCTS = """
upc text, root text, structure text, title text, slug text, description text, meta_title text, meta_description text,
status text, class_id bigint, gtin text, weight_g int, position int, content_hash text, withdrawal_exception text,
is_touched bool
"""
_INSERT_PRODUCTS = """
INSERT INTO catalogue_product (upc, structure, is_public, title, slug, description, meta_title, meta_description,
  priority, date_created, date_updated, is_discountable, status, tax_class, gtin, weight_g, variant_position,
  content_hash, product_class_id, parent_id)
SELECT i.upc, i.structure, true, i.title, i.slug, i.description, i.meta_title, i.meta_description, 0, %s, %s, true,
  i.status, 'standard', i.gtin, i.weight_g, i.position, i.content_hash, i.class_id, root.id
FROM import_product i LEFT JOIN catalogue_product root ON i.structure = 'child' AND root.upc = i.root
WHERE (i.structure = 'child') = %s AND i.is_touched
ON CONFLICT (upc) DO UPDATE SET title = excluded.title, description = excluded.description,
  meta_title = excluded.meta_title, meta_description = excluded.meta_description, status = excluded.status,
  gtin = excluded.gtin, weight_g = excluded.weight_g, variant_position = excluded.variant_position,
  content_hash = excluded.content_hash, date_updated = excluded.date_updated,
  product_class_id = excluded.product_class_id
"""
# Only what the file speaks of: without the column, what people chose stays.
_EXCEPTIONS = """
UPDATE catalogue_product p SET withdrawal_exception = i.withdrawal_exception FROM import_product i
WHERE p.upc = i.upc AND i.is_touched AND i.withdrawal_exception <> p.withdrawal_exception
"""
_IDS = "SELECT p.upc, p.id FROM catalogue_product p JOIN import_product i ON i.upc = p.upc"
_TEXTS = """
INSERT INTO catalogue_productcontent (product_id, language, market_id, name, slug, tagline, description, bullets,
  meta_title, meta_description, keywords, updated_at)
SELECT product_id, language, NULL, name, slug, '', description, '[]', meta_title, meta_description, keywords, %s
FROM import_text
ON CONFLICT (product_id, language, market_id) DO UPDATE SET name = excluded.name, description = excluded.description,
  meta_title = excluded.meta_title, meta_description = excluded.meta_description, keywords = excluded.keywords,
  updated_at = excluded.updated_at
WHERE (catalogue_productcontent.name, catalogue_productcontent.description, catalogue_productcontent.meta_title,
       catalogue_productcontent.meta_description, catalogue_productcontent.keywords)
   IS DISTINCT FROM (excluded.name, excluded.description, excluded.meta_title, excluded.meta_description,
                     excluded.keywords)
"""
_FACTS = """
INSERT INTO catalogue_productattributevalue (product_id, attribute_id, value_text, value_float, value_option_id, texts)
SELECT product_id, attribute_id, value_text, value_float, value_option_id, '{}' FROM import_fact
ON CONFLICT (attribute_id, product_id) DO UPDATE SET value_text = excluded.value_text,
  value_float = excluded.value_float, value_option_id = excluded.value_option_id
WHERE (catalogue_productattributevalue.value_text, catalogue_productattributevalue.value_float,
       catalogue_productattributevalue.value_option_id)
   IS DISTINCT FROM (excluded.value_text, excluded.value_float, excluded.value_option_id)
"""
_DROP_FACTS = """
DELETE FROM catalogue_productattributevalue v USING import_product i, catalogue_product p
WHERE p.upc = i.upc AND i.is_touched AND v.product_id = p.id AND v.attribute_id = ANY(%s) AND NOT EXISTS (
  SELECT FROM import_fact f WHERE f.product_id = v.product_id AND f.attribute_id = v.attribute_id)
"""
_PRICES = """
INSERT INTO catalogue_price (price_list_id, product_id, min_quantity, amount_minor)
SELECT price_list_id, product_id, 1, amount_minor FROM import_price
ON CONFLICT (price_list_id, product_id, min_quantity, valid_from) DO UPDATE SET amount_minor = excluded.amount_minor
WHERE catalogue_price.amount_minor IS DISTINCT FROM excluded.amount_minor
"""
_BRANDS = """
INSERT INTO catalogue_productbrand (product_id, brand_id)
SELECT DISTINCT root_id, %s::bigint FROM import_place ON CONFLICT DO NOTHING
"""
_DROP_CATEGORIES = """
DELETE FROM catalogue_productcategory c USING import_place i
WHERE i.root_id = c.product_id AND i.category_id IS NOT NULL AND c.category_id <> i.category_id
"""
_CATEGORIES = """
INSERT INTO catalogue_productcategory (product_id, category_id)
SELECT root_id, category_id FROM import_place WHERE category_id IS NOT NULL ON CONFLICT DO NOTHING
"""
_PICTURES = """
INSERT INTO catalogue_productmedia (product_id, asset_id, position)
SELECT product_id, asset_id, position FROM import_picture
ON CONFLICT (product_id, asset_id) DO UPDATE SET position = excluded.position
WHERE catalogue_productmedia.position IS DISTINCT FROM excluded.position
"""


@dataclass(slots=True)
class Written:
    """What an apply wrote: counts per kind, and the ids by SKU of every product it touched."""

    counts: dict[str, dict[str, int]]
    ids: dict[str, int]


def write(
    *,
    plan: Plan,
    profile: Profile,
    brand_id: int,
    price_lists: Mapping[str, list[int]],
    assets: Mapping[str, int],
    at: datetime,
    step: Callable[[str], None],
) -> Written:
    """Write products, texts, facts, places, prices and pictures of a plan; return counts and ids. Constant SQL."""
    step("structure")
    made = structure.ensure(families=plan.families, profile=profile)
    step("products")
    bulk.load(table="import_product", columns=_PRODUCTS, rows=_product_rows(plan, made))
    for is_child in (False, True):
        bulk.run(_INSERT_PRODUCTS, [at, at, is_child])
    bulk.run(_EXCEPTIONS)
    ids: dict[str, int] = dict(bulk.rows(_IDS))
    counts: dict[str, dict[str, int]] = {}
    step("texts")
    counts["contents"] = _texts(plan, profile, ids, at)
    step("facts")
    counts["facts"] = _facts(plan, profile, made, ids)
    step("places")
    _places(plan, made, ids, brand_id)
    step("prices")
    counts["prices"] = _prices(plan, ids, price_lists)
    step("pictures")
    counts["pictures"] = _pictures(plan, ids, assets)
    return Written(counts=counts, ids=ids)


def touched(plan: Plan) -> Iterator[tuple[Family, Item]]:
    """Yield every item of the plan that is new or changed, with its family."""
    for family in plan.families:
        for item in (family.root, *family.variants):
            if plan.status[item.sku] != "unchanged":
                yield family, item


def _product_rows(plan: Plan, made: Structure) -> Iterator[tuple[Any, ...]]:
    for family in plan.families:
        slug = slugify(family.key)[:255] or slugify(family.name)[:255] or "product"
        for item in (family.root, *family.variants):
            is_root = item is family.root
            kind = ("parent" if family.variants else "standalone") if is_root else "child"
            yield (
                item.sku,
                family.root.sku,
                kind,
                family.name if is_root else "",
                slug,
                family.description if is_root else "",
                family.meta_title if is_root else "",
                family.meta_description if is_root else "",
                family.status,
                made.classes[family.kind] if is_root else None,
                item.gtin,
                item.weight_g,
                item.position,
                plan.hashes[item.sku],
                family.withdrawal_exception if is_root else None,
                plan.status[item.sku] != "unchanged",
            )


def _count(pair: tuple[int, int], total: int) -> dict[str, int]:
    created, changed = pair
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "refused": 0}


def _texts(plan: Plan, profile: Profile, ids: Mapping[str, int], at: datetime) -> dict[str, int]:
    rows = []
    for family, item in touched(plan):
        if item is not family.root:
            continue
        own = {
            "name": family.name,
            "description": family.description,
            "meta_title": family.meta_title,
            "meta_description": family.meta_description,
        }
        for language, texts in {profile.language: own, **family.texts}.items():
            slug = slugify(family.key if language == profile.language else texts.get("name", ""))[:255]
            rows.append(
                (
                    ids[item.sku],
                    language,
                    texts.get("name", ""),
                    slug,
                    texts.get("description", ""),
                    texts.get("meta_title", ""),
                    texts.get("meta_description", ""),
                    family.keywords if language == profile.language else "",
                )
            )
    bulk.load(
        table="import_text",
        columns="product_id bigint, language text, name text, slug text, description text, meta_title text, "
        "meta_description text, keywords text",
        rows=rows,
    )
    return _count(bulk.merge(_TEXTS, [at]), len(rows))


def _facts(plan: Plan, profile: Profile, made: Structure, ids: Mapping[str, int]) -> dict[str, int]:
    rows: list[tuple[Any, ...]] = []
    # What a value becomes, by class, code and text: products repeat the same few hundred.
    known: dict[tuple[int, str, str], tuple[Any, ...]] = {}
    for family, item in touched(plan):
        class_id = made.classes[family.kind]
        product_id = ids[item.sku]
        for code, value in _said(family, item, profile):
            cells_ = known.get((class_id, code, value))
            if cells_ is None:
                cells_ = known[class_id, code, value] = _fact(made.attributes[class_id, code], value, made)
            rows.append((product_id, *cells_))
    used = {row[1] for row in rows}
    bulk.load(
        table="import_fact",
        columns="product_id bigint, attribute_id bigint, value_text text, value_float float8, value_option_id bigint",
        rows=rows,
    )
    # Attributes an import made and a product no longer has; those of other origin are left alone.
    bulk.run(_DROP_FACTS, [sorted(used)])
    return _count(bulk.merge(_FACTS), len(rows))


def _said(family: Family, item: Item, profile: Profile) -> list[tuple[str, str]]:
    """Return (attribute code, text) of everything the files say about an item."""
    said = [(structure.option_code(profile, name), value) for name, value in item.options]
    if item is not family.root:
        return said
    said += [(structure.fact_code(name), value) for name, value in family.facts.items()]
    size = next((sold.size_cm for sold in family.sellable if sold.size_cm), None)
    if size:
        said.append((structure.DIMENSIONS, " × ".join(side.removesuffix(".0") for side in size) + " cm"))
    return said


def _fact(attribute: ProductAttribute, value: str, made: Structure) -> tuple[int, str | None, float | None, int | None]:
    """Return attribute id, text, number and option id of a fact: one of the three is given."""
    if attribute.type == "float" and (measured := cells.split_measure(value)):
        return attribute.pk, None, measured[0], None
    if attribute.type == "option":
        return attribute.pk, None, None, made.options[attribute.option_group_id, value]
    return attribute.pk, value, None, None


def _places(plan: Plan, made: Structure, ids: Mapping[str, int], brand_id: int) -> None:
    rows = [
        (ids[item.sku], made.categories.get(family.category)) for family, item in touched(plan) if item is family.root
    ]
    bulk.load(table="import_place", columns="root_id bigint, category_id bigint", rows=rows)
    bulk.run(_BRANDS, [brand_id])
    bulk.run(_DROP_CATEGORIES)
    bulk.run(_CATEGORIES)


def _prices(plan: Plan, ids: Mapping[str, int], price_lists: Mapping[str, list[int]]) -> dict[str, int]:
    rows = [
        (list_id, ids[item.sku], minor)
        for _family, item in touched(plan)
        for currency, minor in item.prices.items()
        for list_id in price_lists.get(currency, ())
    ]
    bulk.load(table="import_price", columns="price_list_id bigint, product_id bigint, amount_minor bigint", rows=rows)
    return _count(bulk.merge(_PRICES), len(rows))


def _pictures(plan: Plan, ids: Mapping[str, int], assets: Mapping[str, int]) -> dict[str, int]:
    rows = [(ids[item.sku], assets[item.picture], 0) for _family, item in touched(plan) if item.picture in assets]
    bulk.load(table="import_picture", columns="product_id bigint, asset_id bigint, position int", rows=rows)
    return _count(bulk.merge(_PICTURES), len(rows))
