"""The pieces of a publication: pictures, variants, attribute table, card and page, as JSON values."""

import html
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from apps.catalog.content import ResolvedText, foreign
from apps.catalog.pricing.types import PriceQuote
from apps.catalog.publication.truth import Asset, Fact, Family, Item
from apps.catalog.publication.words import label_of, table_line, value_key, value_of

Pictures = dict[int, list[dict[str, Any]]]
"""Item id → its own pictures; the root's list is the gallery."""

_SWATCHES = 6
_SPECS = 3
_LENGTHS = {"mm", "cm", "m"}


def picture(*, asset: Asset, chain: tuple[str, ...], name: str) -> dict[str, Any]:
    """Return what a picture element needs; files are paths below the media address, as [width, path] per format."""
    return {
        "asset": asset.id,
        "alt": label_of(labels=asset.alts, fallback=name, chain=chain),
        "width": asset.width,
        "height": asset.height,
        "focal": list(asset.focal),
        "sources": asset.sources,
    }


def pictures(
    *, family: Family, sold: Sequence[Item], assets: Mapping[int, Asset], chain: tuple[str, ...], name: str
) -> Pictures:
    """Return the pictures of the root and of each sold variant; the gallery is the root's, then the variants' own."""
    made: dict[int, dict[str, Any]] = {}

    def of(item: Item) -> list[dict[str, Any]]:
        for asset_id in item.asset_ids:
            if asset_id not in made:
                made[asset_id] = picture(asset=assets[asset_id], chain=chain, name=name)
        return [made[asset_id] for asset_id in item.asset_ids]

    out = {item.id: of(item) for item in sold}
    gallery = of(family.root)
    shown = {entry["asset"] for entry in gallery}
    for item in sold:
        for entry in out[item.id]:
            if entry["asset"] not in shown:
                shown.add(entry["asset"])
                gallery = [*gallery, entry]
    out[family.root.id] = gallery
    return out


