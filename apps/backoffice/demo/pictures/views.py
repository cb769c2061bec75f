# ruff: noqa: PLR0917 -- a drawing is made of numbers and of points given in order
"""The pictures the shop shows: three views of a product, the tile of a category, the split of a home page."""

from __future__ import annotations

import random
from typing import Literal

from PIL import Image

from apps.backoffice.demo.pictures import kitchen, machines, rooms, tools, vessels
from apps.backoffice.demo.pictures.easel import Paint
from apps.backoffice.demo.pictures.ground import Brand, room, studio
from apps.backoffice.demo.pictures.kinds import KINDS, Kind
from apps.backoffice.demo.pictures.picture import set_down

View = Literal["front", "detail", "scene"]
FAMILIES = (vessels, kitchen, rooms, machines, tools)

# Category slug base → objects on its tile: kind, paint, seed, place across (0 to 1), cm forward of the back line.
TILES: dict[str, tuple[tuple[str, Paint, int, float, float], ...]] = {
    "cook": (("casserole", "terracotta", 2, 0.36, 0), ("saucepan", "copper", 3, 0.74, 3)),
    "cookware": (("casserole", "bottle", 2, 0.34, 0), ("saucepan", "steel", 3, 0.72, 3)),
    "preparation": (
        ("board", "oak", 4, 0.3, 0),
        ("mixing_bowl", "cream", 3, 0.58, 3),
        ("grinder", "walnut", 3, 0.84, 4),
    ),
    "table": (("jug", "sage", 2, 0.26, 0), ("plate", "chalk", 3, 0.56, 3), ("glass", "clear", 4, 0.84, 5)),
    "tableware": (("plate", "cream", 2, 0.34, 0), ("bowl", "petrol", 5, 0.72, 3)),
    "tea-coffee": (("teapot", "mustard", 2, 0.36, 0), ("cup", "chalk", 3, 0.76, 4)),
    "glassware": (("carafe", "clear", 3, 0.34, 0), ("wine_glass", "clear", 1, 0.6, 2), ("glass", "clear", 5, 0.8, 5)),
    "home": (("chair", "oak", 7, 0.32, 0), ("side_table", "walnut", 3, 0.76, 6)),
    "lighting": (("lamp", "sage", 3, 0.34, 0), ("lamp", "terracotta", 8, 0.72, 4)),
    "furniture": (("chair", "bottle", 3, 0.32, 0), ("stool", "oak", 3, 0.74, 8)),
    "textiles": (("cushion", "mustard", 3, 0.36, 0), ("cushion", "sage", 2, 0.7, 6)),
    "decoration": (("vase", "terracotta", 4, 0.3, 0), ("vase", "chalk", 9, 0.58, 2), ("candle", "sage", 3, 0.82, 5)),
    "appliances": (("espresso", "red", 3, 0.32, 0), ("kettle", "navy", 3, 0.76, 3)),
    "breakfast": (("toaster", "cream", 3, 0.32, 0), ("kettle", "petrol", 3, 0.74, 3)),
    "food-preparation": (("mixer", "signal", 3, 0.36, 0), ("blender", "steel", 3, 0.8, 3)),
    "floor-care": (("vacuum", "red", 3, 0.34, 0), ("stick_vacuum", "signal", 3, 0.78, 4)),
    "climate": (("heater", "white", 3, 0.4, 0), ("fan", "navy", 3, 0.82, 6)),
    "workshop": (("toolbox", "red", 3, 0.36, 0), ("drill", "signal", 3, 0.8, 5)),
    "power-tools": (("drill", "signal", 3, 0.32, 0), ("circular_saw", "amber", 3, 0.72, 4)),
    "hand-tools": (("toolbox", "signal", 3, 0.4, 0), ("hammer", "amber", 3, 0.76, 8)),
}
SPLITS: dict[Brand, tuple[tuple[str, Paint, int, float, float], ...]] = {
    "halles": (
        ("lamp", "bottle", 3, 0.15, -2),
        ("vase", "terracotta", 4, 0.34, 2),
        ("teapot", "cream", 3, 0.55, 7),
        ("cup", "terracotta", 3, 0.72, 10),
        ("plate", "sage", 3, 0.87, 5),
    ),
    "volt": (
        ("mixer", "signal", 3, 0.13, -2),
        ("espresso", "steel", 3, 0.37, 0),
        ("kettle", "navy", 4, 0.56, 3),
        ("drill", "amber", 3, 0.76, 8),
        ("fan", "signal", 3, 0.9, -2),
    ),
}
COMPANION_PAINT: dict[str, Paint] = {
    "cup": "chalk",
    "vase": "chalk",
    "candle": "cream",
    "glass": "clear",
    "stool": "oak",
    "basket": "wicker",
    "plant_pot": "terracotta",
    "fork": "steel",
    "tape": "amber",
}


def draw(*, kind: str, paint: Paint, view: View, brand: Brand, seed: int, width: int = 1200) -> Image.Image:
    """
    Return one picture of a product, 4:5 for Maison Halles and 1:1 for Volt & Fils, `width` pixels wide, in RGB.

    kind: a name in KINDS. paint: a name in PAINTS or an RGB triple; it changes colour and material, not the drawing.
    Repeatable: equal arguments give equal pixels. Raises KeyError for an unknown kind or paint.
    """
    subject = KINDS[kind]
    height = round(width * 1.25) if brand == "halles" else width
    if view == "scene":
        return _scene(subject, paint, brand, seed, width, height)
    if view == "detail":
        return _detail(subject, paint, brand, seed, width, height)
    return _front(subject, paint, brand, seed, width, height)


