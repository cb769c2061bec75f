"""Read the truth about a batch of products: a fixed number of statements, whatever their number."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.catalog.content import FIELDS, Level


@dataclass(slots=True)
class Fact:
    """
    One attribute value, with what is needed to show it in any language. Products with the same option share one.

    memo: what has been made of it, by name and languages; a batch asks the same few hundred facts thousands of times.
    """

    code: str
    name: str
    labels: dict[str, str]
    kind: str
    unit: str
    is_facet: bool
    is_axis: bool
    position: int
    options: list[tuple[str, dict[str, str], str, int]]
    """Of option attributes: text, labels, swatch, position."""
    value: Any
    texts: dict[str, str]
    memo: dict[Any, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """A product or variant as the tables have it."""

    id: int
    parent_id: int | None
    structure: str
    sku: str
    title: str
    slug: str
    description: str
    meta_title: str
    meta_description: str
    is_live: bool
    tax_class: str
    gtin: str
    weight_g: int | None
    priority: int
    variant_position: int
    withdrawal_exception: str
    order_step: int
    order_most: int | None
    minimum_age: int | None
    contents_of_kit: list[list[Any]] | None = None
    """Of a kit: [product id, units, reference name] of what it is made of."""
    contents: dict[Level, dict[str, Any]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    asset_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Family:
    """A standalone product, or a parent with its variants."""

    root: Item
    variants: list[Item] = field(default_factory=list)
    brand_ids: set[int] = field(default_factory=set)
    category_ids: list[int] = field(default_factory=list)

    @property
    def sellable(self) -> list[Item]:
        """What can be put into a basket: live variants, or the product itself."""
        if self.root.structure == "parent":
            return [variant for variant in self.variants if variant.is_live]
        return [self.root]


@dataclass(slots=True)
class Asset:
    """A ready picture: size, focal point, alt texts per language, and its files by format as (width, path)."""

    id: int
    width: int
    height: int
    focal: tuple[float, float]
    alts: dict[str, str]
    sources: dict[str, list[list[Any]]]


@dataclass(slots=True)
class Truth:
    """A batch: families by root id, and the pictures they show."""

    families: dict[int, Family]
    assets: dict[int, Asset]


_ITEMS = """
SELECT id, parent_id, structure, coalesce(upc, ''), title, slug, description, coalesce(meta_title, ''),
       coalesce(meta_description, ''), is_public AND status = 'active', tax_class, gtin, weight_g, priority,
       variant_position, withdrawal_exception, order_step, order_most,
       greatest(minimum_age, (SELECT max(inside.minimum_age) FROM catalogue_kitcomponent part
                                JOIN catalogue_product inside ON inside.id = part.product_id
                               WHERE part.kit_id = catalogue_product.id)),
       (SELECT jsonb_agg(jsonb_build_array(part.product_id, part.quantity,
                                          coalesce(nullif(good.title, ''), above.title, good.upc))
                        ORDER BY part.position, part.id)::text
          FROM catalogue_kitcomponent part JOIN catalogue_product good ON good.id = part.product_id
          LEFT JOIN catalogue_product above ON above.id = good.parent_id
         WHERE part.kit_id = catalogue_product.id)
FROM catalogue_product
WHERE id IN (SELECT unnest(%(roots)s::bigint[]) UNION SELECT id FROM catalogue_product WHERE parent_id = ANY(%(roots)s))
ORDER BY variant_position, id
"""
_CONTENTS = """
SELECT product_id, language, market_id, name, slug, tagline, description, bullets::text, meta_title, meta_description,
       keywords
FROM catalogue_productcontent WHERE product_id = ANY(%(roots)s)
"""
_BRANDS = "SELECT product_id, brand_id FROM catalogue_productbrand WHERE product_id = ANY(%(roots)s)"
_CATEGORIES = """
SELECT product_id, category_id FROM catalogue_productcategory WHERE product_id = ANY(%(roots)s) ORDER BY category_id
"""
_FACTS = """
SELECT v.product_id, a.id, a.code, a.name, a.labels::text, a.type, a.unit, a.is_facet, a.is_variant_axis, a.position,
       v.value_text, v.value_integer, v.value_boolean, v.value_float, v.value_richtext, v.value_date,
       CASE WHEN v.texts = '{}'::jsonb THEN NULL ELSE v.texts::text END,
       o.id, o.option, o.labels::text, o.swatch, o.position
FROM catalogue_productattributevalue v
JOIN catalogue_productattribute a ON a.id = v.attribute_id
LEFT JOIN catalogue_productattributevalue_value_multi_option mo
       ON a.type = 'multi_option' AND mo.productattributevalue_id = v.id
