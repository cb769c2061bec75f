"""Rows of the products table made into products: names, texts, attributes, variants and their prices."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from apps.backoffice.demo.catalogue.model import (
    LANGUAGES,
    Brand,
    DemoBreak,
    DemoPicture,
    DemoProduct,
    DemoPromotion,
    DemoText,
    DemoVariant,
    StockProfile,
    Value,
)
from apps.backoffice.demo.pictures import KINDS

BRANDS: dict[str, tuple[Brand, ...]] = {"h": ("halles",), "v": ("volt",), "hv": ("halles", "volt")}
MATERIAL_BY_PAINT = {"steel": "steel", "iron": "cast-iron", "clear": "glass", "smoke": "glass"}
SIZED_FAMILIES = {"lighting", "furniture", "decoration", "appliance", "power-tool"}
FIELDS = ("type", "series", "brands", "variants", "eur", "gbp", "grams", "stock", "attributes", "points", "extra")


def slugify(text: str) -> str:
    """Return text in lower-case ASCII words joined by hyphens."""
    for ligature, letters in (("ß", "ss"), ("œ", "oe"), ("’", " "), ("'", " ")):
        text = text.replace(ligature, letters)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def product(
    *,
    row: Mapping[str, str],
    number: int,
    kinds: Mapping[str, Any],
    words: Mapping[str, Any],
    points: Mapping[str, list[str]],
    told: list[str],
    parents: Mapping[str, str | None],
) -> DemoProduct:
    """
    Return the product of one row of the table.

    number: its place among the rows of its type, part of the SKU. told: charm and description, alternating, for fr, en,
    de and perhaps nl. Raises KeyError for a word, point, type or paint that is not in the data.
    """
    category, family, picture_kind, material, names = kinds[row["type"]]
    brands = BRANDS[row["brands"]]
    key = f"{row['type']}-{slugify(row['series'])}"
    place = list(kinds).index(row["type"]) + 1
    sku = f"{'MH' if 'halles' in brands else 'VF'}-{place:02}{number}"
    attributes = _attributes(row, family, picture_kind, material, words)
    variants, axis = _variants(row, sku, key, picture_kind)
    if axis != "colour":
        attributes["colour"] = variants[0].picture.paint
    texts: dict[str, DemoText] = {}
    for index, language in enumerate(LANGUAGES[: len(told) // 2]):
        name = names[index].replace("{s}", row["series"])
        lines = tuple(_pointed(points[code][index], attributes, language) for code in row["points"].split(","))
        texts[language] = DemoText(
            name=name, slug=slugify(name), charm=told[index * 2], description=told[index * 2 + 1], points=lines
        )
    return DemoProduct(
        sku=variants[0].sku if axis is None else sku,
        key=key,
        family=family,
        category=(cast("str", parents[category]), category),
        brands=brands,
        texts=texts,
        attributes=attributes,
        axis=axis,
        variants=variants,
        stock=cast("StockProfile", row["stock"]),
        breaks=_breaks(variants) if row["extra"] == "trade" else (),
        promotions=_promotions(variants, Decimal(row["extra"][5:])) if row["extra"].startswith("sale=") else (),
    )


def _attributes(
    row: Mapping[str, str], family: str, picture_kind: str, material: str, words: Mapping[str, Any]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for pair in row["attributes"].split(","):
        code, raw = pair.split("=")
        kind = words["attributes"][code][0]
        values[code] = _value(kind, raw)
    paint = row["variants"].split(";")[0][2:].split(",")[0]
    values["material"] = MATERIAL_BY_PAINT.get(paint, material)
    if family in SIZED_FAMILIES and not {"diameter_cm", "length_cm"} & values.keys():
        drawn = KINDS[picture_kind]
        values.setdefault("width_cm", Decimal(round(drawn.width)))
        values.setdefault("height_cm", Decimal(round(drawn.height)))
    rule = next(
        (rule for rule in ("dishwasher_safe", "washable") if values.get(rule) is True),
        "power" if "power_w" in values else "other",
    )
    values["care"] = dict(zip(LANGUAGES, words["care"][rule], strict=True))
    return values


def _value(kind: str, raw: str) -> Value:
    match kind:
        case "integer":
            return int(raw)
        case "decimal":
            return Decimal(raw)
        case "boolean":
            return raw == "1"
        case _:
            return raw


def _variants(
    row: Mapping[str, str], sku: str, key: str, picture_kind: str
) -> tuple[tuple[DemoVariant, ...], str | None]:
    colours, _, sizes = row["variants"].partition(";")
    paints = colours.removeprefix("c:").split(",")
    seed = zlib.crc32(key.encode()) % 10_000
    eur, gbp, grams = Decimal(row["eur"]), Decimal(row["gbp"]), int(row["grams"])
    made = []
    if sizes:
        pairs = [pair.split("=") for pair in sizes.removeprefix("s:").split(",")]
        first = Decimal(pairs[0][0])
        for size, price in pairs:
            share = Decimal(price) / eur
            made.append(
                DemoVariant(
                    sku=f"{sku}-{size}",
                    options={"size_cm": size},
                    price_eur=_ninety(Decimal(price)),
                    price_gbp=_ninety(round(gbp * share)),
                    weight_g=int(grams * (Decimal(size) / first) ** 2),
                    picture=DemoPicture(kind=picture_kind, paint=paints[0], seed=seed),
                )
            )
        return tuple(made), "size_cm"
    several = len(paints) > 1
    by_colour = tuple(
        DemoVariant(
            sku=f"{sku}-{paint[:3].upper()}" if several else sku,
            options={"colour": paint} if several else {},
            price_eur=_ninety(eur),
            price_gbp=_ninety(gbp),
            weight_g=grams,
            picture=DemoPicture(kind=picture_kind, paint=paint, seed=seed),
        )
        for paint in paints
    )
    return by_colour, "colour" if several else None


def _ninety(price: Decimal | int) -> Decimal:
    """Return a shelf price: ten cents below the round one."""
    return (Decimal(price) - Decimal("0.10")).quantize(Decimal("0.01"))


def _cut(price: Decimal, share: str | Decimal) -> Decimal:
    return (price * Decimal(share)).quantize(Decimal("0.1"), ROUND_HALF_UP).quantize(Decimal("0.01"))


def _breaks(variants: tuple[DemoVariant, ...]) -> tuple[DemoBreak, ...]:
    return tuple(
        DemoBreak(sku=variant.sku, quantity=quantity, price_eur=_cut(variant.price_eur, share))
        for variant in variants
        for quantity, share in ((5, "0.95"), (20, "0.90"), (100, "0.84"))
    )


def _promotions(variants: tuple[DemoVariant, ...], share: Decimal) -> tuple[DemoPromotion, ...]:
    return tuple(
        DemoPromotion(
            sku=variant.sku,
            price_eur=_cut(variant.price_eur, share),
            price_gbp=_cut(variant.price_gbp, share),
            starts_in_days=-10,
            ends_in_days=18,
        )
        for variant in variants
    )


def _pointed(point: str, attributes: Mapping[str, Value], language: str) -> str:
    shown = {
        code: str(value) if language == "en" else str(value).replace(".", ",") for code, value in attributes.items()
    }
    return point.format_map(shown)