def _front(subject: Kind, paint: Paint, brand: Brand, seed: int, width: int, height: int) -> Image.Image:
    image = studio(brand=brand, tint=seed, width=width, height=height, horizon=0.6)
    share_x, share_y = (0.68, 0.58) if brand == "halles" else (0.72, 0.74)
    scale = min(width * share_x / subject.width, height * share_y / subject.height)
    x = width * 0.49 - subject.centre * scale
    if subject.setting in {"wall", "ceiling"}:
        y = height * (0.5 if subject.setting == "wall" else 0.56) + subject.height * scale * (
            0.5 if subject.setting == "wall" else 0.25
        )
    else:
        y = height * 0.52 + subject.height * scale * 0.46
        y = min(max(y, height * 0.68), height * 0.87)
    set_down(image=image, name=subject.name, paint=paint, seed=seed, foot=(x, y), scale=scale, cool=brand == "volt")
    return image


def _detail(subject: Kind, paint: Paint, brand: Brand, seed: int, width: int, height: int) -> Image.Image:
    image = studio(brand=brand, tint=seed + 1, width=width, height=height, horizon=0.78)
    scale = min(width / subject.width, height / subject.height) * 1.4
    foot = (width * 0.5 - subject.focus[0] * scale, height * 0.5 + subject.focus[1] * scale)
    set_down(
        image=image, name=subject.name, paint=paint, seed=seed, foot=foot, scale=scale, zoom=2.0, cool=brand == "volt"
    )
    return image


def _scene(subject: Kind, paint: Paint, brand: Brand, seed: int, width: int, height: int) -> Image.Image:
    dice = random.Random(seed)  # noqa: S311 -- paint, not secrets
    horizon = 0.62 if subject.setting in {"table", "floor"} else 0.84
    tint = dice.randrange(6) if brand == "halles" else 3 + 2 * dice.randrange(2)
    tables = (
        ("oak", "walnut", "ash", "linen", "oak", "ash")
        if brand == "halles"
        else ("ash", "ash", "ash", "ash", "oak", "oak")
    )
    table = tables[tint] if subject.setting == "table" else "oak"
    image = room(tint=tint, width=width, height=height, horizon=horizon, table=table).copy()
    if subject.setting in {"wall", "ceiling"}:
        return _hung(image, subject, paint, seed)
    beside = subject.beside if subject.beside != subject.name else "lemon"
    friend = KINDS[beside]
    total = subject.width + friend.width * 1.1
    scale = min(width * 0.82 / total, height * 0.58 / max(subject.height, friend.height))
    left = (width - total * scale) / 2 + subject.width * scale / 2
    base = height * 0.765
    front = base + min(height * 0.07, friend.width * scale * 0.4)
    set_down(
        image=image,
        name=subject.name,
        paint=paint,
        seed=seed,
        foot=(left - subject.centre * scale, base),
        scale=scale,
        depth=1.1,
    )
    place = left + (subject.width / 2 + friend.width * 0.6) * scale - friend.centre * scale
    set_down(
        image=image,
        name=beside,
        paint=COMPANION_PAINT.get(beside, "clear"),
        seed=seed + 7,
        foot=(place, front),
        scale=scale,
        depth=1.1,
    )
    return image


def _hung(image: Image.Image, subject: Kind, paint: Paint, seed: int) -> Image.Image:
    width, height = image.size
    scale = min(width * 0.34 / subject.width, height * 0.3 / subject.height, width * 0.42 / 52)
    base = height * 0.95
    set_down(image=image, name="chair", paint="oak", seed=5, foot=(width * 0.76, base), scale=scale * 0.85, depth=1.1)
    set_down(
        image=image,
        name="plant_pot",
        paint="terracotta",
        seed=seed,
        foot=(width * 0.2, base),
        scale=scale * 0.85,
        depth=1.1,
    )
    y = height * 0.1 + subject.height * scale if subject.setting == "wall" else height * 0.34
    set_down(image=image, name=subject.name, paint=paint, seed=seed, foot=(width * 0.4, y), scale=scale)
    return image


def draw_category_tile(*, category: str, brand: Brand, width: int = 1200) -> Image.Image:
    """Return the square tile of a category by its key (see TILES); raises KeyError for a category without one."""
    return _still_life(TILES[category], brand, width, width, tint=len(category), fill=0.58)


def draw_home_split(*, brand: Brand, width: int = 1600) -> Image.Image:
    """Return the wide (16:10) still life of a brand's home page."""
    return _still_life(
        SPLITS[brand], brand, width, round(width * 0.625), tint=0 if brand == "halles" else 5, fill=0.72, scene=True
    )


def _still_life(
    things: tuple[tuple[str, Paint, int, float, float], ...],
    brand: Brand,
    width: int,
    height: int,
    *,
    tint: int,
    fill: float,
    scene: bool = False,
) -> Image.Image:
    if scene:
        image = room(
            tint=tint, width=width, height=height, horizon=0.6, table="oak" if brand == "halles" else "ash"
        ).copy()
    else:
        image = studio(brand=brand, tint=tint, width=width, height=height, horizon=0.6)
    kinds = [KINDS[name] for name, *_ in things]
    scale = min(
        height * fill / max(k.height for k in kinds), width * (0.94 if scene else 0.82) / sum(k.width for k in kinds)
    )
    for (name, paint, seed, across, forward), kind in zip(things, kinds, strict=True):
        foot = (width * across - kind.centre * scale, height * (0.74 if not scene else 0.76) + forward * scale * 0.35)
        set_down(
            image=image, name=name, paint=paint, seed=seed, foot=foot, scale=scale, cool=brand == "volt" and not scene
        )
    return image