LEFT JOIN catalogue_attributeoption o ON o.id = coalesce(v.value_option_id, mo.attributeoption_id)
WHERE v.product_id = ANY(%(items)s)
ORDER BY a.position, a.code, o.position, o.id
"""
# Of an asset `a`: size, focal point, alt texts, and its files.
FILES = """
a.width, a.height, a.focal_x::float, a.focal_y::float,
       (SELECT jsonb_object_agg(t.language, t.alt)::text FROM media_assettext t WHERE t.asset_id = a.id),
       (SELECT jsonb_object_agg(f.format, f.files)::text FROM (
            SELECT r.format, jsonb_agg(jsonb_build_array(r.width, r.path) ORDER BY r.width) AS files
            FROM media_rendition r
            WHERE r.asset_id = a.id AND r.version = a.renditions_version GROUP BY r.format) f)
"""
_MEDIA = f"""
SELECT m.product_id, m.asset_id, {FILES}
FROM catalogue_productmedia m JOIN media_asset a ON a.id = m.asset_id AND a.state = 'ready'
WHERE m.product_id = ANY(%(items)s)
ORDER BY m.product_id, m.position, m.id
"""  # noqa: S608 -- made of constants; values are parameters


def load(*, root_ids: list[int]) -> Truth:
    """Read everything about these roots but prices and stock. Six statements."""
    families: dict[int, Family] = {}
    items: dict[int, Item] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, {"roots": root_ids})
        for row in cursor.fetchall():
            values = [*row[:-1], json.loads(row[-1]) if row[-1] else None]
            items[row[0]] = Item(*values)
        for item in items.values():
            if item.parent_id is None:
                families[item.id] = Family(root=item)
        for item in items.values():
            if item.parent_id is not None:
                families[item.parent_id].variants.append(item)
        params = {"roots": list(families), "items": list(items)}
        cursor.execute(_CONTENTS, params)
        for product_id, language, market_id, *texts in cursor.fetchall():
            texts[4] = json.loads(texts[4])
            items[product_id].contents[language, market_id] = dict(zip(FIELDS, texts, strict=True))
        cursor.execute(_BRANDS, params)
        for product_id, brand_id in cursor.fetchall():
            families[product_id].brand_ids.add(brand_id)
        cursor.execute(_CATEGORIES, params)
        for product_id, category_id in cursor.fetchall():
            families[product_id].category_ids.append(category_id)
        cursor.execute(_FACTS, params)
        _add_facts(items, cursor.fetchall())
        cursor.execute(_MEDIA, params)
        assets = _add_pictures(items, cursor.fetchall())
    return Truth(families=families, assets=assets)


def _add_facts(items: dict[int, Item], rows: list[tuple[Any, ...]]) -> None:
    # The same few labels come back for every product: parsed once per batch.
    parsed: dict[str, dict[str, str]] = {"{}": {}}
    multi: dict[tuple[int, int], Fact] = {}
    shared: dict[tuple[int, int], Fact] = {}

    def labels(text: str) -> dict[str, str]:
        if text not in parsed:
            parsed[text] = json.loads(text)
        return parsed[text]

    for row in rows:
        product_id, attribute_id, kind = row[0], row[1], row[5]
        if kind == "option" and (attribute_id, row[17]) in shared:
            items[product_id].facts.append(shared[attribute_id, row[17]])
            continue
        option = (row[18], labels(row[19]), row[20], row[21]) if row[17] is not None else None
        if (product_id, attribute_id) in multi and option is not None:
            multi[product_id, attribute_id].options.append(option)
            continue
        value = next((cell for cell in row[10:16] if cell is not None and cell != ""), None)
        fact = Fact(
            code=row[2],
            name=row[3],
            labels=labels(row[4]),
            kind=kind,
            unit=row[6],
            is_facet=row[7],
            is_axis=row[8],
            position=row[9],
            options=[option] if option is not None else [],
            value=value,
            texts=labels(row[16]) if row[16] else {},
        )
        if not fact.options and value is None and not fact.texts:
            continue
        items[product_id].facts.append(fact)
        if kind == "multi_option":
            multi[product_id, attribute_id] = fact
        elif kind == "option" and option is not None:
            shared[attribute_id, row[17]] = fact


def _add_pictures(items: dict[int, Item], rows: list[tuple[Any, ...]]) -> dict[int, Asset]:
    assets: dict[int, Asset] = {}
    for product_id, *row in rows:
        asset = asset_of(row)
        if asset is None:
            continue
        assets.setdefault(asset.id, asset)
        items[product_id].asset_ids.append(asset.id)
    return assets


def asset_of(row: Sequence[Any]) -> Asset | None:
    """Return the asset of a row of its id and FILES, None when it has no files yet."""
    asset_id, width, height, focal_x, focal_y, alts, sources = row
    if not sources:
        return None
    return Asset(
        id=asset_id,
        width=width,
        height=height,
        focal=(focal_x, focal_y),
        alts=json.loads(alts) if alts else {},
        sources=json.loads(sources),
    )