def attribute_table(*, family: Family, chain: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the facts of the root in the reader's language; what tells variants apart is shown there instead."""
    return [
        table_line(fact=fact, chain=chain)
        for fact in family.root.facts
        if not fact.is_axis or family.root.structure != "parent"
    ]


def axes(*, family: Family, sold: Sequence[Item], chain: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what tells the variants apart: each axis with its values in order."""
    if family.root.structure != "parent":
        return []
    found: dict[str, dict[str, Any]] = {}
    for item in sold:
        for fact in item.facts:
            if not fact.is_axis:
                continue
            axis = found.setdefault(
                fact.code,
                {
                    "code": fact.code,
                    "name": label_of(labels=fact.labels, fallback=fact.name, chain=chain),
                    "position": fact.position,
                    "values": {},
                },
            )
            key = axis_key(item, fact.code)
            swatch = fact.options[0][2] if fact.options else ""
            order = fact.options[0][3] if fact.options else 0
            axis["values"].setdefault(
                key, {"key": key, "label": value_of(fact=fact, chain=chain), "swatch": swatch, "order": order}
            )
    out = []
    for axis in sorted(found.values(), key=lambda entry: (entry["position"], entry["code"])):
        values = sorted(axis["values"].values(), key=lambda value: value["order"])
        out.append(
            {
                "code": axis["code"],
                "name": axis["name"],
                "values": [{key: value[key] for key in ("key", "label", "swatch")} for value in values],
            }
        )
    return out


def axis_key(item: Item, code: str) -> str:
    """Return the value key a variant has on an axis, as addresses and filters write it."""
    return value_key(fact=next(fact for fact in item.facts if fact.code == code))


def _limits(item: Item, root: Item) -> dict[str, int]:
    """Return what an order may hold of it, where that is limited: its own limits or its parent's, the stricter."""
    step = max(item.order_step, root.order_step)
    most = min((most for most in (item.order_most, root.order_most) if most), default=None)
    age = max((age for age in (item.minimum_age, root.minimum_age) if age), default=None)
    told = {"step": step if step > 1 else None, "most": most, "age": age}
    return {name: value for name, value in told.items() if value is not None}


def variants(
    *, root: Item, sold: Sequence[Item], quotes: Mapping[int, PriceQuote], pictures: Pictures, chain: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return what can be put into the basket, with its own price; a standalone product is its one entry."""
    out = []
    for item in sold:
        quote = quotes[item.id]
        own = [fact for fact in item.facts if fact.is_axis] if item.parent_id else []
        out.append(
            {
                "product_id": item.id,
                "sku": item.sku,
                "gtin": item.gtin,
                "axes": {fact.code: axis_key(item, fact.code) for fact in own},
                "label": ", ".join(value_of(fact=fact, chain=chain) for fact in own),
                "price_minor": quote.unit.minor,
                "prior_minor": quote.prior.minor if quote.prior else None,
                "is_promotion": quote.is_promotion,
                "tax_percent": str(quote.tax_percent),
                "weight_g": item.weight_g,
                "pictures": [entry["asset"] for entry in pictures[item.id]],
            }
            | ({"contents": item.contents_of_kit} if item.contents_of_kit else {})
            | _limits(item, root)
        )
    return out


def card(
    *,
    root: Item,
    sold: Sequence[Item],
    texts: Mapping[str, ResolvedText],
    pictures: Pictures,
    axes: Sequence[Mapping[str, Any]],
    cheapest: PriceQuote,
    chain: tuple[str, ...],
) -> dict[str, Any]:
    """Return everything a product card shows but price and availability, which are columns."""
    gallery = pictures[root.id]
    swatches = [value for axis in axes for value in axis["values"] if value["swatch"]]
    return {
        "sku": sold[0].sku,
        "tagline": texts["tagline"].value,
        "foreign": foreign(sources={name: texts[name].source for name in ("name", "tagline")}, language=chain[0]),
        "specs": [value_of(fact=fact, chain=chain) for fact in _telling(root)],
        "picture": gallery[0] if gallery else None,
        "second_picture": gallery[1] if len(gallery) > 1 else None,
        "variants": len(sold) if root.structure == "parent" else 0,
        "single_product_id": sold[0].id if len(sold) == 1 else None,
        "swatches": swatches[:_SWATCHES],
        "more_swatches": max(0, len(swatches) - _SWATCHES),
        "is_promotion": cheapest.is_promotion,
    }


def _telling(root: Item) -> list[Fact]:
    """Return facts whose figure says by itself what it measures: "18 V", "1,5 l"; a length could be anything's."""
    return [fact for fact in root.facts if fact.unit and fact.unit not in _LENGTHS and not fact.is_axis][:_SPECS]


def page(
    *,
    root: Item,
    texts: Mapping[str, ResolvedText],
    description: str,
    pictures: Pictures,
    attributes: list[dict[str, str]],
    axes: list[dict[str, Any]],
    trail: list[dict[str, Any]],
    variants: list[dict[str, Any]],
    cheapest: PriceQuote,
    withdrawal_days: int | None,
) -> dict[str, Any]:
    """Return everything a product page shows but live stock."""
    name = texts["name"].value
    summary = texts["meta_description"].value or texts["tagline"].value or plain_text(description)
    maker = next((line["value"] for line in attributes if line["code"] in {"maker", "manufacturer", "brand"}), "")
    return {
        "tagline": texts["tagline"].value,
        "description": description,
        "bullets": texts["bullets"].value or [],
        "gallery": pictures[root.id],
        "attributes": attributes,
        "axes": axes,
        "variants": variants,
        "trail": trail,
        "meta_title": texts["meta_title"].value or name,
        "meta_description": summary[:300],
        "tax_percent": str(cheapest.tax_percent),
        "structured": {
            "sku": root.sku or variants[0]["sku"],
            "gtin": root.gtin or (variants[0]["gtin"] if len(variants) == 1 else ""),
            "maker": maker,
            "withdrawal_exception": root.withdrawal_exception,
            "withdrawal_days": withdrawal_days,
            "images": [path for entry in pictures[root.id][:5] if (path := _largest(entry))],
            "varies_by": [axis["code"] for axis in axes],
            "description": summary[:5000],
        },
    }


def paragraphs(text: str) -> str:
    """Return plain text as HTML paragraphs."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    return "".join(f"<p>{html.escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks)


@lru_cache(maxsize=64)
def plain_text(markup: str) -> str:
    """Return the words of cleaned HTML. Remembered: summary and search ask one after the other, for each shop."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))).strip()


def _largest(entry: Mapping[str, Any]) -> str:
    files = entry["sources"].get("jpeg") or entry["sources"].get("webp") or []
    return files[-1][1] if files else ""
